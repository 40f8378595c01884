package io.github.lanewise.testing;

import io.github.lanewise.reference.AttentionShape;

/** The shapes of attention's tensors. */
public final class Axes {
  private Axes() {}

  public static long[] q(AttentionShape s) {
    return new long[] {s.batch(), s.queryHeads(), s.queryLength(), s.headDim()};
  }

  public static long[] k(AttentionShape s) {
    return new long[] {s.batch(), s.keyHeads(), s.keyLength(), s.headDim()};
  }

  public static long[] v(AttentionShape s) {
    return new long[] {s.batch(), s.keyHeads(), s.keyLength(), s.valueDim()};
  }

  public static long[] out(AttentionShape s) {
    return new long[] {s.batch(), s.queryHeads(), s.queryLength(), s.valueDim()};
  }

  public static long[] weights(AttentionShape s) {
    return new long[] {s.batch(), s.queryHeads(), s.queryLength(), s.keyLength()};
  }

  /** The shape as the library's tests count it: in longs. */
  public static long[] of(int... shape) {
    return java.util.Arrays.stream(shape).asLongStream().toArray();
  }
}
