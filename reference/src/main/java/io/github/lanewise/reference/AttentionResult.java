package io.github.lanewise.reference;

/**
 * What attention computes, in the shapes of {@link AttentionShape}.
 *
 * @param out weighted mean of the values
 * @param weights softmax of the scores; with a sink they sum to less than 1
 * @param logSumExp ln Σ exp(score), the sink included
 * @param entropy of the outcomes in nats, the sink being one of them
 * @param maxWeight the largest weight of a key
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of results, never compared
public record AttentionResult(
    double[] out, double[] weights, double[] logSumExp, double[] entropy, double[] maxWeight) {
  static AttentionResult allocate(AttentionShape shape) {
    int rows = shape.queryRows();
    return new AttentionResult(
        new double[rows * shape.valueDim()],
        new double[rows * shape.keyLength()],
        new double[rows],
        new double[rows],
        new double[rows]);
  }
}
