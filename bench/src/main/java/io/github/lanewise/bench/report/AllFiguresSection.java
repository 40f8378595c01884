package io.github.lanewise.bench.report;

import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Table;
import io.github.lanewise.bench.result.Ratio;

/** Everything in one table, and how it was measured. */
final class AllFiguresSection {
  private AllFiguresSection() {}

  static Section of(Figures figures) {
    return new Section(
        "figures",
        "All figures",
        "What exactly was measured, and how?",
        "A row for each question and contender; a ratio above 1 says that Lanewise is faster.",
        out -> draw(out, figures));
  }

  private static void draw(Markup out, Figures figures) {
    Table table =
        new Table(
            2,
            "question",
            "contender",
            "time of a call",
            "spread of the forks",
            "ns per element",
            "achieved",
            "share of the limit",
            "ratio",
            "spread of the ratio",
            "Lanewise is",
            "bytes of a call",
            "difference from the oracle");
    for (String id : figures.ids()) {
      for (Cell cell : figures.cells(id)) {
        Ratio ratio =
            cell.contender().equals(Figures.LANEWISE) ? null : figures.ratio(id, cell.contender());
        double[] spread = cell.spread();
        table.row(
            id,
            cell.contender(),
            Words.time(cell.nanos()),
            Words.time(spread[0]) + " to " + Words.time(spread[1]),
            Words.number(cell.nanosPerElement(cell.nanos())),
            Dots.unit(cell, cell.achieved(cell.nanos())),
            Words.share(cell.share()),
            ratio == null ? Words.NONE : Words.number(ratio.value()),
            ratio == null ? Words.NONE : Words.range(ratio.low(), ratio.high()),
            ratio == null ? Words.NONE : RatioSection.words(figures.verdict(ratio)),
            Words.bytes(cell.bytesPerCall()),
            Words.number(cell.measurement().largestError()));
      }
    }
    if (table.empty()) {
      Section.absent(out, "This run has measured nothing.");
    } else {
      table.tall().draw(out);
    }
    out.element("h3", "The method");
    int rounds = figures.result().rounds();
    double coverage = 1 - Math.pow(2, 1 - rounds);
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
            + Words.count(rounds, "round", "rounds")
            + " the spread covers the true ratio with a probability of "
            + Words.share(coverage)
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
