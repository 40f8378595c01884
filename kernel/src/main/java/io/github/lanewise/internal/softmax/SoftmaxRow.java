package io.github.lanewise.internal.softmax;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.RowReductions;
import io.github.lanewise.internal.kernel.WeightSums;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.work.Workspace;
import java.util.Arrays;

/**
 * One row on its way through softmax, in arrays.
 *
 * <p>Pass 1 finds the maximum m of the visible scores. Where the later passes cannot take the
 * scores from the input as they are, it first writes them to the output, with -inf for invisible
 * positions in between: they weigh nothing. Pass 2 makes p = exp((x - m)/T) of them, and sums. Pass
 * 3 multiplies by r = 1/l, or subtracts g = ln l. Each pass can be run piece by piece, on several
 * threads at once.
 */
final class SoftmaxRow {
  /** So many keys of a mask that is an array are looked at at once. */
  private static final int BITS_OF_ARRAY = 1 << 12;

  /** Which of them, or of the keys of a chunk, a row sees. */
  static final Workspace.Key<long[]> BITS =
      Workspace.key(() -> new long[BITS_OF_ARRAY / Long.SIZE]);

  private static final float INVISIBLE = Float.NEGATIVE_INFINITY;

  private SoftmaxOptions options;
  private WeightSums kind;
  private boolean wantsStatistics;
  private boolean wantsRest;

  /** Whether nothing is wanted of the sums but {@link #rest}. */
  private boolean restAlone;

  private MaskPlan mask;
  private long batch;
  private long head;
  private long query;

  private float[] x;
  private int xRow;
  private float[] y;
  private int yRow;
  private int length;

  /** Whether every position from the first visible one to the end is visible. */
  private boolean rangeOnly;

  private int first;
  private int begin;
  private int end;

  /** Whether pass 1 writes the scores to y, where the later passes find them. */
  private boolean staged;

  /**
   * Σ p without the first maximum over the run of pass 2 that holds it, where g is wanted. Written
   * by whoever weighs that run, one thread alone.
   */
  float rest;

  /** Results, valid after {@link #apply} or {@link #finish}. */
  float logSumExp;

  float entropy;
  float maxWeight;

  @SuppressWarnings("NullAway.Init") // bound before use
  SoftmaxRow() {}

  /** Chooses what is computed. */
  void bind(
      SoftmaxOptions options,
      MaskPlan mask,
      boolean wantsLogSumExp,
      boolean wantsEntropy,
      boolean wantsMaxWeight) {
    this.options = options;
    this.mask = mask;
    wantsStatistics = wantsLogSumExp || wantsEntropy;
    wantsRest = wantsStatistics || options.logarithmic();
    restAlone =
        options.logarithmic() && !wantsEntropy && !wantsMaxWeight && options.temperature() == 1f;
    kind = WeightSums.of(!options.logarithmic(), wantsEntropy);
  }

  /** Chooses the row, whose mask says what has to be read. */
  void bindRow(long b, long h, long i, int length) {
    this.length = length;
    batch = b;
    head = h;
    query = i;
    if (mask.isNone()) {
      rangeOnly = true;
      first = 0;
      end = length;
    } else {
      rangeOnly = mask.rangesOnly();
      first = (int) mask.first(b, h, i);
      end = (int) mask.end(b, h, i);
    }
    begin = first & -Long.SIZE; // whole steps of the kernels, and whole words of a mask's bits
    staged = !rangeOnly || begin != first;
  }

  /** The same of a row by its number. */
  void bindRow(RowPartition rows, long number, int length) {
    bindRow(rows.batchOf(number), rows.headOf(number), rows.queryOf(number), length);
  }

  /** Chooses the row behind the one that is bound, which is not the last. */
  void bindNext(RowPartition rows) {
    long b = batch;
    long h = head;
    long i = query + 1;
    if (i == rows.queries()) {
      i = 0;
      h++;
    }
    if (h == rows.heads()) {
      h = 0;
      b++;
    }
    bindRow(b, h, i, length);
  }

  /** Where the row lies in an operand. */
  long in(OperandRows operand) {
    return operand.at(batch, head, query);
  }

  /** Sets the row's element of a statistic. */
  void write(OperandRows statistic, float value) {
    statistic.set(batch, head, query, value);
  }

  /** Chooses the arrays; x and y are the same run or disjoint. */
  void bindArrays(float[] x, int xRow, float[] y, int yRow) {
    this.x = x;
    this.xRow = xRow;
    this.y = y;
    this.yRow = yRow;
  }

  @SuppressWarnings("NullAway") // at rest it holds nothing of the caller's
  void unbind() {
    options = null;
    mask = null;
    x = null;
    y = null;
  }

  /** First visible position. */
  int first() {
    return first;
  }

  /** First position that the passes look at: at most 63 before the first visible one. */
  int begin() {
    return begin;
  }

  /** End of the last visible position. */
  int end() {
    return end;
  }

  /**
   * The weights of a row in place, without options and mask: to bind them takes a short row longer
   * than a pass. NaN among the scores comes back through the sum.
   *
   * @return false, with nothing done, where the maximum decides the row without weighing
   */
  static boolean applyPlain(float[] x, int from, int length, Workspace workspace) {
    LaneKernels kernels = Kernels.lanes();
    float max = kernels.largest(x, from, from + length);
    if (Float.isInfinite(max)) {
      return false;
    }
    float[] scratch = workspace.get(RowSums.SCRATCH, RowReductions.SCRATCH);
    long sums = kernels.weights(WeightSums.WRITE, x, from, x, from, 0, length, max, scratch);
    kernels.scale(x, from, 1f / FloatPair.first(sums), x, from, length);
    return true;
  }

  /**
   * Pass 1 for rows that are weighed several at once: all of the row's scores are in y afterwards.
   *
   * @return the largest, any NaN ignored; but NaN if there is nothing else above -inf
   */
  float stage(Workspace workspace) {
    assert staged && begin == 0 && end == length : begin + " to " + end + " of " + length;
    float largest = largest(begin, end, workspace.get(BITS));
    return largest == INVISIBLE ? Kernels.lanes().max(y, yRow, yRow + length) : largest;
  }

  /**
   * What a row becomes whose weights are no numbers.
   *
   * @param max what {@link #stage} gave
   * @return its largest weight
   */
  float writeWithoutWeights(float max, Workspace workspace) {
    if (max == INVISIBLE) {
      Arrays.fill(y, yRow, yRow + length, options.ifEmpty());
      return options.zeroIfEmpty() ? 0f : Float.NaN;
    }
    invalidate(workspace.get(BITS));
    return Float.NaN;
  }

  /** The whole row, all passes. */
  void apply(Workspace workspace) {
    long[] bits = workspace.get(BITS);
    float max = largest(begin, end, bits);
    if (isSpecial(max)) {
      finish(max, 0L, 0f, bits);
      return;
    }
    if (restAlone) {
      applyRest(max, workspace, bits);
      return;
    }
    long sums = weigh(begin, end, max, true, workspace);
    if (finish(max, sums, rest, bits)) {
      normalize(begin, end, max, sums, rest);
    }
  }

  /** Whether the maximum decides the row without weighing: no score above -inf, +inf, or T = 0. */
  boolean isSpecial(float max) {
    return Float.isInfinite(max) || options.isArgmax();
  }

  /**
   * Pass 1 over positions [from, to) between {@link #begin} and {@link #end}; from is a multiple of
   * 64 or the beginning.
   *
   * @param bits room for the mask's bits
   * @return the largest visible score, any NaN ignored
   */
  float largest(int from, int to, long[] bits) {
    if (!staged) {
      return Kernels.lanes().largest(x, xRow + from, xRow + to);
    }
    if (rangeOnly) {
      int visible = Math.min(to, Math.max(from, first));
      Arrays.fill(y, yRow + from, yRow + visible, INVISIBLE);
      copy(visible, to);
      return Kernels.lanes().largest(y, yRow + visible, yRow + to);
    }
    float largest = INVISIBLE;
    if (mask.isArray()) {
      for (int key = from; key < to; key += BITS_OF_ARRAY) {
        int count = Math.min(BITS_OF_ARRAY, to - key);
        largest = Math.max(largest, stageArray(key, count, bits));
      }
      return largest;
    }
    for (int key = from; key < to; key += CHUNK) {
      int count = Math.min(CHUNK, to - key);
      largest = Math.max(largest, stage(key, count, bits));
    }
    return largest;
  }

  private float stageArray(int key, int count, long[] bits) {
    long[] words = mask.wordsOf(batch, head, query, key, count, bits);
    int at = mask.wordAt(batch, head, query, key);
    return Kernels.lanes().maskedCopy(x, xRow + key, y, yRow + key, count, words, at);
  }

  private float stage(int key, int count, long[] bits) {
    switch (mask.chunk(batch, head, query, key, count, bits, 0)) {
      case MaskPlan.NONE:
        Arrays.fill(y, yRow + key, yRow + key + count, INVISIBLE);
        return INVISIBLE;
      case MaskPlan.ALL:
        copy(key, key + count);
        return Kernels.lanes().largest(y, yRow + key, yRow + key + count);
      default:
        return Kernels.lanes().maskedCopy(x, xRow + key, y, yRow + key, count, bits, 0);
    }
  }

  private void copy(int from, int to) {
    if (x != y || xRow != yRow) {
      System.arraycopy(x, xRow + from, y, yRow + from, to - from);
    }
  }

  /**
   * Pass 2 over positions [from, to), which begin a block or the row: p, and the sums over it.
   *
   * @param holdsMaximum whether the first maximum is among them; {@link #rest} is then theirs
   */
  long weigh(int from, int to, float max, boolean holdsMaximum, Workspace workspace) {
    float[] scores = staged ? y : x;
    int row = staged ? yRow : xRow;
    // Where the scores still are what they were: y may be x.
    boolean apart = wantsRest && holdsMaximum;
    int largest = apart ? Kernels.lanes().indexOf(scores, row + from, row + to, max) - row : from;
    float shift = max;
    float temperature = options.temperature();
    if (temperature != 1f) {
      if (options.isUniform()) {
        flatten(scores, row + from, y, yRow + from, to - from);
      } else {
        Kernels.lanes()
            .shiftAndDivide(scores, row + from, max, temperature, y, yRow + from, to - from);
      }
      scores = y;
      row = yRow;
      shift = 0f;
    }
    if (!apart) {
      float[] scratch = workspace.get(RowSums.SCRATCH, RowReductions.SCRATCH);
      return Kernels.lanes().weights(kind, scores, row, y, yRow, from, to, shift, scratch);
    }
    RowSums own = workspace.get(RowSums.SUMS);
    own.weigh(kind, scores, row, y, yRow, from, to, largest, shift, workspace);
    rest = own.rest;
    return own.sums;
  }

  /** Passes 2 and 3 over the whole row, where the rest is all that is wanted of its sums. */
  private void applyRest(float max, Workspace workspace, long[] bits) {
    float[] scores = staged ? y : x;
    int row = staged ? yRow : xRow;
    rest = RowSums.rest(scores, row, y, yRow, begin, end, max, workspace);
    // A sum is NaN where its rest is.
    if (finish(max, FloatPair.of(rest, 0f), rest, bits)) {
      float logSum = RowSums.logSum(rest);
      Kernels.lanes().logWeights(y, yRow + begin, 0f, logSum, y, yRow + begin, end - begin);
    }
  }

  /** The limit of (x - m)/T for infinite T: 0, also where x - m overflows; -inf and NaN stay. */
  static void flatten(float[] x, int xFrom, float[] d, int dFrom, int length) {
    for (int j = 0; j < length; j++) {
      float score = x[xFrom + j];
      d[dFrom + j] = score > INVISIBLE ? 0f : score;
    }
  }

  /** Pass 3 over positions [from, to); sums and rest are those of the whole row. */
  void normalize(int from, int to, float max, long sums, float rest) {
    if (!options.logarithmic()) {
      float reciprocal = 1f / FloatPair.first(sums);
      Kernels.lanes().scale(y, yRow + from, reciprocal, y, yRow + from, to - from);
      return;
    }
    boolean shifted = options.temperature() != 1f;
    boolean inY = staged || shifted;
    Kernels.lanes()
        .logWeights(
            inY ? y : x,
            (inY ? yRow : xRow) + from,
            shifted ? 0f : max,
            RowSums.logSum(rest),
            y,
            yRow + from,
            to - from);
  }

  /**
   * Hides what lies outside the range of the passes, and sets the results; if the row is a special
   * case, writes it all.
   *
   * @return whether pass 3 has yet to come
   */
  boolean finish(float max, long sums, float rest, long[] bits) {
    Arrays.fill(y, yRow, yRow + begin, options.hidden());
    Arrays.fill(y, yRow + end, yRow + length, options.hidden());
    float sum = FloatPair.first(sums);
    if (isSpecial(max)) {
      float[] scores = staged ? y : x;
      int row = staged ? yRow : xRow;
      // Once more with NaN, which pass 1 ignores.
      max = Kernels.lanes().max(scores, row + begin, row + end);
      if (max == INVISIBLE) {
        Arrays.fill(y, yRow, yRow + length, options.ifEmpty());
        float statistic = options.zeroIfEmpty() ? 0f : Float.NaN;
        setResults(INVISIBLE, statistic, statistic);
        return false;
      }
      if (max < Float.POSITIVE_INFINITY) {
        choose(scores, row, max);
        return false;
      }
      sum = Float.NaN;
    }
    if (Float.isNaN(sum)) {
      invalidate(bits);
      return false;
    }
    if (wantsStatistics) {
      float logSum = RowSums.logSum(rest);
      logSumExp = max / options.temperature() + logSum;
      entropy = logSum - FloatPair.second(sums) / sum;
    }
    maxWeight = 1f / sum;
    return true;
  }

  /** Temperature 0: all weight on the first maximum. */
  private void choose(float[] scores, int row, float max) {
    int chosen = Kernels.lanes().indexOf(scores, row + begin, row + end, max) - row;
    Arrays.fill(y, yRow + begin, yRow + end, options.hidden());
    y[yRow + chosen] = options.logarithmic() ? 0f : 1f;
    setResults(Float.NaN, 0f, 1f);
  }

  /** A NaN or +inf among the visible scores: every visible position is NaN. */
  private void invalidate(long[] bits) {
    Arrays.fill(y, yRow + begin, yRow + end, options.hidden());
    if (rangeOnly) {
      Arrays.fill(y, yRow + first, yRow + end, Float.NaN);
    } else {
      for (int key = begin; key < end; key += CHUNK) {
        int count = Math.min(CHUNK, end - key);
        int visible = mask.chunk(batch, head, query, key, count, bits, 0);
        for (int i = 0; i < count && visible != MaskPlan.NONE; i++) {
          if (visible == MaskPlan.ALL || (bits[i >> 6] >>> i & 1) != 0) {
            y[yRow + key + i] = Float.NaN;
          }
        }
      }
    }
    setResults(Float.NaN, Float.NaN, Float.NaN);
  }

  private void setResults(float logSumExp, float entropy, float maxWeight) {
    this.logSumExp = logSumExp;
    this.entropy = entropy;
    this.maxWeight = maxWeight;
  }
}
