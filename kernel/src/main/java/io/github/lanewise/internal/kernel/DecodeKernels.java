package io.github.lanewise.internal.kernel;

import java.lang.foreign.ValueLayout;

/**
 * The products of the decode path: few queries against pages of keys and values as the cache stores
 * them. One lane is one key, or one value column.
 *
 * <p>Keys lie as {@code [keys/lanes][headDim][lanes]} and values as {@code
 * [valueDim/lanes][keys][lanes]}, so that both products are the same kernel: groups of lanes, each
 * a run of {@code depth} rows.
 *
 * <p>Kernels trust their arguments; every implementation gives the same bits.
 */
public interface DecodeKernels {

  /** Lanes of a group of floats. */
  int GROUP = TileKernels.GROUP;

  /** What a page holds. */
  @SuppressWarnings("ImmutableEnumChecker") // a value layout is immutable
  enum Element {
    FLOAT32(ValueLayout.JAVA_FLOAT),
    BFLOAT16(ValueLayout.JAVA_SHORT),
    FLOAT16(ValueLayout.JAVA_SHORT),
    INT8(ValueLayout.JAVA_BYTE);

    /** The type in native memory; arrays are of its carrier. */
    public final ValueLayout type;

    public final int bytes;

    /** Lanes of a group: a row of it is a cache line of 64 bytes. */
    public final int lanes;

    Element(ValueLayout type) {
      this.type = type;
      bytes = (int) type.byteSize();
      lanes = GROUP * Float.BYTES / bytes;
    }
  }

  /**
   * {@code out[q][lanes·g + lane] = fma(b[q][t], a[g][t][lane], …)}, ascending over t, going on
   * from what is in {@code out}.
   *
   * @param element what {@code a} is: {@code float[]}, {@code short[]} with the upper halves of
   *     floats, {@code short[]} with finite numbers of binary16, or {@code byte[]} with integers,
   *     whose scales are another kernel's business
   * @param from index of the first group in {@code a}
   * @param stride distance between two groups
   * @param depth rows of a group, at most {@link Arithmetic#CHUNK}
   * @param b factors, one row for each query, {@link Arithmetic#CHUNK} apart
   * @param out one row of {@code lanes·groups} results for each query, {@code outStride} apart
   */
  void product(
      Element element,
      Object a,
      int from,
      int stride,
      int groups,
      int depth,
      float[] b,
      int bFrom,
      int queries,
      float[] out,
      int outFrom,
      int outStride);

  /**
   * The same for rows of floats where they lie, {@code pitch} apart: {@code out[q][c] =
   * fma(b[q][t], a[from + t·pitch + c], …)}.
   *
   * @param columns a multiple of {@link #GROUP}
   */
  void productOfRows(
      float[] a,
      int from,
      int pitch,
      int columns,
      int depth,
      float[] b,
      int bFrom,
      int queries,
      float[] out,
      int outFrom,
      int outStride);

  /**
   * The dot products with keys where they lie, each a row of floats: {@code out[q][k] =
   * fma(b[q][t], a[from + k·pitch + t], …)}, ascending over t, going on from what is in {@code
   * out}. What follows the results of a row, up to a multiple of {@link #GROUP}, may be
   * overwritten.
   *
   * @param keys at least one
   * @param depth a multiple of {@link #GROUP}, at most {@link Arithmetic#CHUNK}
   */
  void productOfKeys(
      float[] a,
      int from,
      int pitch,
      int keys,
      int depth,
      float[] b,
      int bFrom,
      int queries,
      float[] out,
      int outFrom,
      int outStride);

  /**
   * {@code x[r][i] = x[r][i] · scales[i]} for rows {@link Arithmetic#CHUNK} apart: the scales of
   * int8 keys or values, one for each token. What follows the {@code length} elements of a row
   * belongs to the next page and is left alone.
   */
  void scale(float[] x, int from, int rows, int length, float[] scales, int scalesFrom);
}
