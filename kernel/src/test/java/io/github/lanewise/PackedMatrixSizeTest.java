package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.PackedMatrix.Storage;
import io.github.lanewise.testing.ContractMatmul;
import io.github.lanewise.testing.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows longer than what is packed of A at once, and matrices beyond what an int counts. */
class PackedMatrixSizeTest {
  private static final int K = 1 << 16;

  /** Rows: the last one's numbers begin beyond 2³¹ - 1, and so do their bytes. */
  private static final long N = (1L << 15) + 65;

  private static final int BLOCK = 32;
  private static final int BLOCK_BYTES = 34;
  private static final long ROW_BYTES = (long) K / BLOCK * BLOCK_BYTES;

  /**
   * Of Q8_0, 2.2 GB: all rows are zeros but some, at both ends and where the numbers of elements
   * and of bytes exceed an int, and products find them at their places, one row of A and several.
   */
  @Tag("long")
  @Test
  void productsFindRowsBeyondAnInt() {
    long[] filled = {0, 63, 64, (1L << 31) / ROW_BYTES, (1L << 15) - 1, 1L << 15, N - 1};
    try (Arena arena = Arena.ofConfined()) {
      PackedMatrix b = pack(filled, arena);
      assertEquals(N, b.rows());
      assertEquals(K, b.columns());
      for (int rows : new int[] {1, 3}) {
        float[] a = normal(rows, rows, K).toArray();
        FloatTensor c = Floats.filledTensor(Float.NaN, rows, N);
        Matmul.multiplyTransposed(1f, FloatTensor.of(a, rows, K), b, c, Workers.caller());
        float[] expected = new float[rows * (int) N];
        for (long row : filled) {
          float[] some = ContractMatmul.multiplyTransposed(1f, a, widened(row), rows, 1, K);
          for (int r = 0; r < rows; r++) {
            expected[r * (int) N + (int) row] = some[r];
          }
        }
        Floats.assertBits(expected, c.toArray(), rows + " rows");
      }
    }
  }

  /** Of each storage; a part of A is 16384 steps. */
  @ParameterizedTest
  @EnumSource
  void longRowsHaveTheBitsOfTheTensor(Storage storage) {
    int n = 67;
    int k = 2 * (1 << 14) + 33;
    PackedMatrix b = PackedMatrix.pack(normal(1, n, k), storage);
    FloatTensor widened = FloatTensor.allocate(n, k);
    b.widen(widened);
    for (int rows : new int[] {1, 18}) {
      FloatTensor a = normal(2, rows, k);
      FloatTensor c = Floats.filledTensor(Float.NaN, rows, n);
      Matmul.multiplyTransposed(1f, a, b, c, Workers.caller());
      float[] expected =
          ContractMatmul.multiplyTransposed(1f, a.toArray(), widened.toArray(), rows, n, k);
      Floats.assertBits(expected, c.toArray(), rows + " rows");
    }
  }

  private static FloatTensor normal(long seed, int rows, int columns) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return FloatTensor.of(values, rows, columns);
  }

  private static PackedMatrix pack(long[] filled, Arena arena) {
    try (Arena source = Arena.ofConfined()) {
      MemorySegment file = source.allocate(N * ROW_BYTES);
      for (long row : filled) {
        byte[] bytes = bytes(row);
        MemorySegment.copy(bytes, 0, file, ValueLayout.JAVA_BYTE, row * ROW_BYTES, bytes.length);
      }
      return PackedMatrix.ofQ8_0(file, N, K, arena);
    }
  }

  /** A row as it lies in a file: the scales are 2⁻⁷. */
  private static byte[] bytes(long row) {
    byte[] bytes = new byte[(int) ROW_BYTES];
    new SplittableRandom(row).nextBytes(bytes);
    short scale = Float.floatToFloat16(0x1p-7f);
    for (int at = 0; at < bytes.length; at += BLOCK_BYTES) {
      bytes[at] = (byte) scale;
      bytes[at + 1] = (byte) (scale >> Byte.SIZE);
    }
    return bytes;
  }

  private static float[] widened(long row) {
    byte[] bytes = bytes(row);
    float[] numbers = new float[K];
    for (int i = 0; i < K; i++) {
      numbers[i] = bytes[i / BLOCK * BLOCK_BYTES + 2 + i % BLOCK] * 0x1p-7f;
    }
    return numbers;
  }
}
