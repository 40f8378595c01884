package io.github.lanewise.internal.packed;

import io.github.lanewise.internal.tensor.StridedFloats;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Where a matrix comes from, row by row. */
interface WeightRows {

  /** Reads a part of a row as floats. */
  void read(long row, long from, int length, float[] target, int to);

  /** The rows of a tensor [n, k]. */
  record OfTensor(StridedFloats tensor) implements WeightRows {
    @Override
    public void read(long row, long from, int length, float[] target, int to) {
      tensor.read(tensor.offset() + row * tensor.stride(0) + from, target, to, length);
    }
  }

  /** Rows of numbers of 16 bits, as they lie in a file. */
  record OfShorts(MemorySegment data, long depth, boolean bfloats) implements WeightRows {
    private static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public void read(long row, long from, int length, float[] target, int to) {
      long first = (row * depth + from) * Short.BYTES;
      for (int i = 0; i < length; i++) {
        short x = data.get(SHORT, first + (long) i * Short.BYTES);
        target[to + i] = bfloats ? Float.intBitsToFloat(x << Short.SIZE) : Float.float16ToFloat(x);
      }
    }
  }
}
