package io.github.lanewise.bench.result;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.result.BenchResult.ContenderInfo;
import io.github.lanewise.bench.result.BenchResult.Disturbance;
import io.github.lanewise.bench.result.BenchResult.Machine;
import io.github.lanewise.bench.result.BenchResult.Missing;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the README's section about speed, its picture, and the table of docs/performance.md of a
 * stored result: {@code mvn -Preadme}.
 */
public final class ReadmePerformance {
  static final String BEGIN = "<!-- performance: begin, made by mvn -Preadme -->\n";
  static final String END = "<!-- performance: end -->\n";

  /** The result that the README shows, below the project's folder. */
  static final String RESULT = "bench/results/reference.json";

  static final String PICTURE = "bench/pictures/performance.svg";
  static final String README = "README.md";
  static final String DOCUMENT = "docs/performance.md";

  private static final String NOBODY = "–";

  private final BenchResult result;
  private final ReadmeFigures figures;
  private final StringBuilder out = new StringBuilder();

  private ReadmePerformance(BenchResult result) {
    this.result = result;
    figures = new ReadmeFigures(result);
  }

  /**
   * Rewrites README, document and picture.
   *
   * @param args the project's folder
   */
  public static void main(String[] args) {
    if (args.length != 1) {
      System.err.println("The only argument is the project's folder; there are " + args.length);
      System.exit(2);
    }
    try {
      rewrite(Path.of(args[0]));
    } catch (Failure e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  static void rewrite(Path project) {
    BenchResult result = ResultFile.read(project.resolve(RESULT));
    Path readme = project.resolve(README);
    Path document = project.resolve(DOCUMENT);
    // first what can fail for its content, so that texts and picture are replaced all or none
    String brief = readme(TextFile.read(readme), result);
    String table = document(TextFile.read(document), result);
    TextFile.write(project.resolve(PICTURE), picture(result));
    TextFile.write(document, table);
    TextFile.write(readme, brief);
  }

  static String picture(BenchResult result) {
    return ReadmePicture.draw(new ReadmeFigures(result));
  }

  /** Returns the README with its block replaced. */
  static String readme(String text, BenchResult result) {
    return replaced(README, text, new ReadmePerformance(result).brief());
  }

  /** Returns the document with its block replaced. */
  static String document(String text, BenchResult result) {
    return replaced(DOCUMENT, text, new ReadmePerformance(result).whole());
  }

  private static String replaced(String name, String text, String block) {
    int begin = only(name, text, BEGIN) + BEGIN.length();
    int end = only(name, text, END);
    if (end < begin) {
      throw new Failure(name + ": \"" + END.strip() + "\" stands before its beginning");
    }
    return text.substring(0, begin) + "\n" + block + "\n" + text.substring(end);
  }

  private static int only(String name, String text, String mark) {
    int at = text.indexOf(mark);
    if (at < 0 || text.indexOf(mark, at + 1) >= 0) {
      String how = at < 0 ? "does not have" : "has more than once";
      throw new Failure(name + " " + how + " the line \"" + mark.strip() + "\"");
    }
    return at;
  }

  /** The README's block; the names of files are relative to it. */
  private String brief() {
    add("![How many times as long the peers take, with the spread](%s)\n\n", PICTURE);
    table(figures.briefQuestions());
    add(
        """

        How many times as long a peer takes as Lanewise on one core of an %s, JDK %s; in parentheses the least and the most
        of %d rounds, "no winner" within the noise. `%s` repeats it; the whole table: [%s](%s).
        """,
        escaped(result.machine().cpu()),
        result.machine().jdk().replaceAll(".*\\bVM (\\d+).*", "$1"),
        result.rounds(),
        result.command(),
        DOCUMENT,
        DOCUMENT);
    return out.toString();
  }

  /** The document's block; the name of the file is relative to it. */
  private String whole() {
    double coverage = new Ratio(1, 1, 1, result.rounds()).coverage();
    add(
        """
        A peer's column says how many times as long it takes as Lanewise: above 1, Lanewise is faster. In parentheses stand the smallest
        and the largest of %d rounds, which hold the true ratio with a probability of %s; a winner is named only if all of them
        lie beyond the noise of this run, %s.

        """,
        result.rounds(), ReadmeFigures.percent(coverage), ReadmeFigures.percent(figures.noise()));
    table(figures.tableQuestions());
    circumstances();
    details();
    return out.toString();
  }

  private void table(List<Question> questions) {
    List<String> peers = figures.peers(questions);
    List<String> head = new ArrayList<>(List.of("", "Lanewise", "its share"));
    head.addAll(peers);
    row(head);
    add("%s|\n", "|---".repeat(head.size()));
    for (Question question : questions) {
      List<String> cells = new ArrayList<>();
      cells.add(ReadmeFigures.name(question));
      cells.add(figures.absolute(question));
      cells.add(figures.share(question));
      for (String peer : peers) {
        cells.add(figures.ratio(question, peer).map(this::cell).orElse(NOBODY));
      }
      row(cells);
    }
  }

  private String cell(Ratio ratio) {
    boolean open = figures.verdict(ratio) == Verdict.NO_WINNER;
    String what = open ? "no winner" : ReadmeFigures.number(ratio.value());
    return what + " (" + ReadmeFigures.range(ratio) + ")";
  }

  private void row(List<String> cells) {
    cells.forEach(cell -> add("| %s ", escaped(cell).replace("|", "\\|")));
    add("|\n");
  }

  private void circumstances() {
    Machine machine = result.machine();
    Disturbance disturbance = result.disturbance();
    add(
        """

        %s, %d cores, %s, JDK %s, Lanewise %s (%s), %s. FMA is a loop of nothing but
        fused multiply-adds, copy is `System.arraycopy` of as many bytes; both are measured beside every iteration. Meanwhile other processes kept
        %s processors busy, the hypervisor took %s, and the machine's own peak moved by %s. `%s` repeats it, all of it
        is in [%s](%s), and `mvn -Preadme` makes this text and the picture of that.

        """,
        escaped(machine.cpu()),
        machine.cores(),
        escaped(machine.operatingSystem()),
        escaped(machine.jdk()),
        escaped(machine.lanewise()),
        escaped(machine.implementation()),
        result.started().substring(0, Math.min(10, result.started().length())),
        Double.isFinite(disturbance.otherLoad())
            ? ReadmeFigures.number(disturbance.otherLoad())
            : "an unknown number of",
        ReadmeFigures.percent(disturbance.stolenShare()),
        ReadmeFigures.percent(disturbance.limitSpread()),
        result.command(),
        "../" + RESULT,
        "../" + RESULT);
  }

  private void details() {
    List<String> peers = figures.peers(figures.tableQuestions());
    add("<details><summary>Who they are, and what could not be measured</summary>\n\n");
    for (ContenderInfo contender : result.contenders()) {
      if (peers.contains(contender.name())) {
        add("- %s: %s\n", escaped(contender.name()), escaped(contender.description()));
      }
    }
    for (Missing missing : result.missing()) {
      String question = missing.question().isEmpty() ? "all questions" : missing.question();
      add(
          "- Not measured: %s at %s: %s\n",
          escaped(missing.contender()), escaped(question), escaped(missing.reason()));
    }
    add("\n</details>\n");
  }

  private void add(String text, Object... values) {
    out.append(Text.format(text, values));
  }

  /** What comes from a machine may hold anything, a line's end included. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replaceAll("\\s+", " ").strip();
  }
}
