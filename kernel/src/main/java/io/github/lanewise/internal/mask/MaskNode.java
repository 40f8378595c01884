package io.github.lanewise.internal.mask;

import io.github.lanewise.Mask;

/** A node of a mask's expression tree. */
@SuppressWarnings("DoNotCallSuggester")
public abstract non-sealed class MaskNode implements Mask {

  MaskNode() {}

  public static MaskNode none() {
    throw new UnsupportedOperationException();
  }

  public static MaskNode window(long left, long right) {
    throw new UnsupportedOperationException();
  }

  public static MaskNode window(long left, long right, long offset) {
    throw new UnsupportedOperationException();
  }

  public static MaskNode keyLengths(int[] perBatch) {
    throw new UnsupportedOperationException();
  }

  public static MaskNode allowed(boolean[] allowed, long[] shape) {
    throw new UnsupportedOperationException();
  }

  public static MaskNode allowedBits(long[] bits, long[] shape) {
    throw new UnsupportedOperationException();
  }

  public static MaskNode prefix(long keys) {
    throw new UnsupportedOperationException();
  }
}
