package io.github.lanewise.bench.comparison;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param report folder for the report
 * @param rounds in how many rounds the contenders take turns
 * @param only parts of question ids; empty = all
 * @param contenders names; empty = all
 * @param quick a smoke run
 * @param render a stored result to draw, instead of measuring; or null
 * @param help only says what the options are
 */
record Options(
    Path report,
    int rounds,
    List<String> only,
    List<String> contenders,
    boolean quick,
    @Nullable Path render,
    boolean help) {

  static final String HELP =
      """
      Compares Lanewise with other contenders and writes a report: index.html, with JSON and CSV.

        --report DIR      folder for the report (report; with Maven bench/target/report)
        --rounds N        rounds in which the contenders take turns, 1 to 99 (3; with --quick 1)
        --only TEXT       only questions whose id contains the text; may be repeated. Some are
                          asked only where named: "8 8192x64", "2048x128 causal"
        --contender NAME  only this contender beside Lanewise; may be repeated
        --quick           a smoke run of a minute: few questions, little time for each
        --render FILE     measures nothing: draws the report from a stored result
        --help            this

      java -jar lanewise-bench.jar --only softmax; with Maven: mvn -Pbench -Dbench.args="--only softmax".
      Options of java, and with Maven -Dbench.jvm="-Dlanewise.lanes=256", go to every measured JVM.""";

  private static final String JAR = "lanewise-bench.jar";

  private static final int MOST_ROUNDS = 99;
  private static final int USUAL_ROUNDS = 3;

  static Options parse(String... arguments) {
    Path report = Path.of("report");
    int rounds = 0;
    List<String> only = new ArrayList<>();
    List<String> contenders = new ArrayList<>();
    boolean quick = false;
    Path render = null;
    boolean help = false;
    Iterator<String> rest = List.of(arguments).iterator();
    while (rest.hasNext()) {
      String option = rest.next();
      switch (option) {
        case "--report":
          report = path(option, value(option, rest));
          break;
        case "--rounds":
          rounds = rounds(value(option, rest));
          break;
        case "--only":
          only.add(value(option, rest));
          break;
        case "--contender":
          contenders.add(value(option, rest));
          break;
        case "--quick":
          quick = true;
          break;
        case "--render":
          render = path(option, value(option, rest));
          break;
        case "--help":
          help = true;
          break;
        default:
          throw new Misuse("There is no option \"" + option + "\"; --help lists them.");
      }
    }
    if (rounds == 0) {
      rounds = quick ? 1 : USUAL_ROUNDS;
    }
    return new Options(
        report, rounds, List.copyOf(only), List.copyOf(contenders), quick, render, help);
  }

  /** What repeats the run: without the folder, which says nothing to anybody else. */
  String command(boolean peers) {
    StringBuilder arguments = new StringBuilder();
    if (rounds != (quick ? 1 : USUAL_ROUNDS)) {
      arguments.append(" --rounds ").append(rounds);
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

  private static String value(String option, Iterator<String> rest) {
    String value = rest.hasNext() ? rest.next() : "";
    if (value.isBlank() || value.startsWith("--")) {
      throw new Misuse("The option " + option + " needs a value; --help says which.");
    }
    return value;
  }

  private static int rounds(String value) {
    try {
      int rounds = Integer.parseInt(value);
      if (rounds >= 1 && rounds <= MOST_ROUNDS) {
        return rounds;
      }
    } catch (NumberFormatException e) {
      // told below, as a number out of range is
    }
    throw new Misuse("--rounds must be a number from 1 to " + MOST_ROUNDS + ", not " + value + ".");
  }

  private static Path path(String option, String value) {
    try {
      return Path.of(value);
    } catch (InvalidPathException e) {
      throw new Misuse(option + " needs a path: " + e.getMessage());
    }
  }
}
