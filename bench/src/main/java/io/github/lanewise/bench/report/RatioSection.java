package io.github.lanewise.bench.report;

import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.DotChart;
import io.github.lanewise.bench.page.DotChart.Dot;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.page.Table;
import io.github.lanewise.bench.result.Ratio;
import io.github.lanewise.bench.result.Verdict;
import java.util.List;

/** The other's time over Lanewise's, question by question, with its interval. */
final class RatioSection {
  private RatioSection() {}

  static Section of(Figures figures) {
    return new Section(
        "ratios",
        "Ratios",
        "By how much is Lanewise faster or slower than each of the others?",
        "The time of the other divided by Lanewise's: right of 1 Lanewise is faster, left of it"
            + " slower. The line is the spread of the rounds; what is not wholly outside of the grey"
            + " band of noise has a hollow point and no winner.",
        out -> draw(out, figures));
  }

  private static void draw(Markup out, Figures figures) {
    boolean any = false;
    Table table = new Table(2, "question", "against", "ratio", "spread", "coverage", "verdict");
    out.open("div", "class", "pair").newLine();
    for (Series other : figures.others()) {
      any |= chart(out, figures, other, table);
    }
    out.close().newLine();
    if (!any) {
      Section.absent(
          out,
          "No question was answered both by Lanewise and by somebody else, so there are no ratios.");
    }
    table.drawFolded(out, "The ratios as text");
  }

  private static boolean chart(Markup out, Figures figures, Series other, Table table) {
    double noise = figures.noise();
    DotChart chart =
        new DotChart(
                new Axis("time of " + other.name() + " / time of Lanewise", Axis.Kind.LOGARITHMIC))
            .level(1, 1 / (1 + noise), 1 + noise);
    for (String id : figures.ids()) {
      Ratio ratio = figures.ratio(id, other.name());
      if (ratio != null) {
        Verdict verdict = figures.verdict(ratio);
        boolean open = verdict == Verdict.NO_WINNER || verdict == Verdict.NO_INTERVAL;
        String value = Words.number(ratio.value());
        String hint = id + ": " + value + ", " + Words.range(ratio.low(), ratio.high());
        chart.row(
            id,
            verdict == Verdict.FASTER ? value : value + ", " + words(verdict),
            List.of(new Dot(other, ratio.value(), ratio.low(), ratio.high(), open, hint)));
        table.row(
            id,
            other.name(),
            value,
            Words.range(ratio.low(), ratio.high()),
            Words.share(ratio.coverage()),
            words(verdict));
      }
    }
    if (chart.empty()) {
      return false;
    }
    Section.figure(
        out,
        "Against " + other.name(),
        "Above 1: Lanewise is faster.",
        m -> chart.draw(m, List.of(), "Ratios of times against " + other.name()));
    return true;
  }

  /** What the verdict says of Lanewise. */
  static String words(Verdict verdict) {
    switch (verdict) {
      case FASTER:
        return "faster";
      case SLOWER:
        return "slower";
      case NO_INTERVAL:
        return "one round, no interval";
      default:
        return "no winner";
    }
  }
}
