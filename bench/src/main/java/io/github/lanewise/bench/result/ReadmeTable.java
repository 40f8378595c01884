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

  private final ReadmeFigures figures;
  private final BenchResult result;

  ReadmeTable(ReadmeFigures figures) {
    this.figures = figures;
    this.result = figures.result();
  }

  /** Returns the README's block; the names of files are relative to it. */
  String brief(String picture, String document) {
    StringBuilder out = new StringBuilder();
    out.append("![How many times as long the peers take, with the spread](");
    out.append(picture).append(")\n\n");
    table(out, figures.briefQuestions());
    out.append(
        Text.format(
            "\nHow many times as long a peer takes as Lanewise on one core of an %s, JDK %s; in parentheses the least and the most"
                + "\nof %d rounds, \"no winner\" within the noise. `%s` repeats it; the whole table: [%s](%s).\n",
            escaped(result.machine().cpu()),
            result.machine().jdk().replaceAll(".*\\bVM (\\d+).*", "$1"),
            result.rounds(),
            result.command(),
            document,
            document));
    return out.toString();
  }

  /** Returns the document's block; the name of the file is relative to it. */
  String markdown(String json) {
    StringBuilder out = new StringBuilder();
    out.append(explanation()).append("\n\n");
    table(out, figures.tableQuestions());
    out.append('\n').append(circumstances(json)).append("\n\n");
    details(out);
    return out.toString();
  }

  private String explanation() {
    double coverage = new Ratio(1, 1, 1, result.rounds()).coverage();
    return Text.format(
        "A peer's column says how many times as long it takes as Lanewise: above 1, Lanewise is faster. In parentheses stand "
            + "the smallest\nand the largest of %d rounds, which hold the true ratio with a probability of %s; "
            + "a winner is named only if all of them\nlie beyond the noise of this run, %s.",
        result.rounds(), ReadmeFigures.percent(coverage), ReadmeFigures.percent(figures.noise()));
  }

  private void table(StringBuilder out, List<Question> questions) {
    List<String> peers = figures.peers(questions);
    List<String> head = new ArrayList<>(List.of("", "Lanewise", "its share"));
    head.addAll(peers);
    row(out, head);
    out.append("|---".repeat(head.size())).append("|\n");
    for (Question question : questions) {
      List<String> cells = new ArrayList<>();
      cells.add(ReadmeFigures.name(question));
      cells.add(figures.absolute(question));
      cells.add(figures.share(question));
      peers.forEach(
          peer -> cells.add(figures.ratio(question, peer).map(this::cell).orElse(NOBODY)));
      row(out, cells);
    }
  }

  private String cell(Ratio ratio) {
    String what =
        figures.verdict(ratio) == Verdict.NO_WINNER
            ? "no winner"
            : ReadmeFigures.number(ratio.value());
    return what + " (" + ReadmeFigures.range(ratio) + ")";
  }

  private static void row(StringBuilder out, List<String> cells) {
    for (String cell : cells) {
      out.append("| ").append(escaped(cell).replace("|", "\\|")).append(' ');
    }
    out.append("|\n");
  }

  private String circumstances(String json) {
    Machine machine = result.machine();
    Disturbance disturbance = result.disturbance();
    return Text.format(
        "%s, %d cores, %s, JDK %s, Lanewise %s (%s), %s. FMA is a loop of nothing but\nfused multiply-adds, copy is "
            + "`System.arraycopy` of as many bytes; both are measured beside every iteration. Meanwhile other processes kept\n"
            + "%s processors busy, the hypervisor took %s, and the machine's own peak moved by %s. `%s` repeats it, "
            + "all of it\nis in [%s](%s), and `mvn -Preadme` makes this text and the picture of that.",
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

  private void details(StringBuilder out) {
    List<String> peers = figures.peers(figures.tableQuestions());
    out.append("<details><summary>Who they are, and what could not be measured</summary>\n\n");
    for (ContenderInfo contender : result.contenders()) {
      if (peers.contains(contender.name())) {
        out.append("- ").append(escaped(contender.name())).append(": ");
        out.append(escaped(contender.description())).append('\n');
      }
    }
    for (Missing missing : result.missing()) {
      String question = missing.question().isEmpty() ? "all questions" : missing.question();
      out.append("- Not measured: ").append(escaped(missing.contender())).append(" at ");
      out.append(escaped(question)).append(": ").append(escaped(missing.reason())).append('\n');
    }
    out.append("\n</details>\n");
  }

  /** What comes from a machine may hold anything, a line's end included. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replaceAll("\\s+", " ").strip();
  }
}
