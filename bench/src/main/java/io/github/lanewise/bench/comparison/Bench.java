package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.ProgressBar;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.io.PrintStream;
import java.util.List;

/**
 * The comparison: measures, and writes a report. Exit status: 0 if there is one, 1 if not, 2 if the
 * command line asks for what does not exist.
 */
public final class Bench {
  /** The contender with which the others are compared. */
  public static final String LANEWISE = "Lanewise";

  private static final long MOST_SECONDS_OF_A_JVM = 60;

  private Bench() {}

  /** Runs it; {@link Options#HELP} says with what. */
  public static void main(String[] arguments) {
    System.exit(run(Terminal.standard(), Contenders.all(), MOST_SECONDS_OF_A_JVM, arguments));
  }

  /** The same, by chosen contenders; returns the exit status. */
  static int run(
      Terminal terminal, List<Contender> contenders, long mostSeconds, String... arguments) {
    try {
      Options options = Options.parse(arguments);
      if (options.help()) {
        terminal.line(Options.HELP);
        return 0;
      }
      List<Contender> chosen = Contenders.select(contenders, options.contenders());
      List<Question> questions = questions(options);
      ReportFolder folder = ReportFolder.writable(options.report());
      measure(terminal, options, questions, chosen, folder, mostSeconds);
      return 0;
    } catch (Misuse e) {
      terminal.line(String.valueOf(e.getMessage()));
      return 2;
    } catch (Failure e) {
      terminal.line("");
      terminal.line(String.valueOf(e.getMessage()));
      return 1;
    }
  }

  private static void measure(
      Terminal terminal,
      Options options,
      List<Question> questions,
      List<Contender> contenders,
      ReportFolder folder,
      long mostSeconds) {
    try (PrintStream log = folder.openLog()) {
      ForkPlan plan = options.quick() ? ForkPlan.QUICK : ForkPlan.USUAL;
      Rounds rounds = new Rounds(questions, contenders, plan, new ForkRunner(log, mostSeconds));
      int steps = rounds.cells() * options.rounds();
      terminal.line(Text.format("%d questions, %d JVMs to measure", questions.size(), steps));
      try (ProgressBar bar = terminal.progress("Measuring", steps)) {
        for (int round = 0; round < options.rounds(); round++) {
          rounds.run(round, bar::step);
        }
      }
      rounds.measurements().forEach(m -> terminal.line(m.toString()));
      rounds.missing().forEach(m -> terminal.line(m.toString()));
    }
  }

  private static List<Question> questions(Options options) {
    List<Question> all = options.quick() ? Questions.quick() : Questions.all();
    for (String text : options.only()) {
      if (all.stream().noneMatch(question -> question.id().contains(text))) {
        throw new Misuse(
            "There is no question with \""
                + text
                + "\" in its name. There are: "
                + String.join("; ", all.stream().map(Question::id).toList())
                + ".");
      }
    }
    return all.stream()
        .filter(
            question ->
                options.only().isEmpty()
                    || options.only().stream().anyMatch(text -> question.id().contains(text)))
        .toList();
  }
}
