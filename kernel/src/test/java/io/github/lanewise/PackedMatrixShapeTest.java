package io.github.lanewise;

import io.github.lanewise.testing.ContractMatmul;
import io.github.lanewise.testing.Floats;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The shapes at which products with a packed matrix are cut up in another way. */
class PackedMatrixShapeTest {
  private static final int K = 37;

  /** Groups of up to 16 rows, and tiles of up to 6, are as high as each other or lower by one. */
  @ParameterizedTest
  @MethodSource("heights")
  void everyNumberOfRowsHasTheBitsOfTheChain(int rows) {
    check(rows, 70, Workers.caller());
  }

  static IntStream heights() {
    return IntStream.rangeClosed(1, 50);
  }

  /** One row goes along four panels at once, which are 256 columns, and then along single ones. */
  @ParameterizedTest
  @ValueSource(ints = {191, 192, 193, 255, 256, 257, 320, 449, 512, 577})
  void oneRowHasTheBitsOfTheChainAlongAnyNumberOfPanels(int columns) {
    check(1, columns, Workers.caller());
    try (Workers workers = Workers.threads(2)) {
      check(1, columns, workers);
    }
  }

  private static void check(int rows, int columns, Workers workers) {
    float[] a = normal(rows, rows * K);
    float[] b = normal(columns, columns * K);
    FloatTensor c = Floats.filledTensor(Float.NaN, rows, columns);
    PackedMatrix packed = PackedMatrix.pack(FloatTensor.of(b, columns, K));
    Matmul.multiplyTransposed(0.5f, FloatTensor.of(a, rows, K), packed, c, workers);
    Floats.assertBits(
        ContractMatmul.multiplyTransposed(0.5f, a, b, rows, columns, K),
        c.toArray(),
        rows + " rows by " + columns + " columns");
  }

  private static float[] normal(long seed, int length) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }
}
