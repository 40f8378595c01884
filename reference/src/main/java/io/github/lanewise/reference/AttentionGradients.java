package io.github.lanewise.reference;

import java.util.Arrays;

/**
 * Gradients of {@link ReferenceAttention} by q, k and v.
 *
 * @param dq in the shape of q
 * @param dk in the shape of k
 * @param dv in the shape of v
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of results, never compared
public record AttentionGradients(double[] dq, double[] dk, double[] dv) {
  /**
   * Returns the gradients of Σ out·dOut. Per query row, with weights α and raw score s = scale·q·k:
   *
   * <pre>
   *   dvⱼ += αⱼ·dOut
   *   dαⱼ  = dOut·vⱼ
   *   ds'  = softmax backward of dα: dsⱼ' = Σₖ dαₖ·αⱼ(δⱼₖ - αₖ); a sink has dα = 0
   *   dsⱼ  = ds'/T·(1 - tanh²(s/c)) where there is a softcap c; bias and ALiBi add nothing
   *   dq  += dsⱼ·scale·kⱼ
   *   dkⱼ += dsⱼ·scale·q
   * </pre>
   *
   * Key heads that serve several query heads gather from all of them. Temperature 0 has no
   * gradient.
   */
  public static AttentionGradients of(
      AttentionShape shape,
      AttentionOptions options,
      double[] q,
      double[] k,
      double[] v,
      double[] dOut) {
    if (Arrays.stream(options.temperature()).anyMatch(t -> t == 0)) {
      throw new IllegalArgumentException("temperature 0 has no gradient");
    }
    AttentionGradients gradients =
        new AttentionGradients(new double[q.length], new double[k.length], new double[v.length]);
    double[] weights = ReferenceAttention.forward(shape, options, q, k, v).weights();
    for (int b = 0; b < shape.batch(); b++) {
      for (int h = 0; h < shape.queryHeads(); h++) {
        for (int i = 0; i < shape.queryLength(); i++) {
          gradients.addRow(shape, options, q, k, v, dOut, weights, b, h, i);
        }
      }
    }
    return gradients;
  }

  private void addRow(
      AttentionShape shape,
      AttentionOptions options,
      double[] q,
      double[] k,
      double[] v,
      double[] dOut,
      double[] allWeights,
      int b,
      int h,
      int i) {
    int keys = shape.keyLength();
    int row = shape.queryRow(b, h, i);
    int headDim = shape.headDim();
    int valueDim = shape.valueDim();
    double[] weights = Arrays.copyOfRange(allWeights, row * keys, (row + 1) * keys);
    double[] dWeights = new double[keys];

    for (int j = 0; j < keys; j++) {
      if (weights[j] != 0) { // a key that is not seen takes no part
        int value = shape.keyRow(b, h, j) * valueDim;
        dWeights[j] = Primitives.dot(dOut, row * valueDim, v, value, valueDim);
        for (int c = 0; c < valueDim; c++) {
          dv[value + c] += weights[j] * dOut[row * valueDim + c];
        }
      }
    }

    double[] dScores = ReferenceSoftmax.backward(weights, dWeights, options.temperatureOf(h));
    for (int j = 0; j < keys; j++) {
      if (weights[j] != 0) {
        int key = shape.keyRow(b, h, j) * headDim;
        double dot = Primitives.dot(q, row * headDim, k, key, headDim);
        double dDot = dScores[j] * softcapSlope(options, dot) * options.scale();
        for (int c = 0; c < headDim; c++) {
          dq[row * headDim + c] += dDot * k[key + c];
          dk[key + c] += dDot * q[row * headDim + c];
        }
      }
    }
  }

  /** d(c·tanh(s/c))/ds = 1 - tanh²(s/c). */
  private static double softcapSlope(AttentionOptions options, double dot) {
    if (options.softcap() == 0) {
      return 1;
    }
    double tanh = Math.tanh(dot * options.scale() / options.softcap());
    return 1 - tanh * tanh;
  }
}
