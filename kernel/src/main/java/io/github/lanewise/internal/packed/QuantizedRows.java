package io.github.lanewise.internal.packed;

import static io.github.lanewise.internal.kernel.PackedKernels.BLOCK;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Where a matrix of 8-bit integers comes from: blocks of up to 32 of them along a row, with one
 * scale each.
 */
interface QuantizedRows {

  /**
   * Reads a block.
   *
   * @param length integers, at most 32
   * @param target takes the integers, each as a float
   * @return the scale, which is a float16
   */
  float read(long row, long block, int length, float[] target, int to);

  /** Blocks as GGUF's Q8_0 has them: a scale as float16, then 32 integers, 34 bytes. */
  record OfQ8(MemorySegment data, long blocks) implements QuantizedRows {
    static final int BYTES = Short.BYTES + BLOCK;

    private static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    @Override
    public float read(long row, long block, int length, float[] target, int to) {
      long at = (row * blocks + block) * BYTES;
      for (int i = 0; i < length; i++) {
        target[to + i] = data.get(ValueLayout.JAVA_BYTE, at + Short.BYTES + i);
      }
      return Float.float16ToFloat(data.get(SHORT, at));
    }
  }

  /**
   * Floats rounded to multiples of a scale. It is max|x|/127 of the block, rounded up to a float16:
   * so no number needs to be cut off, and each is at most half a scale away.
   */
  record Rounded(WeightRows rows) implements QuantizedRows {
    private static final int MOST = 127;

    @Override
    public float read(long row, long block, int length, float[] target, int to) {
      rows.read(row, block * BLOCK, length, target, to);
      float largest = 0f;
      for (int i = to; i < to + length; i++) {
        largest = Math.max(largest, Math.abs(target[i])); // NaN stays
      }
      float scale = scale(largest);
      for (int i = to; i < to + length; i++) {
        target[i] = scale == 0f ? 0f : (float) Math.rint(target[i] / scale);
      }
      return scale;
    }

    /** The least float16 that is max/127 or more; infinite or NaN if there is none. */
    private static float scale(float largest) {
      double exact = (double) largest / MOST;
      short nearest = Float.floatToFloat16((float) exact);
      float scale = Float.float16ToFloat(nearest);
      return scale < exact ? Float.float16ToFloat((short) (nearest + 1)) : scale;
    }
  }
}
