package io.github.lanewise.internal.tensor;

import io.github.lanewise.internal.runtime.Kernels;

/**
 * A few rows as a {@code float[]}: the caller's own array where the tensor has one, else a copy.
 * Kernels that saw heap and native segments in turn would lose a factor of 4 to 7.
 */
public final class StagedRows {

  public float[] array = new float[0];
  public int from;
  public int stride;

  private final int[] scratch = new int[16];

  private float[] copy = new float[0];

  /** Elements that can be copied without making an array for them. */
  public int room() {
    return copy.length;
  }

  /** Copies go to an array of the caller's as long as it has room. */
  public void makeRoom(float[] room) {
    copy = room;
    array = room;
  }

  /** Makes {@code rows} rows of {@code length} elements readable. */
  public void load(StridedFloats t, long first, long rowStride, int rows, int length) {
    float[] own = t.arrayOrNull();
    if (own != null) {
      array = own;
      from = (int) first;
      stride = (int) rowStride;
      return;
    }
    if (copy.length < rows * length) {
      copy = new float[rows * length];
    }
    if (rowStride == length) {
      t.read(first, copy, 0, rows * length);
    } else {
      for (int r = 0; r < rows; r++) {
        t.read(first + r * rowStride, copy, r * length, length);
      }
    }
    array = copy;
    from = 0;
    stride = length;
  }

  /** Brings rows that are about to be read in pieces into the cache, if they lie in an array. */
  public void bringNear(StridedFloats t, long first, long rowStride, int rows, int length) {
    float[] own = t.arrayOrNull();
    if (own != null) {
      Kernels.tiles().bringNear(own, (int) first, (int) rowStride, rows, length, scratch);
    }
  }

  /** Lets go of the caller's array. */
  public void release() {
    array = copy;
  }
}
