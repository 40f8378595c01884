package io.github.lanewise.bench.report;

import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.Chart;
import io.github.lanewise.bench.page.Chart.Point;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.page.Table;
import io.github.lanewise.bench.report.Figures.Cell;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.result.BenchResult.Disturbance;
import io.github.lanewise.bench.result.BenchResult.Machine;
import io.github.lanewise.bench.result.Ratio;
import io.github.lanewise.bench.result.Verdict;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.List;

/** Lanewise against the others: who took part, who was faster by how much, and every figure. */
final class ComparisonSections {
  /** What the loop of multiply-adds may vary by in a quiet run. */
  private static final double QUIET = 0.05;

  private final Figures figures;
  private final BenchResult result;

  ComparisonSections(Figures figures) {
    this.figures = figures;
    this.result = figures.result();
  }

  /** What was measured where, who took part, and how often Lanewise was the faster one. */
  void summary(Markup out) {
    out.open("div", "class", "tiles").newLine();
    figures.others().forEach(other -> tile(out, other.name()));
    out.close().newLine();
    if (figures.others().isEmpty()) {
      Page.absent(out, "Nobody but Lanewise took part, so there is nobody to compare it with.");
    }
    out.element("h3", "The machine");
    Machine machine = result.machine();
    new Table("what, this run", "")
        .row("processor", machine.cpu())
        .row("processors that the JVM sees", Integer.toString(machine.cores()))
        .row("memory", Text.format("%s GB", Words.number(machine.memoryGigabytes())))
        .row("operating system", machine.operatingSystem())
        .row("JDK", machine.jdk())
        .row("flags of the JVM", String.join(" ", machine.flags()))
        .row("Lanewise", machine.lanewise() + ", " + machine.implementation())
        .row("started", result.started())
        .row("took", Words.number(result.seconds() / 60) + " minutes")
        .row("rounds", Integer.toString(result.rounds()))
        .draw(out);
    out.element("p", disturbance(result.disturbance()));
    out.element("h3", "Who took part");
    Table contenders = new Table("contender, what runs", "");
    result.contenders().forEach(one -> contenders.row(one.name(), one.description()));
    if (!contenders.draw(out)) {
      Page.absent(out, "The result names no contenders.");
    }
    out.element("h3", "What is missing, and why");
    Table missing = new Table("contender, question, reason", "");
    result
        .missing()
        .forEach(
            one ->
                missing.row(
                    one.contender(),
                    one.question().isEmpty() ? "all" : one.question(),
                    one.reason()));
    if (!missing.draw(out)) {
      Page.absent(out, "Nothing: whatever was asked for has been measured.");
    }
    out.open("p").text("The same figures for programs: ");
    out.element("a", Report.JSON, "href", Report.JSON).text(" (everything), ");
    out.element("a", Report.CSV, "href", Report.CSV).text(" (for a spreadsheet). ");
    out.text("Repeat it: ").element("code", result.command()).close().newLine();
  }

  private void tile(Markup out, String other) {
    List<Verdict> verdicts = new ArrayList<>();
    for (String id : figures.ids()) {
      Ratio ratio = figures.ratio(id, other);
      if (ratio != null) {
        verdicts.add(figures.verdict(ratio));
      }
    }
    if (verdicts.isEmpty()
        && result.contenders().stream().noneMatch(one -> one.name().equals(other))) {
      return; // the histogram has curves of functions that took no part
    }
    out.open("div", "class", "card").element("strong", "Against " + other);
    if (verdicts.isEmpty()) {
      out.element("span", "no answer", "class", "value");
    } else if (verdicts.stream().allMatch(one -> one == Verdict.NO_INTERVAL)) {
      out.element("span", Words.verdict(Verdict.NO_INTERVAL), "class", "value");
    } else {
      count(out, verdicts, Verdict.FASTER, "value good");
      count(out, verdicts, Verdict.SLOWER, "value bad");
      count(out, verdicts, Verdict.NO_WINNER, "value");
    }
    out.element("span", "of " + Words.count(verdicts.size(), "question"), "class", "what");
    out.close().newLine();
  }

  private static void count(Markup out, List<Verdict> verdicts, Verdict verdict, String style) {
    long count = verdicts.stream().filter(one -> one == verdict).count();
    out.element("span", count + " " + Words.verdict(verdict), "class", count > 0 ? style : "value");
  }

  /** How far the machine was from being ours alone. */
  private String disturbance(Disturbance disturbance) {
    double spread = disturbance.limitSpread();
    double stolen = disturbance.stolenShare();
    double load = disturbance.otherLoad();
    String run =
        !Double.isFinite(spread)
            ? "How disturbed the run was is not known. "
            : (spread <= QUIET
                    ? "The run was quiet. "
                    : spread < figures.noise()
                        ? "The run was somewhat disturbed. "
                        : "The run was disturbed, and names fewer winners for it. ")
                + "A loop of nothing but multiply-adds, which nothing slows but the machine,"
                + " varied by "
                + Words.share(spread)
                + ". ";
    String host =
        Double.isFinite(stolen)
            ? "The hypervisor gave " + Words.share(stolen) + " of the processors' time to others. "
            : "Whether a hypervisor took time is not told here. ";
    String others =
        Double.isFinite(load)
            ? "Other processes kept " + Text.format("%.1f", load) + " processors busy. "
            : "What other processes did is not told here. ";
    return run
        + host
        + others
        + "A difference below "
        + Words.share(figures.noise())
        + " is no difference.";
  }

  /** The other's time over Lanewise's, question by question, with its interval. */
  void ratios(Markup out) {
    Table table = new Table("question, against", "ratio, spread, coverage, verdict");
    for (Series other : figures.others()) {
      ratios(other, table).draw(out, "Against " + other.name(), "Above 1: Lanewise is faster.");
    }
    if (!table.drawFolded(out, "The ratios as text")) {
      Page.absent(
          out,
          "No question was answered both by Lanewise and by somebody else, so there are no ratios.");
    }
  }

  private Chart ratios(Series other, Table table) {
    double noise = 1 + figures.noise();
    Chart chart =
        Chart.rows(
                new Axis("time of " + other.name() + " / time of Lanewise", Axis.Kind.LOGARITHMIC))
            .level("", 1 / noise, 1, noise);
    for (String id : figures.ids()) {
      Ratio ratio = figures.ratio(id, other.name());
      if (ratio != null) {
        Verdict verdict = figures.verdict(ratio);
        boolean open = verdict == Verdict.NO_WINNER || verdict == Verdict.NO_INTERVAL;
        String value = Words.number(ratio.value());
        String range = Words.range(ratio.low(), ratio.high());
        String words = Words.verdict(verdict);
        String hint = id + ": " + value + ", " + range;
        chart.row(
            id,
            verdict == Verdict.FASTER ? value : value + ", " + words,
            List.of(new Point(other, 0, ratio.value(), ratio.low(), ratio.high(), open, hint)));
        table.row(id, other.name(), value, range, Words.share(ratio.coverage()), words);
      }
    }
    return chart;
  }

  /** Everything in one table, and how it was measured. */
  void everything(Markup out) {
    Table table =
        new Table(
            "question, contender",
            Words.SPEED
                + ", ratio, spread of the ratio, Lanewise is, bytes of a call,"
                + " difference from the oracle");
    for (String id : figures.ids()) {
      for (Cell cell : figures.cells(id)) {
        boolean mine = cell.contender().equals(Figures.LANEWISE);
        Ratio ratio = mine ? null : figures.ratio(id, cell.contender());
        List<String> row = new ArrayList<>(Words.speed(cell));
        row.add(ratio == null ? Words.NONE : Words.number(ratio.value()));
        row.add(ratio == null ? Words.NONE : Words.range(ratio.low(), ratio.high()));
        row.add(ratio == null ? Words.NONE : Words.verdict(figures.verdict(ratio)));
        row.add(Words.bytes(cell.bytesPerCall()));
        row.add(Words.number(cell.measurement().largestError()));
        table.row(row);
      }
    }
    if (!table.draw(out)) {
      Page.absent(out, "This run has measured nothing.");
    }
    out.element("h3", "The method");
    int rounds = result.rounds();
    out.element(
        "p",
        "In each round every question is asked of all contenders, one right after the other, each in"
            + " a JVM of its own, in an order that changes from round to round; so a ratio compares"
            + " neighbours in time, and not the quiet minute of one with the busy minute of another."
            + " An answer is compared with the oracle's before it is timed; a wrong one is not timed"
            + " at all, and is listed as missing.");
    out.element(
        "p",
        "A time is the median of all iterations of all forks, a ratio is the median of the other's"
            + " iterations divided by Lanewise's, and its spread reaches from the smallest to the"
            + " largest ratio of a single round. With "
            + Words.count(rounds, "round")
            + " the spread covers the true ratio with a probability of "
            + Words.share(1 - Math.pow(2, 1 - rounds))
            + " (sign test"
            + (rounds == 1 ? ": a single round has no spread at all)." : ")."));
    out.element(
        "p",
        "A winner is named only if the whole spread lies beyond the noise of "
            + Words.share(figures.noise())
            + ", the larger of 15 % and what the loop of multiply-adds varied by in this run. The"
            + " limit of a question is sampled beside every iteration, over as many bytes, so that"
            + " its share does not depend on how fast the machine was at that moment.");
  }
}
