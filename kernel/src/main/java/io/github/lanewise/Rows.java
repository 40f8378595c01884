package io.github.lanewise;

import io.github.lanewise.internal.rows.ElementCall;
import io.github.lanewise.internal.rows.ElementCall.Function;
import io.github.lanewise.internal.rows.NormCall;
import io.github.lanewise.internal.rows.RotationCall;
import io.github.lanewise.internal.rows.RotationTable;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Checks;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.CallerWorkers;
import java.util.Objects;

/**
 * What a decoder layer does between its products, over rows along the last axis: RMSNorm, rotary
 * embeddings, SiLU times up, sigmoid and GELU.
 *
 * <p>Tensors have rank 1 to 4, and the output has the shape of the input. It may be the input
 * itself.
 *
 * <p><b>Accuracy.</b> u = 2⁻²⁴; each function has its bound, to first order in u. Results lose
 * relative accuracy only where they are subnormal: hence the absolute terms.
 *
 * <p><b>Bits.</b> The order of operations depends on the row's length alone: not on lane width,
 * threads, layout, or the other rows.
 *
 * <p><b>Errors.</b> Wrong arguments throw before anything is written: NullPointerException or
 * IllegalArgumentException; IllegalStateException for closed workers or a closed arena. Output and
 * input are the same view or share no element.
 *
 * <p><b>Allocation.</b> None in steady state, on the calling thread. <b>Threading.</b> Stateless.
 */
public final class Rows {
  private Rows() {}

  /** {@link #rmsNorm(FloatTensor, FloatTensor, float, boolean, FloatTensor, Workers)}, plainly. */
  public static void rmsNorm(FloatTensor x, FloatTensor weight, float epsilon, FloatTensor y) {
    rmsNorm(x, weight, epsilon, false, y, CallerWorkers.INSTANCE);
  }

  /**
   * Root mean square norm of each row of n elements,
   *
   * <pre>
   * y[j] = x[j] · r · w[j],   r = 1/√(Σ x²/n + epsilon)
   * </pre>
   *
   * <p>The sum of squares is that of {@link Lanes#sum}, each addition fused with its square; r is
   * computed in double and rounded once; then x·r and its product with the weight are rounded.
   *
   * <p><b>Accuracy.</b> (14 + λ/2)·u·|y| with λ = ⌈log₂(n/256)⌉ (0 up to 256), plus (1 +
   * |w|)·2⁻¹⁴⁹, where the mean square plus epsilon is at least 2⁻¹⁰⁰. The sum is off by (20 + λ)·u,
   * of which the root halves the share; then a rounding each of r, x·r, 1 + weight and the product.
   *
   * <p><b>Special values.</b> A NaN makes the row NaN. Where the sum of squares is infinite, by an
   * infinity or because elements are above 1.8e19, r is 0: an infinite element becomes NaN, others
   * 0. A row of zeros with epsilon 0 is NaN.
   *
   * @param weight [n]
   * @param epsilon at least 0, finite
   * @param onePlusWeight whether w is 1 + weight, as Gemma's files have it, instead of the weight
   */
  public static void rmsNorm(
      FloatTensor x,
      FloatTensor weight,
      float epsilon,
      boolean onePlusWeight,
      FloatTensor y,
      Workers workers) {
    TaskRunner runner = runner(workers);
    boolean others = runner.parallelism() > 1;
    Checks.requireReadable(x, "x", others);
    Checks.requireReadable(weight, "weight", others);
    Checks.requireWritable(y, "y", others);
    Checks.requireSameShape(y, "y", x, "x");
    Checks.requireRow(x, "x", x.rank() - 1);
    Checks.requireRank(weight, "weight", 1, 1);
    int last = x.rank() - 1;
    if (weight.size(0) != x.size(last)) { // no text is made before a check fails
      Checks.requireSize(weight, "weight", 0, x.size(last), "x.size(" + last + ")");
    }
    if (!(epsilon >= 0f && epsilon < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "epsilon is " + epsilon + ", but must be at least 0 and finite");
    }
    Checks.requireDisjointOrSame(y, "y", x, "x");
    Checks.requireDisjoint(y, "y", weight, "weight");
    Kernels.requireAvailable();
    NormCall.run(
        StridedFloats.of(x),
        StridedFloats.of(weight),
        epsilon,
        onePlusWeight,
        StridedFloats.of(y),
        runner);
  }

  /** {@link #siluMultiply(FloatTensor, FloatTensor, FloatTensor, Workers)} on this thread alone. */
  public static void siluMultiply(FloatTensor gate, FloatTensor up, FloatTensor y) {
    siluMultiply(gate, up, y, CallerWorkers.INSTANCE);
  }

  /**
   * The gated unit of a feed-forward layer, y = SiLU(gate) · up, SiLU(x) = x / (1 + exp(-x)).
   *
   * <p><b>Accuracy.</b> 6u·|y|, plus ((|gate| + 1)·|up| + 1)·2⁻¹⁴⁹: sigmoid's 4u, and the two
   * products.
   *
   * <p><b>Special values.</b> SiLU(-inf) is -0, SiLU(+inf) = +inf, NaN gives NaN; the product with
   * up is IEEE's, so that 0 times infinity is NaN.
   *
   * @param y may be gate or up
   */
  public static void siluMultiply(
      FloatTensor gate, FloatTensor up, FloatTensor y, Workers workers) {
    TaskRunner runner = runner(workers);
    boolean others = runner.parallelism() > 1;
    Checks.requireReadable(gate, "gate", others);
    Checks.requireReadable(up, "up", others);
    Checks.requireWritable(y, "y", others);
    Checks.requireSameShape(up, "up", gate, "gate");
    Checks.requireSameShape(y, "y", gate, "gate");
    Checks.requireRow(gate, "gate", gate.rank() - 1);
    Checks.requireDisjointOrSame(y, "y", gate, "gate");
    Checks.requireDisjointOrSame(y, "y", up, "up");
    Kernels.requireAvailable();
    ElementCall.run(
        Function.SILU_MULTIPLY,
        StridedFloats.of(gate),
        StridedFloats.of(up),
        StridedFloats.of(y),
        runner);
  }

  /** {@link #sigmoid(FloatTensor, FloatTensor, Workers)} on this thread alone. */
  public static void sigmoid(FloatTensor x, FloatTensor y) {
    sigmoid(x, y, CallerWorkers.INSTANCE);
  }

  /**
   * The logistic function, y = 1 / (1 + exp(-x)).
   *
   * <p><b>Accuracy.</b> 4u·y, plus 2⁻¹⁴⁹, on every float, also where y is small: it is computed as
   * exp(x) / (1 + exp(x)) there, and underflows gradually, to 0 below -104. exp is off by 1 ULP, 2u
   * at most; 1 + e and the quotient by one rounding each.
   *
   * <p><b>Special values.</b> 0 at -inf, 1 at +inf, NaN at NaN.
   */
  public static void sigmoid(FloatTensor x, FloatTensor y, Workers workers) {
    element(Function.SIGMOID, x, y, workers);
  }

  /** {@link #gelu(FloatTensor, FloatTensor, Workers)} on this thread alone. */
  public static void gelu(FloatTensor x, FloatTensor y) {
    gelu(x, y, CallerWorkers.INSTANCE);
  }

  /**
   * GELU, y = x·Φ(x) = x/2·(1 + erf(x/√2)) with Φ the normal distribution.
   *
   * <p><b>Accuracy.</b> 10u·|y|, plus 2⁻¹⁴⁸, on every float, also where y is small: nothing
   * cancels. Φ(-|x|) is off by 5.4u in its smooth factor and 2u in exp; three more roundings
   * follow.
   *
   * <p><b>Special values.</b> -0 at -inf and +inf at +inf, the limits; NaN at NaN; ±0 at ±0.
   *
   * <p><b>Source.</b> D. Hendrycks, K. Gimpel, Gaussian Error Linear Units, 2016, arXiv:1606.08415;
   * the approximation is this library's own.
   */
  public static void gelu(FloatTensor x, FloatTensor y, Workers workers) {
    element(Function.GELU, x, y, workers);
  }

  /** {@link #geluTanh(FloatTensor, FloatTensor, Workers)} on this thread alone. */
  public static void geluTanh(FloatTensor x, FloatTensor y) {
    geluTanh(x, y, CallerWorkers.INSTANCE);
  }

  /**
   * GELU in its tanh form, y = x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))), which is x·sigmoid(z) with
   * z = 2·√(2/π)·(x + 0.044715·x³).
   *
   * <p><b>Accuracy.</b> (6 + 5|z|)·u·|y| for x below 0, (6 + 5|z|·exp(-z))·u·|y| above, plus 2⁻¹⁴⁵:
   * z has five roundings, its two constants' included, and sigmoid makes a relative error of them
   * that is |z| times as large where it is small.
   *
   * <p><b>Special values.</b> -0 at -inf and +inf at +inf, the limits; NaN at NaN; ±0 at ±0.
   */
  public static void geluTanh(FloatTensor x, FloatTensor y, Workers workers) {
    element(Function.GELU_TANH, x, y, workers);
  }

  private static void element(Function function, FloatTensor x, FloatTensor y, Workers workers) {
    TaskRunner runner = runner(workers);
    boolean others = runner.parallelism() > 1;
    Checks.requireReadable(x, "x", others);
    Checks.requireWritable(y, "y", others);
    Checks.requireSameShape(y, "y", x, "x");
    Checks.requireRow(x, "x", x.rank() - 1);
    Checks.requireDisjointOrSame(y, "y", x, "x");
    Kernels.requireAvailable();
    ElementCall.run(function, StridedFloats.of(x), null, StridedFloats.of(y), runner);
  }

  /** {@link #rotate(RotaryEmbedding, FloatTensor, int[], FloatTensor, Workers)}, on this thread. */
  public static void rotate(
      RotaryEmbedding embedding, FloatTensor x, int[] positions, FloatTensor y) {
    rotate(embedding, x, positions, y, CallerWorkers.INSTANCE);
  }

  /**
   * Turns the pairs (a, b) of every head of a token by the angle of the token's position:
   *
   * <pre>
   * a' = a·cos - b·sin
   * b' = b·cos + a·sin
   * </pre>
   *
   * <p>The product with the cosine is rounded, then that with the sine joins, fused. Elements of a
   * head from {@link RotaryEmbedding#rotatedDim} on are copied.
   *
   * <p><b>Accuracy.</b> (2|a·cos| + |b·sin| + |a'|)·u + 2⁻¹⁴⁸: the table's cosine and sine are
   * rounded, and the product, and the result; b' likewise.
   *
   * <p><b>Special values.</b> IEEE's, within the pair alone.
   *
   * @param x [tokens, headDim], [tokens, heads, headDim] or [batch, tokens, heads, headDim]: a view
   *     of [batch, heads, tokens, headDim] is permuted so
   * @param positions of each token, batch by batch; further numbers are not looked at
   */
  public static void rotate(
      RotaryEmbedding embedding, FloatTensor x, int[] positions, FloatTensor y, Workers workers) {
    Objects.requireNonNull(embedding, "embedding");
    TaskRunner runner = runner(workers);
    boolean others = runner.parallelism() > 1;
    Checks.requireReadable(x, "x", others);
    Objects.requireNonNull(positions, "positions");
    Checks.requireWritable(y, "y", others);
    Checks.requireRank(x, "x", 2, 4);
    Checks.requireSameShape(y, "y", x, "x");
    Checks.requireRow(x, "x", x.rank() - 1);
    RotationTable table = embedding.table();
    int last = x.rank() - 1;
    if (x.size(last) < embedding.rotatedDim()) {
      throw new IllegalArgumentException(
          "x.size("
              + last
              + ") is "
              + x.size(last)
              + ", but the embedding rotates "
              + embedding.rotatedDim());
    }
    long tokens = RotationCall.tokens(StridedFloats.of(x));
    if (positions.length < tokens) {
      throw new IllegalArgumentException(
          "positions.length is " + positions.length + ", but x has " + tokens + " tokens");
    }
    for (int token = 0; token < tokens; token++) {
      if (positions[token] < 0 || positions[token] >= table.positions()) {
        throw new IllegalArgumentException(
            "positions["
                + token
                + "] is "
                + positions[token]
                + ", but the embedding has positions 0 to "
                + (table.positions() - 1));
      }
    }
    Checks.requireDisjointOrSame(y, "y", x, "x");
    Kernels.requireAvailable();
    RotationCall.run(table, StridedFloats.of(x), positions, StridedFloats.of(y), runner);
  }

  private static TaskRunner runner(Workers workers) {
    return TaskRunner.of(Objects.requireNonNull(workers, "workers"));
  }
}
