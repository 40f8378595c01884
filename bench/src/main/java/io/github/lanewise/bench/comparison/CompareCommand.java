package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.report.Report;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.result.ResultFile;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.ParameterException;

/**
 * The comparison: measures, and writes a report. Exit status: 0 if there is one, 1 if not, 2 if the
 * command line asks for what does not exist.
 */
public final class CompareCommand {
  /** The contender with which the others are compared. */
  public static final String LANEWISE = "Lanewise";

  private static final long MOST_SECONDS_OF_A_JVM = 60;

  private CompareCommand() {}

  /** Runs it; {@link Options} says with what. */
  public static void main(String[] arguments) {
    System.exit(run(Terminal.standard(), Contenders.all(), MOST_SECONDS_OF_A_JVM, arguments));
  }

  /** The same, by chosen contenders; returns the exit status. */
  static int run(
      Terminal terminal, List<Contender> contenders, long mostSeconds, String... arguments) {
    try {
      Options options = Options.parse(arguments);
      if (options.help) {
        terminal.line(options.usage());
        return 0;
      }
      Path stored = options.render;
      if (stored != null) {
        BenchResult result = ResultFile.read(stored);
        finish(terminal, result, ReportFolder.writable(options.report));
        return 0;
      }
      List<Contender> chosen = chosen(contenders, options);
      List<Question> questions = questions(options);
      ReportFolder folder = ReportFolder.writable(options.report);
      try (PrintStream log = folder.openLog()) {
        Comparison comparison = new Comparison(options, questions, chosen, log, mostSeconds);
        finish(terminal, comparison.run(terminal, folder), folder);
      }
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

  private static List<Contender> chosen(List<Contender> all, Options options) {
    List<String> known = all.stream().map(Contender::name).toList();
    for (String name : options.contenders) {
      if (!known.contains(name)) {
        throw options.misuse(
            Text.format(
                "There is no contender \"%s\", but there are %s", name, String.join(", ", known)));
      }
    }
    return Contenders.select(all, options.contenders);
  }

  /** A text picks from the usual questions or, where none of them has it, is one itself. */
  private static List<Question> questions(Options options) {
    List<Question> usual = options.quick ? Questions.quick() : Questions.all();
    if (options.only.isEmpty()) {
      return usual;
    }
    Set<Question> picked = new LinkedHashSet<>();
    for (String text : options.only) {
      List<Question> found =
          usual.stream().filter(question -> question.id().contains(text)).toList();
      if (found.isEmpty()) {
        found = QuestionText.parse(text).stream().toList();
      }
      if (found.isEmpty()) {
        throw options.misuse(
            Text.format(
                "There is no question with \"%s\" in its id, but there are %s",
                text, String.join("; ", usual.stream().map(Question::id).toList())));
      }
      picked.addAll(found);
    }
    return List.copyOf(picked);
  }
}
