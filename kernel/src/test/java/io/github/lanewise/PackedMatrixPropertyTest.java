package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.PackedMatrix.Storage;
import io.github.lanewise.testing.Axes;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.ContractMatmul;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.PackedBytes;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;

/**
 * A packed matrix holds the numbers that it was made of, or those that they are rounded to; and
 * products with it have the bits of the contract's chain over those numbers.
 */
class PackedMatrixPropertyTest {
  private static final int MOST_PRODUCTS = 120_000;

  /** Sizes of a drawn product: C [batches…, m, n] of A [batches…, m, k]. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Product(int[] batches, int m, int n, int k, float alpha) {
    static Product draw(Draw draw) {
      int[] batches = new int[draw.integer("batchAxes", 0, 2)];
      int rows = 1;
      for (int axis = 0; axis < batches.length; axis++) {
        batches[axis] = draw.integer("batch" + axis, 1, 3);
        rows *= batches[axis];
      }
      int m = draw.onceIn(2, "few") ? draw.integer("m", 0, 4) : draw.integer("m", 1, 70);
      int most = MOST_PRODUCTS / Math.max(1, m * rows);
      int k =
          draw.onceIn(3, "k.edge")
              ? draw.oneOf("k", 0, 1, 31, 32, 33, 63, 64, 65, 127, 128, 129, 300)
              : draw.size("k", 600);
      int n = Math.min(draw.size("n", 300), most / Math.max(1, k));
      return new Product(batches, m, n, k, draw.oneOf("alpha", 1f, 1f, 0.125f, -0.3f, 0f));
    }

    int rows() {
      return m * Arrays.stream(batches).reduce(1, (a, b) -> a * b);
    }

    long[] shape(int columns) {
      long[] shape = Arrays.copyOf(Axes.of(batches), batches.length + 2);
      shape[batches.length] = m;
      shape[batches.length + 1] = columns;
      return shape;
    }

    /** Checks the product with B, whose numbers are those of {@code widened}. */
    void check(Draw draw, PackedMatrix b, float[] widened, FloatKind... kinds) {
      float[] a = draw.floats("a", rows() * k, kinds);
      Sandbox sandbox = new Sandbox(Layout.drawn(draw));
      FloatTensor left = sandbox.input("A", a, shape(k));
      FloatTensor c = sandbox.output("C", shape(n));
      Matmul.multiplyTransposed(alpha, left, b, c, TestWorkers.draw(draw));
      sandbox.assertIntact("product");
      Floats.assertBits(
          ContractMatmul.multiplyTransposed(alpha, a, widened, rows(), n, k),
          c.toArray(),
          b + " by " + rows() + " rows");
    }
  }

  private static float[] widened(PackedMatrix b) {
    FloatTensor all = FloatTensor.allocate(b.rows(), b.columns());
    b.widen(all);
    return all.toArray();
  }

  @Cases(200)
  void bitsOfAFileKeepTheirNumbersAndProductsTheirBits(Draw draw) {
    Product p = Product.draw(draw);
    PackedBytes bytes = PackedBytes.draw(draw, p.n, p.k);
    PackedMatrix b = bytes.pack();
    assertEquals(bytes.storage(), b.storage());
    assertEquals(p.n, b.rows());
    assertEquals(p.k, b.columns());
    Floats.assertBits(bytes.numbers(), widened(b), "widened " + b);
    p.check(draw, b, bytes.numbers(), FloatKind.NORMAL, FloatKind.SPRINKLED, FloatKind.FINITE_BITS);
  }

  @Cases(100)
  void packedFloatsHaveTheBitsOfTheTensor(Draw draw) {
    Product p = Product.draw(draw);
    float[] numbers = draw.floats("b", p.n * p.k, FloatKind.NORMAL, FloatKind.ANY_BITS);
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    PackedMatrix b = PackedMatrix.pack(sandbox.input("B", numbers, p.n, p.k));
    sandbox.assertIntact("packing");
    Floats.assertBits(numbers, widened(b), "widened " + b);
    p.check(draw, b, numbers, FloatKind.NORMAL, FloatKind.NEAR_ZERO);
  }

  @Cases(100)
  void packedFloatsAreRoundedToNearest(Draw draw) {
    Product p = Product.draw(draw);
    Storage storage = draw.oneOf("storage", Storage.BFLOAT16, Storage.FLOAT16);
    float[] numbers = draw.floats("b", p.n * p.k, FloatKind.finite());
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    PackedMatrix b = PackedMatrix.pack(sandbox.input("B", numbers, p.n, p.k), storage);
    sandbox.assertIntact("packing");
    float[] rounded = new float[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      rounded[i] = PackedBytes.rounded(numbers[i], storage);
    }
    Floats.assertBits(rounded, widened(b), "widened " + b);
    p.check(draw, b, rounded, FloatKind.NORMAL);
  }

  @Cases(100)
  void packedIntegersAreHalfAScaleAway(Draw draw) {
    Product p = Product.draw(draw);
    float[] numbers =
        draw.floats(
            "b",
            p.n * p.k,
            FloatKind.NORMAL,
            FloatKind.LOGITS,
            FloatKind.TIED,
            FloatKind.NEAR_ZERO);
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    PackedMatrix b = PackedMatrix.pack(sandbox.input("B", numbers, p.n, p.k), Storage.INT8);
    sandbox.assertIntact("packing");
    float[] rounded = widened(b);
    for (int i = 0; i < numbers.length; i++) {
      int block = i / p.k * p.k + i % p.k / 32 * 32;
      double largest = 0;
      for (int j = block; j < Math.min(block + 32, (i / p.k + 1) * p.k); j++) {
        largest = Math.max(largest, Math.abs(numbers[j]));
      }
      // A scale is max/127, and up to a unit of its last place more: 2⁻¹⁰ of it, or 2⁻²⁴.
      double scale = Math.max(largest / 127 * (1 + 0x1p-10), largest / 127 + 0x1p-24);
      double error = Math.abs((double) rounded[i] - numbers[i]);
      assertTrue(error <= scale / 2, "[" + i + "] is " + numbers[i] + ", but became " + rounded[i]);
    }
    p.check(draw, b, rounded, FloatKind.NORMAL);
  }
}
