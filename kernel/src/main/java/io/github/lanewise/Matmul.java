package io.github.lanewise;

import io.github.lanewise.internal.matmul.MatmulCall;
import io.github.lanewise.internal.packed.PackedCall;
import io.github.lanewise.internal.packed.PackedPanels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Checks;
import io.github.lanewise.internal.work.TaskRunner;
import java.util.Objects;

/**
 * Matrix products of float32 tensors, as attention uses them: Q·Kᵀ and P·V.
 *
 * <p>Shapes: the last two axes are rows and columns; all axes before them (none to two) are batches
 * and have the same sizes in all three tensors. Views in any layout will do as long as the last
 * axis is contiguous.
 *
 * <p><b>Arithmetic.</b> Every element of the result is one chain of fused multiply-adds over the
 * inner axis k, ascending, that starts at +0, times alpha at the end. So its bits depend on its row
 * of A and its column of B only, not on lane width, thread count, layout, or the rest of the call.
 *
 * <p><b>Accuracy.</b> |error| ≤ |alpha| · k·u / (1 - k·u) · Σ |a|·|b| + u·|result|, u = 2⁻²⁴ (the
 * classic bound of a recurrence of k fused steps: Higham, Accuracy and Stability of Numerical
 * Algorithms, 2nd edition, section 3.1), as long as nothing overflows or underflows.
 *
 * <p><b>Special values.</b> NaN and infinities propagate as IEEE 754 has it. With k = 0 the result
 * is alpha · +0.
 *
 * <p><b>Errors.</b> Wrong ranks and sizes, a k above 67,108,861, and a C that shares an element
 * with A or B, throw IllegalArgumentException; null throws NullPointerException; a closed arena or
 * closed workers IllegalStateException; all before anything is written.
 *
 * <p><b>Allocation.</b> None in steady state on the calling thread. <b>Threading.</b> Stateless.
 */
public final class Matmul {

  private static final String[] A_SIZES = {"a.size(0)", "a.size(1)", "a.size(2)", "a.size(3)"};
  private static final String[] B_SIZES = {"b.size(0)", "b.size(1)", "b.size(2)", "b.size(3)"};

  private Matmul() {}

  /** {@code C = alpha · A · Bᵀ} on this thread alone; shapes as with workers. */
  public static void multiplyTransposed(float alpha, FloatTensor a, FloatTensor b, FloatTensor c) {
    multiply(alpha, a, b, c, Workers.caller(), true);
  }

  /** {@code C = alpha · A · B} on this thread alone; shapes as with workers. */
  public static void multiply(float alpha, FloatTensor a, FloatTensor b, FloatTensor c) {
    multiply(alpha, a, b, c, Workers.caller(), false);
  }

  /**
   * {@code C = alpha · A · Bᵀ}.
   *
   * @param a [batches…, m, k]
   * @param b [batches…, n, k]
   * @param c [batches…, m, n], written
   * @param workers who computes
   */
  public static void multiplyTransposed(
      float alpha, FloatTensor a, FloatTensor b, FloatTensor c, Workers workers) {
    multiply(alpha, a, b, c, workers, true);
  }

  /**
   * {@code C = alpha · A · B}.
   *
   * @param a [batches…, m, k]
   * @param b [batches…, k, n]
   * @param c [batches…, m, n], written
   * @param workers who computes
   */
  public static void multiply(
      float alpha, FloatTensor a, FloatTensor b, FloatTensor c, Workers workers) {
    multiply(alpha, a, b, c, workers, false);
  }

  /** {@code C = alpha · A · Bᵀ} on this thread alone; shapes as with workers. */
  public static void multiplyTransposed(float alpha, FloatTensor a, PackedMatrix b, FloatTensor c) {
    multiplyTransposed(alpha, a, b, c, Workers.caller());
  }

  /**
   * {@code C = alpha · A · Bᵀ} with a constant B, which all batches share. The bits are those of
   * widening B to float32 first. The rows of all batches share each pass over B.
   *
   * @param a [batches…, m, k]
   * @param b [n, k]
   * @param c [batches…, m, n], written
   * @param workers who computes
   */
  public static void multiplyTransposed(
      float alpha, FloatTensor a, PackedMatrix b, FloatTensor c, Workers workers) {
    TaskRunner runner = TaskRunner.of(Objects.requireNonNull(workers, "workers"));
    Kernels.requireAvailable();
    boolean otherThreads = runner.parallelism() > 1;
    Checks.requireRank(a, "a", 2, 4);
    PackedPanels panels = Objects.requireNonNull(b, "b").panels();
    int rank = a.rank();
    Checks.requireRank(c, "c", rank, rank);
    Checks.requireSize(a, "a", rank - 1, panels.depth(), "b.columns()");
    for (int axis = 0; axis < rank - 1; axis++) {
      Checks.requireSize(c, "c", axis, a.size(axis), A_SIZES[axis]);
    }
    Checks.requireSize(c, "c", rank - 1, panels.rows(), "b.rows()");
    Checks.requireReadable(a, "a", otherThreads);
    Checks.requireAccessible(panels.memory(), "b", otherThreads);
    Checks.requireWritable(c, "c", otherThreads);
    Checks.requireDisjoint(c, "c", a, "a");
    PackedCall.run(alpha, a, panels, c, runner);
  }

  private static void multiply(
      float alpha,
      FloatTensor a,
      FloatTensor b,
      FloatTensor c,
      Workers workers,
      boolean transposed) {
    TaskRunner runner = TaskRunner.of(Objects.requireNonNull(workers, "workers"));
    Kernels.requireAvailable();
    boolean otherThreads = runner.parallelism() > 1;
    Checks.requireRank(a, "a", 2, 4);
    int rank = a.rank();
    Checks.requireRank(b, "b", rank, rank);
    Checks.requireRank(c, "c", rank, rank);
    for (int axis = 0; axis < rank - 2; axis++) {
      Checks.requireSize(b, "b", axis, a.size(axis), A_SIZES[axis]);
      Checks.requireSize(c, "c", axis, a.size(axis), A_SIZES[axis]);
    }
    int inner = transposed ? rank - 1 : rank - 2;
    int outer = transposed ? rank - 2 : rank - 1;
    Checks.requireSize(b, "b", inner, a.size(rank - 1), A_SIZES[rank - 1]);
    Checks.requireSize(c, "c", rank - 2, a.size(rank - 2), A_SIZES[rank - 2]);
    Checks.requireSize(c, "c", rank - 1, b.size(outer), B_SIZES[outer]);
    MatmulCall.requireDepth(a, c);
    Checks.requireReadable(a, "a", otherThreads);
    Checks.requireReadable(b, "b", otherThreads);
    Checks.requireWritable(c, "c", otherThreads);
    Checks.requireDisjoint(c, "c", a, "a");
    Checks.requireDisjoint(c, "c", b, "b");
    MatmulCall.run(alpha, a, b, c, transposed, runner);
  }
}
