package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.report.Report;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.result.ResultFile;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * The comparison: measures, and writes a report. Exit status: 0 if there is one, 1 if not, 2 if the
 * command line asks for what does not exist.
 */
@Command(
    name = "java -jar lanewise-bench.jar",
    description =
        "Compares Lanewise with other contenders and writes a report: index.html, with JSON and CSV.",
    sortOptions = false,
    footer = {
      "",
      "With Maven: mvn -Pbench -Dbench.args=\"--only softmax\". Options of java, and with Maven"
          + " -Dbench.jvm=\"-Dlanewise.lanes=256\", go to every measured JVM."
    })
public final class CompareCommand {
  private static final long MOST_SECONDS_OF_A_JVM = 60;
  private static final int MOST_ROUNDS = 99;
  private static final int USUAL_ROUNDS = 3;
  private static final String JAR = "lanewise-bench.jar";

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "folder for the report (report; with Maven bench/target/report)")
  Path report = Path.of("report");

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "rounds in which the contenders take turns, 1 to 99 (3; with --quick 1)")
  private @Nullable Integer rounds;

  @Option(
      names = "--only",
      paramLabel = "TEXT",
      description =
          "only questions whose id contains the text; may be repeated. An id of any shape is asked"
              + " where none contains it: \"attention 8 8192x64\", \"qk 128x1536x384\"")
  List<String> only = new ArrayList<>();

  @Option(
      names = "--contender",
      paramLabel = "NAME",
      description = "only this contender beside Lanewise; may be repeated")
  List<String> contenders = new ArrayList<>();

  @Option(
      names = "--quick",
      description = "a smoke run of a minute: few questions, little time for each")
  boolean quick;

  @Option(
      names = "--render",
      paramLabel = "FILE",
      description = "measures nothing: draws the report from a stored result")
  @Nullable Path render;

  @Option(names = "--help", usageHelp = true, description = "this")
  boolean help;

  private CompareCommand() {}

  /** Runs it; {@code --help} says with what. */
  public static void main(String[] arguments) {
    System.exit(run(Terminal.standard(), Contender.all(), MOST_SECONDS_OF_A_JVM, arguments));
  }

  /** The same, by chosen contenders; returns the exit status. */
  static int run(
      Terminal terminal, List<Contender> contenders, long mostSeconds, String... arguments) {
    try {
      parse(arguments).run(terminal, contenders, mostSeconds);
      return 0;
    } catch (ParameterException e) {
      terminal.line(e.getMessage() + "; --help lists the options.");
      return 2;
    } catch (Failure e) {
      terminal.line("");
      terminal.line(String.valueOf(e.getMessage()));
      return 1;
    }
  }

  /**
   * Reads the options.
   *
   * @throws ParameterException that says in one line what does not exist
   */
  static CompareCommand parse(String... arguments) {
    CompareCommand command = new CompareCommand();
    new CommandLine(command).parseArgs(arguments);
    int rounds = command.rounds();
    if (rounds < 1 || rounds > MOST_ROUNDS) {
      throw command.misuse(
          "--rounds must be a number from 1 to " + MOST_ROUNDS + ", not " + rounds);
    }
    return command;
  }

  /** What is asked for does not exist: told in one line, before anything is done. */
  private ParameterException misuse(String message) {
    return new ParameterException(new CommandLine(this), message);
  }

  String usage() {
    return new CommandLine(this).getUsageMessage();
  }

  private void run(Terminal terminal, List<Contender> contenders, long mostSeconds) {
    if (help) {
      terminal.line(usage());
      return;
    }
    if (render != null) {
      BenchResult result = ResultFile.read(render);
      finish(terminal, result, ReportFolder.writable(report));
      return;
    }
    List<Contender> chosen = chosen(contenders);
    List<Question> questions = questions();
    ReportFolder folder = ReportFolder.writable(report);
    try (PrintStream log = folder.openLog()) {
      Comparison comparison = new Comparison(this, questions, chosen, log, mostSeconds);
      finish(terminal, comparison.run(terminal, folder), folder);
    }
  }

  private static void finish(Terminal terminal, BenchResult result, ReportFolder folder) {
    folder.write(
        to -> {
          ResultFile.write(result, to.resolve(Report.JSON));
          ResultFile.writeCsv(result, to.resolve(Report.CSV));
        });
    terminal.line("");
    Summary.of(result).forEach(terminal::line);
    Path page = Report.write(result, folder.path());
    terminal.line("");
    terminal.line(Text.format("Report: %s", page.toAbsolutePath().normalize()));
  }

  /** Lanewise and those that are named; all of them if none is. */
  private List<Contender> chosen(List<Contender> all) {
    List<String> known = all.stream().map(Contender::name).toList();
    for (String name : contenders) {
      if (!known.contains(name)) {
        throw misuse(
            Text.format(
                "There is no contender \"%s\", but there are %s", name, String.join(", ", known)));
      }
    }
    return all.stream()
        .filter(one -> contenders.isEmpty() || contenders.contains(one.name()) || one.isLanewise())
        .toList();
  }

  /** A text picks from the usual questions or, where none of them has it, is one itself. */
  private List<Question> questions() {
    List<Question> usual = quick ? Questions.quick() : Questions.all();
    if (only.isEmpty()) {
      return usual;
    }
    Set<Question> picked = new LinkedHashSet<>();
    for (String text : only) {
      List<Question> found =
          usual.stream().filter(question -> question.id().contains(text)).toList();
      if (found.isEmpty()) {
        found = Question.parse(text).stream().toList();
      }
      if (found.isEmpty()) {
        throw misuse(
            Text.format(
                "There is no question with \"%s\" in its id, but there are %s",
                text, String.join("; ", usual.stream().map(Question::id).toList())));
      }
      picked.addAll(found);
    }
    return List.copyOf(picked);
  }

  /** In how many rounds the contenders take turns. */
  int rounds() {
    return rounds != null ? rounds : quick ? 1 : USUAL_ROUNDS;
  }

  /** What repeats the run: without the folder, which says nothing to anybody else. */
  String command(boolean peers) {
    StringBuilder arguments = new StringBuilder();
    if (rounds() != (quick ? 1 : USUAL_ROUNDS)) {
      arguments.append(" --rounds ").append(rounds());
    }
    only.forEach(text -> arguments.append(" --only ").append(quoted(text)));
    contenders.forEach(name -> arguments.append(" --contender ").append(quoted(name)));
    arguments.append(quick ? " --quick" : "");
    if (Path.of(System.getProperty("java.class.path", "")).endsWith(JAR)) {
      return "java -jar " + JAR + arguments;
    }
    return (peers ? "mvn -Pbench,peers" : "mvn -Pbench")
        + (arguments.isEmpty() ? "" : " -Dbench.args='" + arguments.substring(1) + "'");
  }

  private static String quoted(String text) {
    return text.contains(" ") ? '"' + text + '"' : text;
  }
}
