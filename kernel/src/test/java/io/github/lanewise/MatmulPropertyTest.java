package io.github.lanewise;

import static io.github.lanewise.testing.Accuracy.U;

import io.github.lanewise.reference.Primitives;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Axes;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.ContractMatmul;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.Sizes;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;

/**
 * Both products against the chain of fused multiply-adds of the contract, and against the oracle.
 */
class MatmulPropertyTest {
  private static final int MOST_PRODUCTS = 60_000;

  /** A drawn product: C [batches…, m, n] of A [batches…, m, k]. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Product(int[] batches, int m, int n, int k, boolean transposed, float alpha) {
    static Product draw(Draw draw) {
      int[] batches = new int[draw.integer("batchAxes", 0, 2)];
      int most = MOST_PRODUCTS;
      for (int axis = 0; axis < batches.length; axis++) {
        batches[axis] = draw.integer("batch" + axis, 1, 3);
        most /= batches[axis];
      }
      int m =
          Math.min(
              draw.oneOf("m", 0, 1, 2, 3, 7, 8, 15, 16, 17, 20, 31, 33, 54, 64, 65, 103), most);
      int k = draw.size("k", Math.min(most / Math.max(m, 1), 1100));
      int n = draw.size("n", Math.min(most / Math.max(m * k, 1), 600));
      return new Product(
          batches,
          m,
          n,
          k,
          draw.onceIn(2, "transposed"),
          draw.oneOf("alpha", 1f, 1f, 0.125f, -0.3f, 0f));
    }

    int batch() {
      return Arrays.stream(batches).reduce(1, (a, b) -> a * b);
    }

    long[] shape(int rows, int columns) {
      long[] shape = Arrays.copyOf(Axes.of(batches), batches.length + 2);
      shape[batches.length] = rows;
      shape[batches.length + 1] = columns;
      return shape;
    }

    float[] multiply(Draw draw, float[] a, float[] b) {
      Sandbox sandbox = new Sandbox(Layout.drawn(draw));
      FloatTensor left = sandbox.input("A", a, shape(m, k));
      FloatTensor right = sandbox.input("B", b, transposed ? shape(n, k) : shape(k, n));
      FloatTensor c = sandbox.output("C", shape(m, n));
      Workers workers = TestWorkers.draw(draw);
      if (transposed) {
        Matmul.multiplyTransposed(alpha, left, right, c, workers);
      } else {
        Matmul.multiply(alpha, left, right, c, workers);
      }
      sandbox.assertIntact("product");
      return c.toArray();
    }
  }

  @Cases(200)
  void everyElementHasTheBitsOfItsChain(Draw draw) {
    Product p = Product.draw(draw);
    FloatKind[] kinds = {
      FloatKind.NORMAL, FloatKind.FINITE_BITS, FloatKind.SPRINKLED, FloatKind.NEAR_ZERO
    };
    float[] a = draw.floats("a", p.batch() * p.m * p.k, kinds);
    float[] b = draw.floats("b", p.batch() * p.n * p.k, kinds);
    float[] c = p.multiply(draw, a, b);
    for (int batch = 0; batch < p.batch(); batch++) {
      float[] left = Arrays.copyOfRange(a, batch * p.m * p.k, (batch + 1) * p.m * p.k);
      float[] right = Arrays.copyOfRange(b, batch * p.n * p.k, (batch + 1) * p.n * p.k);
      Floats.assertBits(
          p.transposed
              ? ContractMatmul.multiplyTransposed(p.alpha, left, right, p.m, p.n, p.k)
              : ContractMatmul.multiply(p.alpha, left, right, p.m, p.n, p.k),
          Arrays.copyOfRange(c, batch * p.m * p.n, (batch + 1) * p.m * p.n),
          "batch " + batch + " of C");
    }
  }

  /** k fused steps and the multiplication by alpha: (k + 1)·u of the sum of magnitudes. */
  @Cases(100)
  void everyElementIsWithinItsBound(Draw draw, @Accuracy.Of("matmul") Accuracy accuracy) {
    Product p = Product.draw(draw);
    float[] a = draw.floats("a", p.batch() * p.m * p.k, FloatKind.NORMAL, FloatKind.LOGITS);
    float[] b = draw.floats("b", p.batch() * p.n * p.k, FloatKind.NORMAL, FloatKind.LOGITS);
    float[] c = p.multiply(draw, a, b);
    double[] left = Primitives.widen(a);
    for (int row = 0; row < p.batch() * p.m; row++) {
      int batch = row / p.m;
      for (int j = 0; j < p.n; j++) {
        double[] column = new double[p.k];
        double magnitude = 0;
        for (int i = 0; i < p.k; i++) {
          int inBatch = p.transposed ? j * p.k + i : i * p.n + j;
          column[i] = b[batch * p.n * p.k + inBatch];
          magnitude += Math.abs(left[row * p.k + i] * column[i]);
        }
        int at = row * p.n + j;
        accuracy.check(
            p.alpha * Primitives.dot(left, row * p.k, column, 0, p.k),
            c[at],
            (p.k + 1.01) * U * Math.abs(p.alpha) * magnitude,
            "[" + at + "]");
      }
    }
  }

  /** Every length of every axis around the lane count, at which a tile or a tail begins. */
  @Cases(2)
  void shapesAroundTheLaneCount(Draw draw) {
    int l = Sizes.lanes();
    int[] sizes = {1, 2, l - 1, l, l + 1, 2 * l + 1};
    for (int m : sizes) {
      for (int n : sizes) {
        for (int k : new int[] {0, 1, l, 2 * l + 3}) {
          float[] a = draw.floats("a", m * k, FloatKind.NORMAL);
          float[] b = draw.floats("b", n * k, FloatKind.NORMAL);
          FloatTensor left = FloatTensor.of(a, m, k);
          FloatTensor c = FloatTensor.allocate(m, n);
          Matmul.multiply(2, left, FloatTensor.of(b, k, n), c, Workers.caller());
          Floats.assertBits(ContractMatmul.multiply(2, a, b, m, n, k), c.toArray(), "A·B");
          Matmul.multiplyTransposed(2, left, FloatTensor.of(b, n, k), c, Workers.caller());
          Floats.assertBits(
              ContractMatmul.multiplyTransposed(2, a, b, m, n, k), c.toArray(), "A·Bᵀ");
        }
      }
    }
  }

  /** Where rows begin to be read in place, tiles and blocks of them end, and panels are packed. */
  @Cases(2)
  void shapesAroundTilesOfRows(Draw draw) {
    for (int m : new int[] {5, 6, 16, 17, 19, 20, 21, 24, 49, 50, 51, 54, 55, 56, 104}) {
      for (int n : new int[] {1, 15, 16, 17, 32, 40, 63, 64, 65, 80, 130}) {
        for (int k : new int[] {0, 1, 2, 19}) {
          assertProduct(draw, m, n, k);
        }
      }
    }
    for (int m : new int[] {20, 23}) {
      for (int k : new int[] {2047, 2049, 4096, 4097}) {
        assertProduct(draw, m, 66, k);
      }
    }
    assertProduct(draw, 4099, 3, 2);
  }

  private static void assertProduct(Draw draw, int m, int n, int k) {
    for (boolean transposed : new boolean[] {false, true}) {
      Product p = new Product(new int[0], m, n, k, transposed, 0.3f);
      float[] a = draw.floats("a", m * k, FloatKind.NORMAL, FloatKind.SPRINKLED);
      float[] b = draw.floats("b", n * k, FloatKind.NORMAL, FloatKind.SPRINKLED);
      float[] expected =
          transposed
              ? ContractMatmul.multiplyTransposed(0.3f, a, b, m, n, k)
              : ContractMatmul.multiply(0.3f, a, b, m, n, k);
      Floats.assertBits(expected, p.multiply(draw, a, b), m + " x " + n + " x " + k);
    }
  }
}
