package io.github.lanewise.bench.demo;

import static io.github.lanewise.reference.Primitives.widen;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.Softmax;
import io.github.lanewise.bench.demo.MiniLm.Head;
import io.github.lanewise.bench.page.BarChart;
import io.github.lanewise.bench.page.BarChart.Paint;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.stage.Text;
import io.github.lanewise.reference.ReferenceSoftmax;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.util.MathArrays;

/**
 * Why softmax: what becomes of the weights when one of its parts is left out. What is right comes
 * from the kernel and is held against the reference; what is wrong comes from the reference's naive
 * formulas.
 */
final class WhySoftmax {
  /** The bound that {@link Softmax} states, (|d| + D + 33)·u, is below 2.5e-6 where |d| + D ≤ 8. */
  static final double TOLERANCE = 2.5e-6;

  private static final List<String> WORDS = List.of("the", "cat", "sat", "on", "mats");

  /** Scores of either sign. */
  private static final float[] MIXED = {2.8f, 0.8f, 0.3f, 0.2f, -0.5f};

  /** The same scores, {@link #SHIFT} lower: their sum is close to 0. */
  private static final float[] LOWERED = {2.1f, 0.1f, -0.4f, -0.5f, -1.2f};

  private static final double SHIFT = 0.7;

  /** No score is positive. */
  private static final float[] NEGATIVE = {-0.2f, -1.0f, -2.0f};

  /** The largest has no exponential in float. */
  private static final float[] LARGE = {90, 88, 85};

  /** The second token of four, which sees two keys. */
  private static final float[] MASKED = {2.8f, 1.2f, 0.5f, 3.1f};

  private static final boolean[] VISIBLE = {true, true, false, false};

  private WhySoftmax() {}

  /** Returns the largest difference of a weight in the figures to the reference's. */
  static double maxDifference() {
    double[] exact = ReferenceSoftmax.softmax(widen(MASKED), VISIBLE, 1, Double.NaN);
    double largest = MathArrays.distanceInf(maskedSoftmax(), exact);
    for (float[] scores : List.of(MIXED, LOWERED, NEGATIVE, LARGE)) {
      exact = ReferenceSoftmax.softmax(widen(scores));
      largest = Math.max(largest, MathArrays.distanceInf(softmax(scores), exact));
    }
    return largest;
  }

  private static double[] softmax(float... scores) {
    float[] weights = scores.clone();
    Softmax.standard().apply(weights, 0, weights.length);
    return widen(weights);
  }

  private static double[] maskedSoftmax() {
    FloatTensor weights = FloatTensor.allocate(1, MASKED.length);
    Mask mask = Mask.allowed(VISIBLE, 1, MASKED.length);
    Softmax.standard().apply(FloatTensor.of(MASKED, 1, MASKED.length), mask, weights);
    return widen(weights.toArray());
  }

  /**
   * Draws the figures; the maps are those of a real sentence, with the model's scale and without.
   */
  static void draw(Markup out, AttentionMaps scaled, AttentionMaps unscaled) {
    out.open("div", "class", "columns");
    sumNormalisation(out);
    missingScale(out, scaled, unscaled);
    figure(
        out,
        new BarChart()
            .group("softmax, shifted by its maximum", Paint.GOOD, bars(softmax(LARGE)))
            .group(
                "exp(x) by its sum, unshifted, in float",
                Paint.WRONG,
                bars(widen(ReferenceSoftmax.unshiftedInFloat(LARGE)))),
        "Not without the shift",
        "Scores 90, 88, 85: in float exp(90) is infinite, and ∞/∞ is no number. With the"
            + " maximum taken off first, the largest exponential is exp(0) = 1.");
    figure(
        out,
        new BarChart()
            .group("softmax over the visible keys", Paint.GOOD, bars(maskedSoftmax()))
            .group(
                "-∞ where invisible, divided by the sum",
                Paint.WRONG,
                bars(ReferenceSoftmax.maskedWithoutSoftmax(widen(MASKED), VISIBLE))),
        "No mask without softmax",
        "The second token of four sees two keys, with scores 2.8 and 1.2. exp(-∞) is exactly 0,"
            + " so softmax gives the other two no weight at all; a plain quotient gives 0 to what"
            + " is visible and ∞/∞ to what is not.");
    figure(
        out,
        new BarChart()
            .group("softmax", Paint.GOOD, bars(softmax(NEGATIVE)))
            .group(
                "max(x, 0) by its sum",
                Paint.WRONG,
                bars(ReferenceSoftmax.reluNormalised(widen(NEGATIVE)))),
        "Not the positive part alone",
        "Scores -0.2, -1, -2: with no positive score the sum is 0, and every weight is 0/0. Even in"
            + " better rows a score below zero weighs nothing, and no gradient lifts it again.");
    out.close();
  }

  private static void sumNormalisation(Markup out) {
    double[] mixed = ReferenceSoftmax.sumNormalised(widen(MIXED));
    double[] lowered = ReferenceSoftmax.sumNormalised(widen(LOWERED));
    figure(
        out,
        new BarChart()
            .group("softmax", Paint.GOOD, bars(softmax(MIXED)))
            .group("divided by the sum", Paint.WRONG, bars(mixed))
            .group(Text.format("… every score %.1f lower", SHIFT), Paint.WRONG, bars(lowered)),
        "Not the sum alone",
        Text.format(
            "Scores 2.8, 0.8, 0.3, 0.2, -0.5. Divided by their sum they give a negative weight;"
                + " lowered by a constant, their sum comes close to 0, and the weights run from"
                + " %.0f to %.0f. Softmax does not feel such a shift: its largest weight is %.4f"
                + " before and %.4f after.",
            Arrays.stream(lowered).min().orElse(Double.NaN),
            Arrays.stream(lowered).max().orElse(Double.NaN),
            softmax(MIXED)[0],
            softmax(LOWERED)[0]));
  }

  /** The real row whose largest weight grows most when the scale is left out. */
  private static void missingScale(Markup out, AttentionMaps scaled, AttentionMaps unscaled) {
    Head head = Head.ALL.getFirst();
    int query = 0;
    double largest = Double.NEGATIVE_INFINITY;
    for (Head h : Head.ALL) {
      for (int i = 0; i < scaled.pieces().size(); i++) {
        double growth = unscaled.largestWeight(h, i) - scaled.largestWeight(h, i);
        if (growth > largest) {
          largest = growth;
          head = h;
          query = i;
        }
      }
    }
    figure(
        out,
        new BarChart()
            .group("softmax(q·k / √32)", Paint.GOOD, row(scaled, head, query))
            .group("softmax(q·k)", Paint.WRONG, row(unscaled, head, query)),
        "Not without the scale",
        Text.format(
            "What \"%s\" looks at in %s of this model. A sum of 32 products spreads √32 times"
                + " wider than one of them; unscaled, one token takes nearly all. Over all heads"
                + " the mean entropy on this sentence falls from %.2f to %.2f nat.",
            scaled.pieces().get(query), head, scaled.meanEntropy(), unscaled.meanEntropy()));
  }

  private static List<BarChart.Bar> row(AttentionMaps maps, Head head, int query) {
    double[] weights = new double[maps.pieces().size()];
    Arrays.setAll(weights, key -> maps.weight(head, query, key));
    return bars("%.3f", maps.pieces(), weights);
  }

  private static List<BarChart.Bar> bars(double... weights) {
    return bars("%.4f", WORDS, weights);
  }

  private static List<BarChart.Bar> bars(String format, List<String> words, double... weights) {
    List<BarChart.Bar> bars = new ArrayList<>();
    for (int j = 0; j < weights.length; j++) {
      double weight = weights[j] + 0.0; // -0 becomes 0
      bars.add(new BarChart.Bar(words.get(j), weight, 0, Text.format(format, weight)));
    }
    return bars;
  }

  private static void figure(Markup out, BarChart chart, String title, String caption) {
    out.open("figure");
    chart.draw(out, title);
    EmbeddingSections.caption(out, title, caption);
  }
}
