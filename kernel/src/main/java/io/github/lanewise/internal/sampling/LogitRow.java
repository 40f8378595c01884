package io.github.lanewise.internal.sampling;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.SamplingKernels.THRESHOLDS;

import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.kernel.SamplingKernels;
import io.github.lanewise.internal.kernel.WeightSums;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.softmax.RowSums;
import io.github.lanewise.internal.work.Passes;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;

/**
 * A row of logits, and the passes over it, each of which several threads can share.
 *
 * <p>It is cut into pieces that fit the innermost cache, and these into leaves, whose exact sums
 * say later in which of them the token lies.
 */
final class LogitRow implements Task {

  /** log2 of the elements in a leaf. */
  static final int LEAF_BITS = 10;

  private static final int LEAF = 1 << LEAF_BITS;

  /** Elements of a piece: their logits and weights take 32 KB, and some microseconds. */
  static final int PIECE = 1 << 12;

  /** Shorter rows are not worth a second thread. */
  static final int SPLIT_LENGTH = 1 << 14;

  /* The passes. */
  private static final int MAXIMA = 0;
  private static final int WEIGHTS = 1;
  private static final int KEPT = 2;
  private static final int TAILS = 3;
  private static final int NEW_WEIGHTS = 4;

  private static final Workspace.Floats NEW = Workspace.floats();

  private final Passes passes = new Passes(2);
  private int firstPass;
  private int endPass;

  float[] logits;
  int from;
  int length;
  private float temperature;
  private TaskRunner runner;
  private Workspace own;

  /** Largest of each block, NaN if it holds one. */
  float[] blockMaxima = new float[0];

  private float[] pieceMaxima = new float[0];

  /** What the weights pass leaves: exp((x - m)/T). */
  float[] weights = new float[0];

  /** The kept units of each leaf. */
  private long[] leafUnits = new long[0];

  /** Which tokens are kept: logits above {@code least}, and equal ones up to index {@code last}. */
  private float least;

  private int last;
  private float leastWeight;

  /** The least weight kept, at the temperature of the cuts. */
  private float leastBefore;

  final float[] thresholds = new float[THRESHOLDS];
  private double[] pieceTails = new double[0];
  private long[] pieceCounts = new long[0];

  @SuppressWarnings("NullAway.Init") // bound before use
  LogitRow() {}

  void bind(
      float[] logits, int from, int length, float temperature, TaskRunner runner, Workspace own) {
    this.logits = logits;
    this.from = from;
    this.length = length;
    this.temperature = temperature;
    this.runner = runner;
    this.own = own;
    if (blockMaxima.length < blocks()) {
      blockMaxima = new float[blocks()];
      pieceMaxima = new float[pieces()];
    }
  }

  @SuppressWarnings("NullAway") // at rest it holds nothing of the caller's
  void unbind() {
    logits = null;
    runner = null;
    own = null;
  }

  int blocks() {
    return (length + CHUNK - 1) / CHUNK;
  }

  private int pieces() {
    return (length + PIECE - 1) / PIECE;
  }

  /** The first pass alone; returns the largest logit, NaN if there is one. */
  float findMaximum() {
    run(MAXIMA, WEIGHTS);
    return maximum();
  }

  /**
   * The first two passes. If the maximum is finite, all weights are there, and so are the units of
   * those that are at least {@code leastWeight}.
   */
  float weigh(float leastWeight) {
    makeRoom();
    keepAll(leastWeight);
    run(MAXIMA, KEPT);
    return maximum();
  }

  /** Room for a weight of each logit. */
  void makeRoom() {
    if (weights.length < length) {
      weights = new float[length];
      leafUnits = new long[(length >> LEAF_BITS) + 1];
    }
  }

  private void keepAll(float leastWeight) {
    least = Float.NEGATIVE_INFINITY;
    last = Integer.MAX_VALUE;
    this.leastWeight = leastWeight;
  }

  /**
   * Keeps tokens by their logit, and equal logits by their index, and by their weight.
   *
   * @return their units
   */
  long keep(float least, int last, float leastWeight) {
    this.least = least;
    this.last = last;
    this.leastWeight = leastWeight;
    run(KEPT, TAILS);
    return units();
  }

  /**
   * Weighs the kept tokens anew, at another temperature; all others weigh 0 from now on.
   *
   * @return the units of the new weights
   */
  long weighKept(float temperature) {
    this.temperature = temperature;
    leastBefore = leastWeight;
    leastWeight = 0f;
    run(NEW_WEIGHTS, NEW_WEIGHTS + 1);
    return units();
  }

  /** All kept units. */
  long units() {
    long units = 0;
    for (int leaf = 0; leaf << LEAF_BITS < length; leaf++) {
      units += leafUnits[leaf];
    }
    return units;
  }

  /** For each threshold the number of logits that reach it, and about their weight in units. */
  void tails(double[] units, long[] counts) {
    if (pieceTails.length < pieces() * THRESHOLDS) {
      pieceTails = new double[pieces() * THRESHOLDS];
      pieceCounts = new long[pieces() * THRESHOLDS];
    }
    run(TAILS, NEW_WEIGHTS);
    for (int t = 0; t < THRESHOLDS; t++) {
      units[t] = 0;
      counts[t] = 0;
      for (int piece = 0; piece < pieces(); piece++) {
        units[t] += pieceTails[piece * THRESHOLDS + t] * SamplingKernels.UNITS;
        counts[t] += pieceCounts[piece * THRESHOLDS + t];
      }
    }
  }

  /** The first token whose kept units, and those of all before it, are more than {@code units}. */
  int tokenAt(long units) {
    long left = units;
    int leaf = 0;
    while (leafUnits[leaf] <= left) {
      left -= leafUnits[leaf++];
    }
    int token = leaf << LEAF_BITS;
    while (true) {
      left -= keptUnits(token);
      if (left < 0) {
        return token;
      }
      token++;
    }
  }

  private long keptUnits(int token) {
    float logit = logits[from + token];
    float weight = weights[token];
    boolean kept = logit > least || (logit == least && token <= last);
    return kept && weight >= leastWeight ? SamplingKernels.units(weight) : 0L;
  }

  private void run(int firstPass, int endPass) {
    this.firstPass = firstPass;
    this.endPass = endPass;
    passes.reset(pieces());
    int threads = length < SPLIT_LENGTH ? 1 : Math.min(runner.parallelism(), pieces());
    runner.run(threads, this, own);
  }

  /** One participant: takes pieces as long as there are any, pass by pass. */
  @Override
  public void run(int index, Workspace workspace) {
    boolean fromFront = workspace == own;
    float[] scratch = workspace.get(RowSums.SCRATCH, RowReductions.SCRATCH);
    try {
      for (int pass = firstPass; pass < endPass; pass++) {
        if (pass > firstPass && !passes.await(pass - 1 - firstPass)) {
          return;
        }
        float max = pass == WEIGHTS || pass == NEW_WEIGHTS ? maximum() : 0f;
        int piece = passes.take(pass - firstPass, fromFront);
        while (piece >= 0) {
          int begin = piece * PIECE;
          int end = begin + Math.min(PIECE, length - begin);
          if (pass == NEW_WEIGHTS) {
            replaceWeights(begin, end, max, workspace);
          } else {
            run(pass, piece, begin, end, max, scratch);
          }
          passes.done(pass - firstPass);
          piece = passes.take(pass - firstPass, fromFront);
        }
      }
    } catch (Throwable thrown) {
      passes.fail();
      throw thrown;
    }
  }

  private void run(int pass, int piece, int begin, int end, float max, float[] scratch) {
    switch (pass) {
      case MAXIMA -> {
        int block = begin / CHUNK;
        Kernels.sampling().blockMaxima(logits, from + begin, from + end, blockMaxima, block);
        float largest = Float.NEGATIVE_INFINITY;
        for (; block * CHUNK < end; block++) {
          largest = Math.max(largest, blockMaxima[block]);
        }
        pieceMaxima[piece] = largest;
      }
      case WEIGHTS -> {
        if (Float.isFinite(max)) {
          weigh(logits, from + begin, weights, begin, end - begin, max, temperature, scratch);
          sumUnits(begin, end, scratch);
        }
      }
      case KEPT -> sumUnits(begin, end, scratch);
      default ->
          Kernels.sampling()
              .tails(
                  logits,
                  from + begin,
                  weights,
                  begin,
                  end - begin,
                  thresholds,
                  pieceTails,
                  pieceCounts,
                  piece * THRESHOLDS,
                  scratch);
    }
  }

  private void replaceWeights(int begin, int end, float max, Workspace workspace) {
    float[] scratch = workspace.get(RowSums.SCRATCH, RowReductions.SCRATCH);
    float[] anew = workspace.get(NEW, PIECE);
    weigh(logits, from + begin, anew, 0, end - begin, max, temperature, scratch);
    for (int i = begin; i < end; i++) {
      weights[i] = weights[i] >= leastBefore ? anew[i - begin] : 0f;
    }
    sumUnits(begin, end, scratch);
  }

  /** The largest logit, after the first pass. */
  float maximum() {
    float max = Float.NEGATIVE_INFINITY;
    for (int piece = 0; piece < pieces(); piece++) {
      max = Math.max(max, pieceMaxima[piece]);
    }
    return max;
  }

  private void sumUnits(int begin, int end, float[] scratch) {
    for (int leaf = begin; leaf < end; leaf += LEAF) {
      int leafEnd = leaf + Math.min(LEAF, end - leaf);
      // Equal logits are kept before this point only.
      int ties = Math.max(leaf, (int) Math.min(leafEnd, last + 1L));
      long units = 0;
      if (leaf < ties) {
        units += units(leaf, ties, least, scratch);
      }
      if (ties < leafEnd) {
        units += units(ties, leafEnd, Math.nextUp(least), scratch);
      }
      leafUnits[leaf >> LEAF_BITS] = units;
    }
  }

  private long units(int begin, int end, float threshold, float[] scratch) {
    return Kernels.sampling()
        .units(logits, from + begin, weights, begin, end - begin, threshold, leastWeight, scratch);
  }

  /** p = exp((x - max)/T), each by itself. */
  static void weigh(
      float[] x,
      int xFrom,
      float[] p,
      int pFrom,
      int length,
      float max,
      float temperature,
      float[] scratch) {
    if (temperature == 1f) {
      Kernels.lanes().weights(WeightSums.WRITE, x, xFrom, p, pFrom, 0, length, max, scratch);
      return;
    }
    differences(x, xFrom, p, pFrom, length, max, temperature);
    Kernels.lanes().weights(WeightSums.WRITE, p, pFrom, p, pFrom, 0, length, 0f, scratch);
  }

  /** d = (x - max)/T. For infinite T the limit: 0, also where x - max overflows; -inf stays. */
  static void differences(
      float[] x, int xFrom, float[] d, int dFrom, int length, float max, float temperature) {
    if (temperature < Float.POSITIVE_INFINITY) {
      Kernels.lanes().shiftAndDivide(x, xFrom, max, temperature, d, dFrom, length);
      return;
    }
    for (int i = 0; i < length; i++) {
      d[dFrom + i] = x[xFrom + i] > Float.NEGATIVE_INFINITY ? 0f : Float.NEGATIVE_INFINITY;
    }
  }
}
