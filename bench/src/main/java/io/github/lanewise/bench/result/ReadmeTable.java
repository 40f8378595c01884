package io.github.lanewise.bench.result;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.result.BenchResult.ContenderInfo;
import io.github.lanewise.bench.result.BenchResult.Disturbance;
import io.github.lanewise.bench.result.BenchResult.Machine;
import io.github.lanewise.bench.result.BenchResult.Missing;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.List;

/** The words and tables about the comparison, in Markdown. */
final class ReadmeTable {
  private static final String NOBODY = "–";

  private final BenchResult result;
  private final ReadmeFigures figures;
  private final StringBuilder out = new StringBuilder();

  ReadmeTable(BenchResult result) {
    this.result = result;
    figures = new ReadmeFigures(result);
  }

  /** Returns the README's block; the names of files are relative to it. */
  String brief(String picture, String document) {
    add("![How many times as long the peers take, with the spread](%s)\n\n", picture);
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
        document,
        document);
    return out.toString();
  }

  /** Returns the document's block; the name of the file is relative to it. */
  String markdown(String json) {
    double coverage = new Ratio(1, 1, 1, result.rounds()).coverage();
    add(
        """
        A peer's column says how many times as long it takes as Lanewise: above 1, Lanewise is faster. In parentheses stand the smallest
        and the largest of %d rounds, which hold the true ratio with a probability of %s; a winner is named only if all of them
        lie beyond the noise of this run, %s.

        """,
        result.rounds(), ReadmeFigures.percent(coverage), ReadmeFigures.percent(figures.noise()));
    table(figures.tableQuestions());
    circumstances(json);
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

  private void circumstances(String json) {
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
        json,
        json);
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
