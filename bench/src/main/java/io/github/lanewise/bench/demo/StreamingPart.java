package io.github.lanewise.bench.demo;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.github.lanewise.Workers;
import io.github.lanewise.bench.demo.StreamingRun.TokenStream;
import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.Chart;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.result.Statistics;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Terminal.ProgressBar;
import io.github.lanewise.bench.stage.Text;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.StatUtils;

/**
 * All sentences, token by token, through two growing memories of the real model's keys and values:
 * one that every token sees as a whole, and one that keeps the first tokens and a window.
 */
final class StreamingPart {
  /** Tokens at the beginning that stay: what streaming language models call attention sinks. */
  private static final int PREFIX = 4;

  private static final int WINDOW = 511;
  private static final int WARM_UP_TOKENS = 1000;

  /** Largest relative difference to the oracle that is allowed: a hundred roundings of a float. */
  private static final double TOLERANCE = 1e-5;

  /** Points of a line: each is the median, or the mean, of the tokens before it. */
  private static final int POINTS = 48;

  private static final int LAST = POINTS - 1;

  /** Bytes of keys and values that a token adds. */
  private static final double TOKEN_BYTES = 2.0 * Float.BYTES * MiniLm.LAYERS * MiniLm.HIDDEN;

  private static final String BOUNDED = "the first " + PREFIX + " and the last " + (WINDOW + 1);

  private final StreamingRun whole;
  private final StreamingRun bounded;
  private final int length;

  private StreamingPart(TokenStream stream) {
    whole = new StreamingRun(stream, 0, 0);
    bounded = new StreamingRun(stream, PREFIX, WINDOW);
    length = stream.length();
  }

  /** Runs the part and returns its claims. */
  static List<Claim> run(Terminal terminal, Page page) {
    TokenStream stream = embed(terminal);
    StreamingPart part = new StreamingPart(stream);
    int warmUp = Math.min(WARM_UP_TOKENS, stream.length());
    try (ProgressBar progress =
        terminal.progress("Reading token by token", 2 * (stream.length() + warmUp))) {
      new StreamingRun(stream, 0, 0).read(warmUp, progress);
      new StreamingRun(stream, PREFIX, WINDOW).read(warmUp, progress);
      part.whole.read(stream.length(), progress);
      part.bounded.read(stream.length(), progress);
    }
    part.print(terminal);
    page.section(
        "A memory that grows",
        Text.format(
            "The %d tokens of all sentences, one after the other. The keys and values of each, from"
                + " all %d layers and %d heads of the model, join a key-value cache, then its query"
                + " looks at what is there: everything so far, or %s tokens only, with what lies"
                + " between released.",
            stream.length(), MiniLm.LAYERS, MiniLm.HEADS, BOUNDED),
        part::draw);
    return part.claims();
  }

  private static TokenStream embed(Terminal terminal) {
    List<Tokens> sentences;
    try (HuggingFaceTokenizer tokenizer = Tokens.tokenizer()) {
      sentences = DemoFiles.sentences().stream().map(text -> Tokens.of(text, tokenizer)).toList();
    }
    LanewiseEncoder encoder = new LanewiseEncoder(MiniLm.load(), Workers.caller());
    int length = sentences.stream().mapToInt(Tokens::count).sum();
    TokenStream stream = TokenStream.allocate(length);
    int read = 0;
    try (ProgressBar progress = terminal.progress("Keys and values", sentences.size())) {
      for (Tokens sentence : sentences) {
        int from = read;
        encoder.embed(sentence, new float[MiniLm.HIDDEN], step -> stream.copy(step, from));
        read += sentence.count();
        progress.step();
      }
      terminal.line(
          "%d sentences, %d tokens; each adds a key and a value of %d floats in %d heads of %d"
              + " layers.",
          sentences.size(), length, MiniLm.HEAD_DIM, MiniLm.HEADS, MiniLm.LAYERS);
    }
    return stream;
  }

  private List<Claim> claims() {
    boolean same = whole.sameBits && bounded.sameBits;
    return List.of(
        new Claim(
            same ? "same bits" : "other bits",
            same,
            "token by token as in one call over all keys and values, compared at every quarter"),
        Claim.atMost(
            TOLERANCE,
            Math.max(whole.oracleError, bounded.oracleError),
            "largest relative difference to the oracle in double, at the same tokens"),
        Claim.figure(
            "%.1f GB/s",
            gigabytesPerSecond(LAST), "keys and values read for the last tokens, on one thread"),
        Claim.figure(
            "%.1f ×",
            micros(whole, LAST) / micros(bounded, LAST),
            "time of a token that sees everything, to that of one with a bounded memory, at the"
                + " end"));
  }

  private void print(Terminal terminal) {
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
    claims().forEach(claim -> terminal.line(claim.toString()));
  }

  private void draw(Markup out) {
    Claim.draw(out, claims());
    out.open("div", "class", "grid");
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
    new Chart(
            new Axis("tokens in memory", Axis.Kind.FROM_ZERO), new Axis(title, Axis.Kind.FROM_ZERO))
        .line(points(new Series("all tokens", 0), i -> value.applyAsDouble(whole, i)))
        .line(points(new Series(BOUNDED, 1), i -> value.applyAsDouble(bounded, i)))
        .draw(out, title, caption);
  }

  private List<Chart.Point> points(Series series, IntToDoubleFunction value) {
    return IntStream.range(0, POINTS)
        .mapToObj(i -> new Chart.Point(series, end(i), value.applyAsDouble(i), ""))
        .toList();
  }

  /** The number of tokens up to a point of a line, counted from 0. */
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
}
