package io.github.lanewise.bench.demo.embedding;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.Softmax;
import io.github.lanewise.bench.demo.minilm.MiniLm;
import io.github.lanewise.bench.demo.page.BarChart;
import io.github.lanewise.bench.demo.page.BarChart.Paint;
import io.github.lanewise.bench.demo.page.Markup;
import io.github.lanewise.bench.demo.page.Page;
import io.github.lanewise.bench.demo.stage.Text;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceSoftmax;
import java.util.ArrayList;
import java.util.List;

/**
 * Why softmax: what becomes of the weights when one of its parts is left out. The right-hand sides
 * come from the kernel, the wrong ones from the reference's naive formulas.
 */
final class WhySoftmaxSection {
  private static final String[] WORDS = {"the", "cat", "sat", "on", "mats"};

  private final EmbeddingResults results;

  WhySoftmaxSection(EmbeddingResults results) {
    this.results = results;
  }

  void addTo(Page page) {
    page.section(
        "Why softmax, and every part of it",
        "Blue is softmax as Lanewise computes it; red is the same row with one part left out, as"
            + " the project's reference computes it.",
        this::draw);
  }

  private void draw(Markup out) {
    out.open("div", "class", "grid");
    sumNormalisation(out);
    missingScale(out);
    missingShift(out);
    maskWithoutSoftmax(out);
    reluNormalisation(out);
    out.close();
  }

  /** The same row, 0.7 lower, has a sum near zero: its quotients explode. */
  private static void sumNormalisation(Markup out) {
    float[] scores = {2.8f, 0.8f, 0.3f, 0.2f, -0.5f};
    float[] lower = new float[scores.length];
    for (int j = 0; j < scores.length; j++) {
      lower[j] = scores[j] - 0.7f;
    }
    BarChart chart =
        new BarChart()
            .group("softmax", Paint.GOOD, bars(softmax(scores)))
            .group("divided by the sum", Paint.WRONG, bars(sumNormalised(scores)))
            .group("… every score 0.7 lower", Paint.WRONG, bars(sumNormalised(lower)));
    figure(
        out,
        chart,
        "Not the sum alone",
        Text.format(
            "Scores 2.8, 0.8, 0.3, 0.2, -0.5. Divided by their sum they give a negative weight,"
                + " and shifted by a constant they run from %.0f to %.0f. Softmax does not change"
                + " by such a shift: its largest weight is %.4f before and %.4f after.",
            Primitives.max(negated(sumNormalised(lower))) * -1,
            Primitives.max(sumNormalised(lower)),
            softmax(scores)[0],
            softmax(lower)[0]));
  }

  private static void reluNormalisation(Markup out) {
    float[] scores = {-0.2f, -1.0f, -2.0f};
    BarChart chart =
        new BarChart()
            .group("softmax", Paint.GOOD, bars(softmax(scores)))
            .group(
                "max(x, 0) by its sum",
                Paint.WRONG,
                bars(ReferenceSoftmax.reluNormalised(Primitives.widen(scores))));
    figure(
        out,
        chart,
        "Not the positive part alone",
        "Scores -0.2, -1, -2: with no positive score the sum is 0, and every weight is 0/0. Scores"
            + " just below zero weigh nothing, and no gradient ever lifts them again.");
  }

  private static void missingShift(Markup out) {
    float[] scores = {90, 88, 85};
    BarChart chart =
        new BarChart()
            .group("softmax, shifted by its maximum", Paint.GOOD, bars(softmax(scores)))
            .group(
                "exp(x) by its sum, unshifted, in float",
                Paint.WRONG,
                bars(Primitives.widen(ReferenceSoftmax.unshiftedInFloat(scores))));
    figure(
        out,
        chart,
        "Not without the shift",
        "Scores 90, 88, 85: in float exp(90) is infinite, and ∞/∞ is no number. With the"
            + " maximum taken off first, the largest exponential is exp(0) = 1.");
  }

  private static void maskWithoutSoftmax(Markup out) {
    float[] scores = {2.8f, 1.2f, 0.5f, 3.1f};
    boolean[] visible = {true, true, false, false};
    FloatTensor y = FloatTensor.allocate(1, scores.length);
    Softmax.standard()
        .apply(
            FloatTensor.of(scores, 1, scores.length), Mask.allowed(visible, 1, scores.length), y);
    BarChart chart =
        new BarChart()
            .group("softmax over the visible keys", Paint.GOOD, bars(Primitives.widen(y.toArray())))
            .group(
                "-∞ where invisible, divided by the sum",
                Paint.WRONG,
                bars(ReferenceSoftmax.maskedWithoutSoftmax(Primitives.widen(scores), visible)));
    figure(
        out,
        chart,
        "No mask without softmax",
        "The second token of four sees two keys, scores 2.8 and 1.2. exp(-∞) is exactly 0, so"
            + " softmax gives the other two keys no weight at all; a plain quotient gives 0 to"
            + " what is visible and ∞/∞ to what is not.");
  }

  /** One real query, at the model's scale and without it. */
  private void missingScale(Markup out) {
    AttentionMaps scaled = results.maps();
    AttentionMaps unscaled = results.unscaled();
    int[] worst = mostChangedRow(scaled, unscaled);
    BarChart chart =
        new BarChart()
            .group("softmax(q·k / √32)", Paint.GOOD, row(scaled, worst))
            .group("softmax(q·k)", Paint.WRONG, row(unscaled, worst));
    figure(
        out,
        chart,
        "Not without the scale",
        Text.format(
            "What \"%s\" looks at in layer %d, head %d, of this model. A product of 32 terms spreads"
                + " √32 times wider than one term; unscaled, one token takes all. Over all heads the"
                + " mean entropy falls from %.2f to %.2f nat.",
            scaled.sentence().pieces().get(worst[2]),
            worst[0] + 1,
            worst[1] + 1,
            meanEntropy(scaled),
            meanEntropy(unscaled)));
  }

  /** Returns {layer, head, query} whose largest weight grows most when the scale is left out. */
  private static int[] mostChangedRow(AttentionMaps scaled, AttentionMaps unscaled) {
    int[] best = {0, 0, 0};
    double largest = Double.NEGATIVE_INFINITY;
    int tokens = scaled.sentence().count();
    for (int layer = 0; layer < MiniLm.LAYERS; layer++) {
      for (int head = 0; head < MiniLm.HEADS; head++) {
        for (int query = 0; query < tokens; query++) {
          double growth =
              largestWeight(unscaled, layer, head, query)
                  - largestWeight(scaled, layer, head, query);
          if (growth > largest) {
            largest = growth;
            best = new int[] {layer, head, query};
          }
        }
      }
    }
    return best;
  }

  private static double largestWeight(AttentionMaps maps, int layer, int head, int query) {
    double largest = 0;
    for (int key = 0; key < maps.sentence().count(); key++) {
      largest = Math.max(largest, maps.weight(layer, head, query, key));
    }
    return largest;
  }

  private static List<BarChart.Bar> row(AttentionMaps maps, int[] where) {
    List<BarChart.Bar> bars = new ArrayList<>();
    for (int key = 0; key < maps.sentence().count(); key++) {
      double weight = maps.weight(where[0], where[1], where[2], key);
      bars.add(
          new BarChart.Bar(
              maps.sentence().pieces().get(key), weight, 0, Text.format("%.3f", weight)));
    }
    return bars;
  }

  private static double meanEntropy(AttentionMaps maps) {
    double sum = 0;
    for (int layer = 0; layer < MiniLm.LAYERS; layer++) {
      for (int head = 0; head < MiniLm.HEADS; head++) {
        sum += maps.meanEntropy(layer, head);
      }
    }
    return sum / (MiniLm.LAYERS * MiniLm.HEADS);
  }

  private static double[] softmax(float... scores) {
    float[] weights = scores.clone();
    Softmax.standard().apply(weights, 0, weights.length);
    return Primitives.widen(weights);
  }

  private static double[] sumNormalised(float... scores) {
    return ReferenceSoftmax.sumNormalised(Primitives.widen(scores));
  }

  private static double[] negated(double[] x) {
    double[] y = new double[x.length];
    for (int j = 0; j < x.length; j++) {
      y[j] = -x[j];
    }
    return y;
  }

  private static List<BarChart.Bar> bars(double... weights) {
    List<BarChart.Bar> bars = new ArrayList<>();
    for (int j = 0; j < weights.length; j++) {
      String text =
          Double.isNaN(weights[j]) ? "NaN" : Text.format("%.4f", weights[j] + 0.0) /* no -0 */;
      bars.add(new BarChart.Bar(WORDS[j], weights[j], 0, text));
    }
    return bars;
  }

  private static void figure(Markup out, BarChart chart, String title, String caption) {
    out.open("figure");
    chart.draw(out, title);
    out.open("figcaption").element("strong", title).text(caption).close().close();
  }
}
