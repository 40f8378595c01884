package io.github.lanewise.bench.demo.embedding;

import static io.github.lanewise.bench.demo.embedding.SoftmaxExamples.LARGE;
import static io.github.lanewise.bench.demo.embedding.SoftmaxExamples.LOWERED;
import static io.github.lanewise.bench.demo.embedding.SoftmaxExamples.MASKED;
import static io.github.lanewise.bench.demo.embedding.SoftmaxExamples.MIXED;
import static io.github.lanewise.bench.demo.embedding.SoftmaxExamples.NEGATIVE;
import static io.github.lanewise.bench.demo.embedding.SoftmaxExamples.softmax;
import static io.github.lanewise.reference.Primitives.widen;

import io.github.lanewise.bench.demo.minilm.MiniLm;
import io.github.lanewise.bench.page.BarChart;
import io.github.lanewise.bench.page.BarChart.Paint;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.stage.Text;
import io.github.lanewise.reference.ReferenceSoftmax;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Why softmax: what becomes of the weights when one of its parts is left out. */
final class WhySoftmaxSection {
  private static final String[] WORDS = {"the", "cat", "sat", "on", "mats"};

  private final EmbeddingResults results;

  WhySoftmaxSection(EmbeddingResults results) {
    this.results = results;
  }

  void addTo(Page page) {
    page.section(
        "Why softmax, and every part of it",
        "Blue is softmax as Lanewise computes it; red is the same row with one part left out, by"
            + " the naive formulas of the project's reference.",
        this::draw);
  }

  private void draw(Markup out) {
    out.open("div", "class", "columns");
    sumNormalisation(out);
    missingScale(out);
    missingShift(out);
    maskWithoutSoftmax(out);
    reluNormalisation(out);
    out.close();
  }

  private static void sumNormalisation(Markup out) {
    double[] lowered = ReferenceSoftmax.sumNormalised(widen(LOWERED));
    String caption =
        Text.format(
            "Scores 2.8, 0.8, 0.3, 0.2, -0.5. Divided by their sum they give a negative weight;"
                + " lowered by a constant, their sum comes close to 0, and the weights run from"
                + " %.0f to %.0f. Softmax does not feel such a shift: its largest weight is %.4f"
                + " before and %.4f after.",
            Arrays.stream(lowered).min().orElse(Double.NaN),
            Arrays.stream(lowered).max().orElse(Double.NaN),
            softmax(MIXED)[0],
            softmax(LOWERED)[0]);
    BarChart chart =
        new BarChart()
            .group("softmax", Paint.GOOD, bars(softmax(MIXED)))
            .group(
                "divided by the sum",
                Paint.WRONG,
                bars(ReferenceSoftmax.sumNormalised(widen(MIXED))))
            .group(
                Text.format("… every score %.1f lower", SoftmaxExamples.SHIFT),
                Paint.WRONG,
                bars(lowered));
    figure(out, chart, "Not the sum alone", caption);
  }

  private static void reluNormalisation(Markup out) {
    BarChart chart =
        new BarChart()
            .group("softmax", Paint.GOOD, bars(softmax(NEGATIVE)))
            .group(
                "max(x, 0) by its sum",
                Paint.WRONG,
                bars(ReferenceSoftmax.reluNormalised(widen(NEGATIVE))));
    figure(
        out,
        chart,
        "Not the positive part alone",
        "Scores -0.2, -1, -2: with no positive score the sum is 0, and every weight is 0/0. Even in"
            + " better rows a score below zero weighs nothing, and no gradient lifts it again.");
  }

  private static void missingShift(Markup out) {
    BarChart chart =
        new BarChart()
            .group("softmax, shifted by its maximum", Paint.GOOD, bars(softmax(LARGE)))
            .group(
                "exp(x) by its sum, unshifted, in float",
                Paint.WRONG,
                bars(widen(ReferenceSoftmax.unshiftedInFloat(LARGE))));
    figure(
        out,
        chart,
        "Not without the shift",
        "Scores 90, 88, 85: in float exp(90) is infinite, and ∞/∞ is no number. With the"
            + " maximum taken off first, the largest exponential is exp(0) = 1.");
  }

  private static void maskWithoutSoftmax(Markup out) {
    BarChart chart =
        new BarChart()
            .group(
                "softmax over the visible keys", Paint.GOOD, bars(SoftmaxExamples.maskedSoftmax()))
            .group(
                "-∞ where invisible, divided by the sum",
                Paint.WRONG,
                bars(
                    ReferenceSoftmax.maskedWithoutSoftmax(
                        widen(MASKED), SoftmaxExamples.visible())));
    figure(
        out,
        chart,
        "No mask without softmax",
        "The second token of four sees two keys, with scores 2.8 and 1.2. exp(-∞) is exactly 0,"
            + " so softmax gives the other two no weight at all; a plain quotient gives 0 to what"
            + " is visible and ∞/∞ to what is not.");
  }

  /** One real query, at the model's scale and without it. */
  private void missingScale(Markup out) {
    AttentionMaps scaled = results.maps();
    AttentionMaps unscaled = results.unscaled();
    int[] where = mostChangedRow(scaled, unscaled);
    String caption =
        Text.format(
            "What \"%s\" looks at in layer %d, head %d of this model. A sum of 32 products spreads"
                + " √32 times wider than one of them; unscaled, one token takes nearly all. Over"
                + " all heads the mean entropy on this sentence falls from %.2f to %.2f nat.",
            scaled.sentence().pieces().get(where[2]),
            where[0] + 1,
            where[1] + 1,
            scaled.meanEntropy(),
            unscaled.meanEntropy());
    BarChart chart =
        new BarChart()
            .group("softmax(q·k / √32)", Paint.GOOD, row(scaled, where))
            .group("softmax(q·k)", Paint.WRONG, row(unscaled, where));
    figure(out, chart, "Not without the scale", caption);
  }

  /** Returns {layer, head, query} whose largest weight grows most when the scale is left out. */
  private static int[] mostChangedRow(AttentionMaps scaled, AttentionMaps unscaled) {
    int[] best = {0, 0, 0};
    double largest = Double.NEGATIVE_INFINITY;
    for (int layer = 0; layer < MiniLm.LAYERS; layer++) {
      for (int head = 0; head < MiniLm.HEADS; head++) {
        for (int query = 0; query < scaled.sentence().count(); query++) {
          double growth =
              unscaled.largestWeight(layer, head, query) - scaled.largestWeight(layer, head, query);
          if (growth > largest) {
            largest = growth;
            best = new int[] {layer, head, query};
          }
        }
      }
    }
    return best;
  }

  private static List<BarChart.Bar> row(AttentionMaps maps, int[] where) {
    List<BarChart.Bar> bars = new ArrayList<>();
    for (int key = 0; key < maps.sentence().count(); key++) {
      double weight = maps.weight(where[0], where[1], where[2], key);
      String token = maps.sentence().pieces().get(key);
      bars.add(new BarChart.Bar(token, weight, 0, Text.format("%.3f", weight)));
    }
    return bars;
  }

  private static List<BarChart.Bar> bars(double... weights) {
    List<BarChart.Bar> bars = new ArrayList<>();
    for (int j = 0; j < weights.length; j++) {
      double weight = weights[j] + 0.0; // -0 becomes 0
      String text = Double.isNaN(weight) ? "NaN" : Text.format("%.4f", weight);
      bars.add(new BarChart.Bar(WORDS[j], weight, 0, text));
    }
    return bars;
  }

  private static void figure(Markup out, BarChart chart, String title, String caption) {
    out.open("figure");
    chart.draw(out, title);
    out.open("figcaption").element("strong", title).text(caption).close().close();
  }
}
