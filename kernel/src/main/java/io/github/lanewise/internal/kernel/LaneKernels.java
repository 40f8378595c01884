package io.github.lanewise.internal.kernel;

/**
 * Kernels over runs of consecutive floats: what the primitives and softmax rows are built from.
 *
 * <p>They trust their arguments; the public operators check them. Every one of them gives the same
 * bits in every implementation (NaN payloads aside). Input and output runs are one and the same or
 * disjoint. A row's elements are counted from the row's start: element j of row {@code xRow} is
 * {@code x[xRow + j]}.
 *
 * <p>Sums follow the contract that {@link RowReductions} describes.
 */
public interface LaneKernels {
  /** Largest of x[from, to) as {@link Math#max(float, float)} orders it; -inf if empty. */
  float max(float[] x, int from, int to);

  /** Largest of x[from, to), any NaN ignored, either zero for a zero; -inf if there is none. */
  float largest(float[] x, int from, int to);

  /** First index in [from, to) of an element that equals value, which there is; -0 equals +0. */
  int indexOf(float[] x, int from, int to, float value);

  /**
   * y[yFrom + i] = x[xFrom + i] where bit i is set, else -inf; returns the largest of what it
   * wrote, as {@link #largest} does. Bit i is bit i mod 64 of word {@code bits[at + i / 64]}.
   */
  float maskedCopy(float[] x, int xFrom, float[] y, int yFrom, int length, long[] bits, int at);

  /** Bit j of the result is flags[from + j], for j below length, at most 64; 0 beyond. */
  long pack(boolean[] flags, int from, int length);

  /** As {@link #pack(boolean[], int, int)} for any length, in words from {@code bits[at]} on. */
  void pack(boolean[] flags, int from, int length, long[] bits, int at);

  /** Sum of x[from, to), with blocks counted from {@code from}; +0 if empty. */
  float sum(float[] x, int from, int to);

  /** y[yFrom + i] = exp(x[xFrom + i]), full range. */
  void exp(float[] x, int xFrom, float[] y, int yFrom, int length);

  /** y[yFrom + i] = x[xFrom + i] · factor. */
  void scale(float[] x, int xFrom, float factor, float[] y, int yFrom, int length);

  /**
   * y[yFrom + i] = y[yFrom + i] · factor + addend, rounded once, and the largest of another run of
   * as many elements of x, either zero for a zero: the last step of a row of softmax and the first
   * of the next. Where x's run holds a NaN, the result may be any number, or NaN. An addend of -0
   * changes no bits of a product.
   */
  float fmaAndLargest(
      float[] y, int yFrom, float factor, float addend, float[] x, int xFrom, int length);

  /** y[yFrom + i] = x[xFrom + i] / divisor. */
  void divide(float[] x, int xFrom, float divisor, float[] y, int yFrom, int length);

  /** y[yFrom + i] = (x[xFrom + i] - shift) / divisor. */
  void shiftAndDivide(
      float[] x, int xFrom, float shift, float divisor, float[] y, int yFrom, int length);

  /** y[yFrom + i] = (x[xFrom + i] - shift) - logSum. */
  void logWeights(
      float[] x, int xFrom, float shift, float logSum, float[] y, int yFrom, int length);

  /**
   * The weights p = exp(d), d = x - shift, of elements [from, to) of a row, and their sums.
   *
   * @param kind whether the weights are written to y, and whether the moment is wanted
   * @param from a multiple of 64
   * @param scratch {@link RowReductions#SCRATCH} floats
   * @return Σ p and Σ p·d over p ≠ 0 (unspecified if not wanted), as {@link FloatPair} packs them;
   *     or Σ p over d ≠ 0, and how many d are 0 ({@link WeightSums#REST})
   */
  long weights(
      WeightSums kind,
      float[] x,
      int xRow,
      float[] y,
      int yRow,
      int from,
      int to,
      float shift,
      float[] scratch);

  /**
   * The largest of each of several rows, as {@link #largest} finds it; where a row holds a NaN,
   * that or NaN. Element j of row r is {@code x[xAt + r·xStride + j]}.
   *
   * @param rows 1 to {@link RowReductions#GROUP_ROWS}
   * @param length elements of a row, at least 16
   * @param group {@link RowReductions#GROUP_SCRATCH} floats; the first {@code rows} are the result
   */
  void rowMaxima(float[] x, int xAt, int xStride, int rows, int length, float[] group);

  /**
   * Puts -inf in the place of the first maximum of each of several rows, which follow one another
   * from the array's start on.
   *
   * @param length elements of a row, 16 to 256
   * @param maxima the largest of each row, which is none of ±inf and NaN
   */
  void hideMaxima(float[] x, int rows, int length, float[] maxima);

  /**
   * The weights of several rows, p = exp(x - shift), and their sums with their reciprocals, as
   * {@link #weights} has them. x and p are the same rows or disjoint.
   *
   * @param group as {@link #rowMaxima} leaves it: a shift for each row, which is still there
   *     afterwards if rows have at most 256 elements
   * @param reciprocals {@link RowReductions#RECIPROCALS_AND_SUMS} floats: a row's reciprocal is
   *     element r, its sum element {@link RowReductions#SUMS_OF_ROWS} + r
   */
  void rowWeights(
      float[] x,
      int xAt,
      int xStride,
      int rows,
      int length,
      float[] group,
      float[] p,
      int pAt,
      int pStride,
      float[] reciprocals);

  /**
   * y = p · factors[r] for several rows, which are the same or disjoint.
   *
   * @param length elements of a row, at least 1; if it is less than 16, those of p are 16 apart
   */
  void scaleRows(
      float[] p,
      int pAt,
      int pStride,
      int rows,
      int length,
      float[] factors,
      float[] y,
      int yAt,
      int yStride);

  /**
   * Copies several rows of less than 16 elements to {@code staged}, one behind the other, each
   * filled up with -inf to 16.
   */
  void stageRows(float[] x, int xAt, int xStride, int rows, int length, float[] staged);

  /**
   * Σ y·dy over elements [from, to) of a row with y ≠ 0, as a sum of fused multiply-adds.
   *
   * @param from a multiple of 16
   */
  float dot(float[] y, int yRow, float[] dy, int dyRow, int from, int to);

  /**
   * Σ dy over elements [from, to) of a row with y ≠ -inf.
   *
   * @param from a multiple of 16
   */
  float visibleSum(float[] y, int yRow, float[] dy, int dyRow, int from, int to);

  /** dx = y·(dy - dot)/divisor; dx = 0 where y is 0. */
  void backward(
      float[] y,
      int yFrom,
      float[] dy,
      int dyFrom,
      float dot,
      float divisor,
      float[] dx,
      int dxFrom,
      int length);

  /** dx = (dy - exp(y)·sum)/divisor; dx = 0 where y is -inf. */
  void logBackward(
      float[] y,
      int yFrom,
      float[] dy,
      int dyFrom,
      float sum,
      float divisor,
      float[] dx,
      int dxFrom,
      int length);
}
