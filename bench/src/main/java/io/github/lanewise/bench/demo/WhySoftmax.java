package io.github.lanewise.bench.demo;

import static io.github.lanewise.reference.Primitives.widen;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.Softmax;
import io.github.lanewise.bench.demo.MiniLm.Head;
import io.github.lanewise.bench.page.Chart;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.stage.Text;
import io.github.lanewise.reference.ReferenceSoftmax;
import java.util.List;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.util.MathArrays;

/**
 * Why softmax: what becomes of the weights when one of its parts is left out. What is right comes
 * from the kernel and is held against the reference; what is wrong comes from the reference's naive
 * formulas.
 */
final class WhySoftmax {
  /** The bound that {@link Softmax} states, (|d| + D + 33)·u, is below 2.5e-6 where |d| + D ≤ 8. */
  static final double TOLERANCE = 2.5e-6;

  /** The look of a series that is blue. */
  private static final int GOOD = 0;

  /** The look of a series that is red. */
  private static final int WRONG = 8;

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

  /** Draws the figures, with the maps of a real sentence at the model's scale and without it. */
  static void draw(Markup out, AttentionMaps scaled, AttentionMaps unscaled) {
    out.open("div", "class", "columns");
    double[] mixed = softmax(MIXED);
    double[] lowered = ReferenceSoftmax.sumNormalised(widen(LOWERED));
    figure(
        out,
        List.of(
            good("softmax", mixed),
            wrong("divided by the sum", ReferenceSoftmax.sumNormalised(widen(MIXED))),
            wrong(Text.format("… every score %.1f lower", SHIFT), lowered)),
        "Not the sum alone",
        "Scores 2.8, 0.8, 0.3, 0.2, -0.5. Divided by their sum they give a negative weight; lowered"
            + " by a constant, their sum comes close to 0, and the weights run from %.0f to %.0f."
            + " Softmax does not feel such a shift: its largest weight is %.4f before and %.4f"
            + " after.",
        StatUtils.min(lowered),
        StatUtils.max(lowered),
        mixed[0],
        softmax(LOWERED)[0]);
    missingScale(out, scaled, unscaled);
    figure(
        out,
        List.of(
            good("softmax, shifted by its maximum", softmax(LARGE)),
            wrong(
                "exp(x) by its sum, unshifted, in float",
                widen(ReferenceSoftmax.unshiftedInFloat(LARGE)))),
        "Not without the shift",
        "Scores 90, 88, 85: in float exp(90) is infinite, and ∞/∞ is no number. With the"
            + " maximum taken off first, the largest exponential is exp(0) = 1.");
    figure(
        out,
        List.of(
            good("softmax over the visible keys", maskedSoftmax()),
            wrong(
                "-∞ where invisible, divided by the sum",
                ReferenceSoftmax.maskedWithoutSoftmax(widen(MASKED), VISIBLE))),
        "No mask without softmax",
        "The second token of four sees two keys, with scores 2.8 and 1.2. exp(-∞) is exactly 0,"
            + " so softmax gives the other two no weight at all; a plain quotient gives 0 to what"
            + " is visible and ∞/∞ to what is not.");
    figure(
        out,
        List.of(
            good("softmax", softmax(NEGATIVE)),
            wrong("max(x, 0) by its sum", ReferenceSoftmax.reluNormalised(widen(NEGATIVE)))),
        "Not the positive part alone",
        "Scores -0.2, -1, -2: with no positive score the sum is 0, and every weight is 0/0. Even in"
            + " better rows a score below zero weighs nothing, and no gradient lifts it again.");
    out.close();
  }

  /** The real row whose largest weight grows most when the scale is left out. */
  private static void missingScale(Markup out, AttentionMaps scaled, AttentionMaps unscaled) {
    Head head = Head.ALL.getFirst();
    int query = 0;
    double largest = Double.NEGATIVE_INFINITY;
    for (Head h : Head.ALL) {
      for (int i = 0; i < scaled.pieces().size(); i++) {
        double growth = StatUtils.max(unscaled.row(h, i)) - StatUtils.max(scaled.row(h, i));
        if (growth > largest) {
          largest = growth;
          head = h;
          query = i;
        }
      }
    }
    List<String> pieces = scaled.pieces();
    figure(
        out,
        List.of(
            bars(new Series("softmax(q·k / √32)", GOOD), pieces, "%.3f", scaled.row(head, query)),
            bars(new Series("softmax(q·k)", WRONG), pieces, "%.3f", unscaled.row(head, query))),
        "Not without the scale",
        "What \"%s\" looks at in %s of this model. A sum of 32 products spreads √32 times wider than"
            + " one of them; unscaled, one token takes nearly all. Over all heads the mean entropy"
            + " on this sentence falls from %.2f to %.2f nat.",
        scaled.pieces().get(query),
        head,
        scaled.meanEntropy(),
        unscaled.meanEntropy());
  }

  private static Chart good(String name, double... weights) {
    return bars(new Series(name, GOOD), WORDS, "%.4f", weights);
  }

  private static Chart wrong(String name, double... weights) {
    return bars(new Series(name, WRONG), WORDS, "%.4f", weights);
  }

  private static Chart bars(Series series, List<String> words, String format, double... weights) {
    Chart chart = Chart.bars();
    for (int j = 0; j < weights.length; j++) {
      double weight = weights[j] + 0.0; // -0 becomes 0
      String text = Text.format(format, weight);
      chart.bar(words.get(j), text, new Chart.Point(series, j, weight, text));
    }
    return chart;
  }

  private static void figure(
      Markup out, List<Chart> charts, String title, String caption, Object... arguments) {
    Chart.draw(out, charts, title, Text.format(caption, arguments));
  }
}
