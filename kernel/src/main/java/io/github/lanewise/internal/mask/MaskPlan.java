package io.github.lanewise.internal.mask;

import io.github.lanewise.Mask;
import io.github.lanewise.internal.tensor.StridedFloats;

/** A mask bound to the shape of one call. Reusable; threads may query it at once. */
@SuppressWarnings("DoNotCallSuggester")
public final class MaskPlan {

  public static final int NONE = 0;
  public static final int ALL = 1;
  public static final int SOME = 2;

  /** Binds to attention over [batch, heads, queries, keys]. */
  public void bind(Mask mask, long batch, long heads, long queries, long keys) {
    throw new UnsupportedOperationException();
  }

  /**
   * Binds to a softmax operand of rank 1 to 4. Rows are then asked for as (b, h, i): rank 4 [b, h,
   * i, keys]; rank 3 [h, i, keys] with b = 0; rank 2 [i, keys]; rank 1 [keys].
   */
  public void bindSoftmax(Mask mask, StridedFloats operand) {
    throw new UnsupportedOperationException();
  }

  /** Whether every key is visible to every query. */
  public boolean isNone() {
    throw new UnsupportedOperationException();
  }

  /** Whether every row's visible keys are exactly first to end. */
  public boolean rangesOnly() {
    throw new UnsupportedOperationException();
  }

  public long first(long b, long h, long i) {
    throw new UnsupportedOperationException();
  }

  public long end(long b, long h, long i) {
    throw new UnsupportedOperationException();
  }

  /**
   * Smallest {@link #first} of the non-empty rows from ... to (exclusive) of one head; 0 if none.
   */
  public long blockFirst(long b, long h, long fromRow, long toRow) {
    throw new UnsupportedOperationException();
  }

  /** Largest {@link #end} of the rows from ... to (exclusive) of one head; 0 if all are empty. */
  public long blockEnd(long b, long h, long fromRow, long toRow) {
    throw new UnsupportedOperationException();
  }

  public int chunk(long b, long h, long i, long key0, int length, long[] bits, int at) {
    throw new UnsupportedOperationException();
  }

  public boolean namesOffset() {
    throw new UnsupportedOperationException();
  }

  public long offset() {
    throw new UnsupportedOperationException();
  }

  public void release() {}
}
