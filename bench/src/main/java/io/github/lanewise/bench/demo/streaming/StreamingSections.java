package io.github.lanewise.bench.demo.streaming;

import io.github.lanewise.bench.demo.minilm.MiniLm;
import io.github.lanewise.bench.page.LineChart;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.util.Arrays;

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
      int to = length * quarter / 4;
      int from = to - length / POINTS;
      double micros = median(whole.micros, from, to);
      terminal.line(
          Text.format(
              "%13d   %12.0f  %6.1f  %7.2f   %18.0f  %7.2f",
              to,
              micros,
              gigabytesPerSecond(micros, to),
              mean(whole.entropy, from, to),
              median(bounded.micros, from, to),
              mean(bounded.entropy, from, to)));
    }
    terminal.line(
        Text.format(
            "Token by token and in one call: %s. Largest relative difference to the oracle: %.1e.",
            same() ? "the same bits" : "DIFFERENT BITS", error()));
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
    int from = length - length / POINTS;
    double last = median(whole.micros, from, length);
    out.open("div", "class", "tiles");
    tile(
        out,
        same() ? "same bits" : "other bits",
        same(),
        "token by token as in one call over all keys and values, compared at every quarter");
    tile(
        out,
        Text.format("%.1e", error()),
        error() <= StreamingPart.TOLERANCE,
        "largest relative difference to the oracle in double, at the same tokens");
    tile(
        out,
        Text.format("%.1f GB/s", gigabytesPerSecond(last, length)),
        true,
        "keys and values read for the last tokens, on one thread");
    tile(
        out,
        Text.format("%.1f ×", last / median(bounded.micros, from, length)),
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
        millis(binned(whole.micros, true)),
        millis(binned(bounded.micros, true)));
    figure(
        out,
        "Attention entropy, nat",
        Text.format(
            "Mean over all heads and %d tokens. The more there is to see, the more a head spreads:"
                + " alike over n tokens it would have ln n, %.1f at the end. Each sentence was"
                + " embedded by itself, and its heads never learnt to look this far.",
            length / POINTS, Math.log(length)),
        binned(whole.entropy, false),
        binned(bounded.entropy, false));
    out.close();
  }

  private void figure(
      Markup out, String title, String caption, double[] wholeLine, double[] boundedLine) {
    double[] tokens = new double[POINTS];
    Arrays.setAll(tokens, point -> (point + 1.0) * length / POINTS);
    out.open("figure");
    new LineChart("tokens in memory", tokens)
        .line(WHOLE, LineChart.Stroke.ACCENT, wholeLine)
        .line(BOUNDED, LineChart.Stroke.DASHED, boundedLine)
        .draw(out, title);
    out.open("figcaption").element("strong", title).text(caption).close().close();
  }

  private static void tile(Markup out, String value, boolean good, String what) {
    out.open("div", "class", "card")
        .element("span", value, "class", good ? "value good" : "value bad")
        .element("span", what, "class", "what")
        .close();
  }

  private boolean same() {
    return whole.sameBits() && bounded.sameBits();
  }

  private double error() {
    return Math.max(whole.oracleError(), bounded.oracleError());
  }

  private static double gigabytesPerSecond(double micros, int tokens) {
    return TOKEN_BYTES * tokens / micros / 1e3;
  }

  private static double[] millis(double[] micros) {
    return Arrays.stream(micros).map(value -> value / 1e3).toArray();
  }

  private double[] binned(double[] values, boolean byMedian) {
    double[] points = new double[POINTS];
    for (int point = 0; point < POINTS; point++) {
      int from = (int) ((long) length * point / POINTS);
      int to = (int) ((long) length * (point + 1) / POINTS);
      points[point] = byMedian ? median(values, from, to) : mean(values, from, to);
    }
    return points;
  }

  private static double median(double[] values, int from, int to) {
    double[] sorted = Arrays.copyOfRange(values, from, to);
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double mean(double[] values, int from, int to) {
    return Arrays.stream(values, from, to).average().orElse(Double.NaN);
  }
}
