package io.github.lanewise.bench.comparison;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The command line. */
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
final class Options {
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

  /**
   * Reads them.
   *
   * @throws ParameterException that says in one line what does not exist
   */
  static Options parse(String... arguments) {
    Options options = new Options();
    options.commandLine().parseArgs(arguments);
    int rounds = options.rounds();
    if (rounds < 1 || rounds > MOST_ROUNDS) {
      throw options.misuse(
          "--rounds must be a number from 1 to " + MOST_ROUNDS + ", not " + rounds);
    }
    return options;
  }

  private CommandLine commandLine() {
    return new CommandLine(this);
  }

  /** What is asked for does not exist: told in one line, before anything is done. */
  ParameterException misuse(String message) {
    return new ParameterException(commandLine(), message);
  }

  String usage() {
    return commandLine().getUsageMessage();
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
