package io.github.lanewise.internal.sampling;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.kernel.SamplingKernels;
import io.github.lanewise.internal.softmax.RowSums;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.Workspace;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The choice of one token. Kept in the caller's workspace and used again, so that a call allocates
 * nothing.
 *
 * <p>If a bound of the logits is known that only few tokens reach and that all the kept ones do,
 * these alone are looked at after the first pass: the k-th largest of the blocks' maxima bounds
 * top-k, and so light a weight that all lighter ones together cannot matter bounds top-p. Otherwise
 * all tokens are weighed, and {@link CutSearch} finds which are kept.
 */
public final class SampleCall {
  /**
   * What a sampler was built with; valid.
   *
   * @param temperature that of the weights that decide in the end
   * @param cutTemperature that of the weights that the cuts go by: the same, or 1
   */
  public record Options(float temperature, float cutTemperature, int topK, float topP, float minP) {

    boolean isTemperatureLast() {
      return temperature != cutTemperature;
    }
  }

  /** So many of the weight 1 are less than 2⁶³ units. */
  public static final int MOST_TOKENS = 1 << 27;

  private static final Workspace.Key<SampleCall> CALL = Workspace.key(SampleCall::new);

  /** Logits that came in a segment. */
  private static final Workspace.Floats COPY = Workspace.floats();

  /** More than exp and the logarithm are off, in units of (x - max)/T. */
  private static final double MARGIN = 1e-3;

  private final LogitRow row = new LogitRow();
  private final Candidates candidates = new Candidates();
  private final CutSearch search = new CutSearch();
  private final LogSum logSum = new LogSum(row);

  /** Draws the number that decides; null where {@link #uniform} is it. */
  private @Nullable RandomGenerator random;

  private double uniform;

  private SampleCall() {}

  /**
   * Chooses a token; the arguments have been checked, except for the logits themselves.
   *
   * @param random draws one number; null where {@code uniform} is the number
   */
  public static int run(
      Options options,
      float[] logits,
      int from,
      int length,
      @Nullable RandomGenerator random,
      double uniform,
      TokenLogarithms logarithms,
      TaskRunner runner) {
    try (Workspace own = runner.acquire()) {
      return own.get(CALL)
          .run(options, logits, from, length, random, uniform, logarithms, runner, own);
    }
  }

  /** The same, of logits in a segment: elements, which need not be aligned. */
  public static int run(
      Options options,
      MemorySegment logits,
      long from,
      int length,
      double uniform,
      TokenLogarithms logarithms,
      TaskRunner runner) {
    try (Workspace own = runner.acquire()) {
      float[] copy = own.get(COPY, length);
      if (length > 0) { // an empty segment has no address to read nothing from
        MemorySegment.copy(
            logits, ValueLayout.JAVA_FLOAT_UNALIGNED, from * Float.BYTES, copy, 0, length);
      }
      return own.get(CALL).run(options, copy, 0, length, null, uniform, logarithms, runner, own);
    }
  }

  private int run(
      Options options,
      float[] logits,
      int from,
      int length,
      @Nullable RandomGenerator random,
      double uniform,
      TokenLogarithms logarithms,
      TaskRunner runner,
      Workspace own) {
    this.random = random;
    this.uniform = uniform;
    try {
      row.bind(logits, from, length, options.cutTemperature(), runner, own);
      int token = choose(options, own.get(RowSums.SCRATCH, RowReductions.SCRATCH));
      if (logarithms.isWanted()) {
        fill(logarithms, options.temperature(), token, runner, own);
      }
      return token;
    } finally {
      row.unbind();
      this.random = null;
    }
  }

  /** What remains of the row after the choice are its logits and the maxima of its blocks. */
  private void fill(
      TokenLogarithms logarithms, float temperature, int token, TaskRunner runner, Workspace own) {
    float max = row.maximum();
    int first = firstOf(max);
    float g = temperature == 0f ? 0f : logSum.of(max, first, temperature, runner, own);
    logarithms.begin(max, first, temperature, g);
    logarithms.setDrawn(token, row.logits[row.from + token]);
    int likeliest = Math.min(logarithms.capacity(), row.length);
    if (likeliest == 0) {
      return;
    }
    if (likeliest <= row.blocks()) {
      // Where a block's maximum is -inf, none of its tokens is likely.
      float least = Math.max(candidates.blockMaximum(row, likeliest), -Float.MAX_VALUE);
      candidates.collect(row, least, Float.POSITIVE_INFINITY);
      if (likeliest < candidates.count()) {
        candidates.keepTo(candidates.keyOf(likeliest));
      }
    } else {
      row.makeRoom(); // for weights that the search passes over
      long cut =
          search.find(
              row,
              candidates,
              true,
              likeliest,
              Float.NEGATIVE_INFINITY,
              max,
              temperature,
              own.get(RowSums.SCRATCH, RowReductions.SCRATCH));
      candidates.collect(row, TokenOrder.logit(cut), Float.POSITIVE_INFINITY);
      candidates.keepTo(cut);
    }
    candidates.sort();
    for (int rank = 0; rank < candidates.count(); rank++) {
      int likely = candidates.token(rank);
      logarithms.add(likely, row.logits[row.from + likely]);
    }
  }

  private int choose(Options options, float[] scratch) {
    if (options.temperature() == 0f) {
      float max = checked(row.findMaximum());
      if (random != null) {
        random.nextDouble(); // as every other call does
      }
      return firstOf(max);
    }
    int k = options.topK();
    if (k <= row.blocks()) {
      return chooseOfFirst(k, options, scratch);
    }
    boolean all = k >= row.length && options.topP() == 1f;
    float max = checked(row.weigh(all ? options.minP() : 0f));
    long units = row.units();
    if (!all) {
      long cut = Long.MAX_VALUE;
      if (k < row.length) {
        cut = find(true, k, Float.NEGATIVE_INFINITY, max, options, scratch);
        units = keep(cut, 0f);
      }
      if (options.topP() < 1f) {
        long target = share(units, options.topP());
        float least = bound(units, target, max, options.cutTemperature());
        if (2 * blocksAtLeast(least) <= row.blocks()) {
          candidates.collect(row, least, Float.POSITIVE_INFINITY);
          candidates.weigh(max, options.cutTemperature(), scratch);
          return chooseUpTo(candidates.keyReaching(target), max, options, scratch);
        }
        cut = find(false, target, least, max, options, scratch);
      }
      units = keep(cut, options.minP());
    }
    if (options.isTemperatureLast()) {
      units = row.weighKept(options.temperature());
    }
    return row.tokenAt(drawn(units));
  }

  /** With a small k: at least k tokens reach the k-th largest block maximum. */
  private int chooseOfFirst(int k, Options options, float[] scratch) {
    float max = checked(row.findMaximum());
    // Where a block's maximum is -inf, none of its tokens can be chosen.
    float least = Math.max(candidates.blockMaximum(row, k), -Float.MAX_VALUE);
    candidates.collect(row, least, Float.POSITIVE_INFINITY);
    if (k < candidates.count()) {
      candidates.keepTo(candidates.keyOf(k));
    }
    long units = candidates.weigh(max, options.cutTemperature(), scratch);
    long cut = Long.MAX_VALUE;
    if (options.topP() < 1f) {
      cut = candidates.keyReaching(share(units, options.topP()));
    }
    return chooseUpTo(cut, max, options, scratch);
  }

  /** Of the candidates, weighed at the temperature of the cuts, up to a key. */
  private int chooseUpTo(long cut, float max, Options options, float[] scratch) {
    if (options.isTemperatureLast()) {
      candidates.keep(cut, options.minP());
      candidates.weigh(max, options.temperature(), scratch);
    } else {
      candidates.drop(cut, options.minP());
    }
    return candidates.tokenAt(drawn(candidates.units()));
  }

  private int blocksAtLeast(float least) {
    int blocks = 0;
    for (int block = 0; block < row.blocks(); block++) {
      blocks += row.blockMaxima[block] >= least ? 1 : 0;
    }
    return blocks;
  }

  private long find(
      boolean byCount, long target, float lowest, float max, Options options, float[] scratch) {
    return search.find(
        row, candidates, byCount, target, lowest, max, options.cutTemperature(), scratch);
  }

  private long keep(long cut, float leastWeight) {
    return cut == Long.MAX_VALUE
        ? row.keep(Float.NEGATIVE_INFINITY, Integer.MAX_VALUE, leastWeight)
        : row.keep(TokenOrder.logit(cut), TokenOrder.index(cut), leastWeight);
  }

  /** The least number of units that is at least this share; at least one. */
  private static long share(long units, float topP) {
    return Math.max(1L, (long) Math.ceil((double) topP * units));
  }

  /**
   * A logit from which on the tokens reach the target: all lighter ones together, each with less
   * than an n-th of the rest, have less than the rest.
   */
  private float bound(long units, long target, float max, float temperature) {
    double weight = (double) (units - target) / row.length / SamplingKernels.UNITS;
    double difference = temperature * (StrictMath.log(weight) - MARGIN);
    return Math.nextDown((float) Math.max(-Float.MAX_VALUE, max + difference));
  }

  private long drawn(long units) {
    double number = random == null ? uniform : random.nextDouble();
    long drawn = (long) (number * units);
    return Math.max(0L, Math.min(drawn, units - 1)); // the product may round up
  }

  private int firstOf(float max) {
    int block = 0;
    while (row.blockMaxima[block] != max) {
      block++;
    }
    int token = block * CHUNK;
    while (row.logits[row.from + token] != max) {
      token++;
    }
    return token;
  }

  private float checked(float max) {
    if (Float.isFinite(max)) {
      return max;
    }
    for (int token = 0; token < row.length; token++) {
      float logit = row.logits[row.from + token];
      if (Float.isNaN(logit) || logit == Float.POSITIVE_INFINITY) {
        throw new IllegalArgumentException(
            "logits[" + (row.from + token) + "] is " + logit + ", but must be finite or -Infinity");
      }
    }
    throw new IllegalArgumentException(
        "none of the "
            + row.length
            + " logits from "
            + row.from
            + " on is above -Infinity, but one must be");
  }
}
