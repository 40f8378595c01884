package io.github.lanewise.bench.report;

import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.Histogram;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Table;
import io.github.lanewise.bench.result.BenchResult.UlpHistogram;

/** How exact exp is. */
final class AccuracySection {
  private AccuracySection() {}

  static Section of(Figures figures) {
    return new Section(
        "accuracy",
        "Accuracy of exp",
        "Is speed bought with accuracy?",
        "Errors of exp against the exact value, in units of the last place (ULP): an exactly rounded"
            + " result is within 0.5. The axis of counts is logarithmic, for a single bad value to be"
            + " seen among millions; the last bin holds all beyond it.",
        out -> draw(out, figures));
  }

  private static void draw(Markup out, Figures figures) {
    Table table =
        new Table(1, "exp of", "values", "bin in ULP", "largest error in ULP", "it is at x =");
    out.open("div", "class", "pair").newLine();
    for (UlpHistogram histogram : figures.result().ulps()) {
      Histogram chart =
          new Histogram(
              new Axis("error in ULP", Axis.Kind.FROM_ZERO),
              histogram.binWidth(),
              histogram.counts());
      if (chart.empty()) {
        continue;
      }
      long values = histogram.counts().stream().mapToLong(Long::longValue).sum();
      String largest = Words.number(histogram.largest());
      String worst = Float.toString((float) histogram.worstAt());
      table.row(
          histogram.contender(),
          Long.toString(values),
          Words.number(histogram.binWidth()),
          largest,
          worst);
      Section.figure(
          out,
          histogram.contender(),
          Words.count(values, "value", "values")
              + "; the largest error is "
              + largest
              + " ULP, at x = "
              + worst
              + ".",
          m ->
              chart.draw(
                  m,
                  figures.series(histogram.contender()),
                  "Errors of exp in ULP: " + histogram.contender()));
    }
    out.close().newLine();
    if (table.empty()) {
      Section.absent(out, "This run has not looked at the errors of exp.");
    }
    table.drawFolded(out, "The errors as text");
  }
}
