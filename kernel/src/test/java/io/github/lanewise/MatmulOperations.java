package io.github.lanewise;

import io.github.lanewise.Operation.Call;
import io.github.lanewise.testing.FloatKind;
import java.util.List;

/** Products of matrices and of stacks of them, of sizes on both sides of the tiles' edges. */
final class MatmulOperations {

  private MatmulOperations() {}

  static void addTo(List<Operation> all) {
    add(all, FloatKind.NORMAL, 1f, 1, 1, 1);
    add(all, FloatKind.NORMAL, 0.125f, 1, 17, 64);
    add(all, FloatKind.NORMAL, 1f, 7, 15, 33);
    add(all, FloatKind.NORMAL, 1f, 65, 257, 48);
    add(all, FloatKind.FINITE_BITS, 1f, 5, 31, 6);
    add(all, FloatKind.SPRINKLED, -2f, 13, 9, 5);
    add(all, FloatKind.NORMAL, 1f, 3, 4, 0);
    add(all, FloatKind.NORMAL, 0.5f, 19, 34, 20, 2);
    add(all, FloatKind.NORMAL, 1f, 4, 70, 32, 2, 3);
  }

  private static void add(
      List<Operation> all, FloatKind kind, float alpha, int m, int n, int k, long... batches) {
    String name = kind + " " + m + "x" + n + "x" + k + " rank " + (2 + batches.length);
    float[] a = Floats.of(name + "a", kind, shape(batches, m, k));
    float[] b = Floats.of(name + "b", kind, shape(batches, n, k));
    all.add(
        new Operation(
            "Matmul transposed: " + name,
            sandbox -> {
              FloatTensor left = sandbox.input(a, shape(batches, m, k));
              FloatTensor right = sandbox.input(b, shape(batches, n, k));
              FloatTensor c = sandbox.output(shape(batches, m, n));
              return Call.of(w -> Matmul.multiplyTransposed(alpha, left, right, c, w), c);
            }));
    all.add(
        new Operation(
            "Matmul: " + name,
            sandbox -> {
              FloatTensor left = sandbox.input(a, shape(batches, m, k));
              FloatTensor right = sandbox.input(b, shape(batches, k, n));
              FloatTensor c = sandbox.output(shape(batches, m, n));
              return Call.of(w -> Matmul.multiply(alpha, left, right, c, w), c);
            }));
  }

  private static long[] shape(long[] batches, long rows, long columns) {
    long[] shape = new long[batches.length + 2];
    System.arraycopy(batches, 0, shape, 0, batches.length);
    shape[batches.length] = rows;
    shape[batches.length + 1] = columns;
    return shape;
  }
}
