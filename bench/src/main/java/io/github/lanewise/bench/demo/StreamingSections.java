package io.github.lanewise.bench.demo;

import io.github.lanewise.bench.page.LineChart;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.result.Statistics;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleBiFunction;
import org.apache.commons.math3.stat.StatUtils;

/** Prints and draws the results of the second part. */
final class StreamingSections {
  /** Points of a line: each is the median, or the mean, of the tokens before it. */
  private static final int POINTS = 48;

  /** Bytes of keys and values that a token adds. */
  private static final double TOKEN_BYTES =
      2.0 * Float.BYTES * MiniLm.LAYERS * MiniLm.HEADS * MiniLm.HEAD_DIM;

  private static final String WHOLE = "all tokens";
  private static final String BOUNDED =
      "the first " + StreamingPart.PREFIX + " and the last " + (StreamingPart.WINDOW + 1);

  private final StreamingRun whole;
  private final StreamingRun bounded;
  private final int length;

  StreamingSections(StreamingRun whole, StreamingRun bounded) {
    this.whole = whole;
    this.bounded = bounded;
    this.length = whole.micros.length;
  }

  void print(Terminal terminal) {
    terminal.line("tokens so far   all: µs/token, GB/s, entropy   bounded: µs/token, entropy");
    for (int quarter = 1; quarter <= 4; quarter++) {
      int point = POINTS * quarter / 4 - 1;
      terminal.line(
          "%13d   %12.0f  %6.1f  %7.2f   %18.0f  %7.2f",
          end(point),
          micros(whole, point),
          gigabytesPerSecond(point),
          entropy(whole, point),
          micros(bounded, point),
          entropy(bounded, point));
    }
    terminal.line(
        "Token by token and in one call: %s. Largest relative difference to the oracle: %.1e.",
        same() ? "the same bits" : "DIFFERENT BITS", error());
  }

  void addTo(Page page) {
    page.section(
        "A memory that grows",
        Text.format(
            "The %d tokens of all sentences, one after the other. The keys and values of each, from"
                + " all %d layers and %d heads of the model, join a key-value cache, then its query"
                + " looks at what is there: everything so far, or %s tokens only, with what lies"
                + " between released.",
            length, MiniLm.LAYERS, MiniLm.HEADS, BOUNDED),
        this::draw);
  }

  private void draw(Markup out) {
    int last = POINTS - 1;
    out.open("div", "class", "tiles");
    EmbeddingSections.tile(
        out,
        same() ? "same bits" : "other bits",
        same(),
        "token by token as in one call over all keys and values, compared at every quarter");
    EmbeddingSections.tile(
        out,
        Text.format("%.1e", error()),
        error() <= StreamingPart.TOLERANCE,
        "largest relative difference to the oracle in double, at the same tokens");
    EmbeddingSections.tile(
        out,
        Text.format("%.1f GB/s", gigabytesPerSecond(last)),
        true,
        "keys and values read for the last tokens, on one thread");
    EmbeddingSections.tile(
        out,
        Text.format("%.1f ×", micros(whole, last) / micros(bounded, last)),
        true,
        "time of a token that sees everything, to that of one with a bounded memory, at the end");
    out.close().open("div", "class", "grid");
    figure(
        out,
        "Time per token, ms",
        Text.format(
            "To append a token and to attend in all %d heads, on one thread; medians of %d tokens."
                + " With everything in sight the time grows with the memory; bounded it stays.",
            MiniLm.LAYERS * MiniLm.HEADS, length / POINTS),
        (run, point) -> micros(run, point) / 1e3);
    figure(
        out,
        "Attention entropy, nat",
        Text.format(
            "Mean over all heads and %d tokens. The more there is to see, the more a head spreads:"
                + " alike over n tokens it would have ln n, %.1f at the end. Each sentence was"
                + " embedded by itself, and its heads never learnt to look this far.",
            length / POINTS, Math.log(length)),
        this::entropy);
    out.close();
  }

  private void figure(
      Markup out, String title, String caption, ToDoubleBiFunction<StreamingRun, Integer> value) {
    out.open("figure");
    new LineChart("tokens in memory", points(this::end))
        .line(WHOLE, LineChart.Stroke.ACCENT, points(point -> value.applyAsDouble(whole, point)))
        .line(
            BOUNDED, LineChart.Stroke.DASHED, points(point -> value.applyAsDouble(bounded, point)))
        .draw(out, title);
    EmbeddingSections.caption(out, title, caption);
  }

  private static double[] points(IntToDoubleFunction value) {
    double[] points = new double[POINTS];
    Arrays.setAll(points, value);
    return points;
  }

  /** The tokens before a point of a line, counted from 0. */
  private int end(int point) {
    return length * (point + 1) / POINTS;
  }

  private double micros(StreamingRun run, int point) {
    return Statistics.median(Arrays.copyOfRange(run.micros, end(point - 1), end(point)));
  }

  private double entropy(StreamingRun run, int point) {
    return StatUtils.mean(run.entropy, end(point - 1), end(point) - end(point - 1));
  }

  private double gigabytesPerSecond(int point) {
    return TOKEN_BYTES * end(point) / micros(whole, point) / 1e3;
  }

  private boolean same() {
    return whole.sameBits() && bounded.sameBits();
  }

  private double error() {
    return Math.max(whole.oracleError(), bounded.oracleError());
  }
}
