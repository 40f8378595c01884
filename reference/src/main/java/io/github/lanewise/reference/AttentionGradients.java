package io.github.lanewise.reference;

import java.util.Arrays;
import org.apache.commons.math3.util.FastMath;

/**
 * Gradients of {@link ReferenceAttention}.
 *
 * @param dq in the shape of q
 * @param dk in the shape of k
 * @param dv in the shape of v
 * @param dBias of every score's bias, [batch, queryHeads, queryLength, keyLength]
 * @param dTemperature one for each query head
 * @param dSinks one for each query head, 0 where there is no sink
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of results, never compared
public record AttentionGradients(
    double[] dq, double[] dk, double[] dv, double[] dBias, double[] dTemperature, double[] dSinks) {
  /**
   * Returns the gradients of Σ out·dOut. Per query row, with weights α, scores s, the factor f of
   * dropout, and raw score r = scale·q·k:
   *
   * <pre>
   *   dvⱼ += αⱼ·fⱼ·dOut
   *   dαⱼ  = fⱼ·dOut·vⱼ
   *   dsⱼ  = softmax backward of dα: Σₖ dαₖ·αⱼ(δⱼₖ - αₖ); a sink has dα = 0
   *   dT  -= Σ dsⱼ·sⱼ/T
   *   dbⱼ  = dsⱼ/T, and nothing for ALiBi
   *   drⱼ  = dsⱼ/T·(1 - tanh²(r/c)) where there is a softcap c
   *   dq  += drⱼ·scale·kⱼ
   *   dkⱼ += drⱼ·scale·q
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
        new AttentionGradients(
            new double[q.length],
            new double[k.length],
            new double[v.length],
            new double[shape.queryRows() * shape.keyLength()],
            new double[shape.queryHeads()],
            new double[shape.queryHeads()]);
    AttentionResult result =
        ReferenceAttention.forward(shape, options.withDropout(Dropout.none()), q, k, v);
    for (int b = 0; b < shape.batch(); b++) {
      for (int h = 0; h < shape.queryHeads(); h++) {
        for (int i = 0; i < shape.queryLength(); i++) {
          gradients.addRow(shape, options, q, k, v, dOut, result, b, h, i);
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
      AttentionResult result,
      int b,
      int h,
      int i) {
    int keys = shape.keyLength();
    int row = shape.queryRow(b, h, i);
    int headDim = shape.headDim();
    int valueDim = shape.valueDim();
    double[] weights = Arrays.copyOfRange(result.weights(), row * keys, (row + 1) * keys);
    double[] dWeights = new double[keys];

    for (int j = 0; j < keys; j++) {
      double factor = weights[j] == 0 ? 0 : options.dropout().factor(b, h, i, j);
      if (factor != 0) { // a key that is not seen, or dropped, takes no part
        int value = shape.keyRow(b, h, j) * valueDim;
        dWeights[j] = factor * Primitives.dot(dOut, row * valueDim, v, value, valueDim);
        for (int c = 0; c < valueDim; c++) {
          dv[value + c] += weights[j] * factor * dOut[row * valueDim + c];
        }
      }
    }

    double[] dScores = ReferenceSoftmax.backward(weights, dWeights, 1);
    double temperature = options.temperatureOf(h);
    for (int j = 0; j < keys; j++) {
      if (weights[j] != 0) {
        int key = shape.keyRow(b, h, j) * headDim;
        double score = ReferenceAttention.score(shape, options, q, k, b, h, i, j);
        dTemperature[h] -= dScores[j] * score / temperature;
        double dBiased = dScores[j] / temperature;
        dBias[row * keys + j] = dBiased;
        double dot = Primitives.dot(q, row * headDim, k, key, headDim);
        double dDot = dBiased * softcapSlope(options, dot) * options.scale();
        for (int c = 0; c < headDim; c++) {
          dq[row * headDim + c] += dDot * k[key + c];
          dk[key + c] += dDot * q[row * headDim + c];
        }
      }
    }
    if (options.sinks().length > 0 && result.logSumExp()[row] != Double.NEGATIVE_INFINITY) {
      double weight = FastMath.exp(options.sinks()[h] - result.logSumExp()[row]);
      dSinks[h] -= weight * Primitives.dot(weights, 0, dWeights, 0, keys);
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
