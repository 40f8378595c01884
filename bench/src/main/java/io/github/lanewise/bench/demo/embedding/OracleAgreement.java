package io.github.lanewise.bench.demo.embedding;

import static io.github.lanewise.reference.Primitives.widen;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.bench.demo.minilm.AttentionObserver;
import io.github.lanewise.bench.demo.minilm.MiniLm;
import io.github.lanewise.bench.demo.minilm.OracleEncoder;
import io.github.lanewise.reference.Primitives;

/**
 * Compares every attention with the oracle's, in double, on the very q, k and v that the encoder
 * used. Relative error of a head on a sentence: max|out - oracle| / max|oracle|, both maxima over
 * the head's whole output; kept is the largest over heads and sentences. (Element by element it
 * would say nothing: an output near zero is a difference of large terms.)
 */
final class OracleAgreement implements AttentionObserver {
  /** Eight times what is observed; a wrong term would show as 1e-3 or more. */
  static final double TOLERANCE = 1e-5;

  private final double[] largest = new double[MiniLm.LAYERS];
  private double largestOfPlainFloat;

  @Override
  public void attended(
      int layer,
      FloatTensor query,
      FloatTensor key,
      FloatTensor value,
      FloatTensor out,
      RowStatistics statistics) {
    int tokens = Math.toIntExact(query.size(2));
    float[] q = query.toArray();
    float[] k = key.toArray();
    float[] v = value.toArray();
    double[] oracle = OracleEncoder.attention(widen(q), widen(k), widen(v), tokens);
    double[] plain = widen(OracleEncoder.plainFloatAttention(q, k, v, tokens));
    double[] ours = widen(out.toArray());
    int headLength = tokens * MiniLm.HEAD_DIM;
    for (int from = 0; from < ours.length; from += headLength) {
      int to = from + headLength;
      largest[layer] = Math.max(largest[layer], relativeError(ours, oracle, from, to));
      largestOfPlainFloat = Math.max(largestOfPlainFloat, relativeError(plain, oracle, from, to));
    }
  }

  /** Returns the largest relative error in a layer so far. */
  double maxRelativeError(int layer) {
    return largest[layer];
  }

  /** Returns the largest relative error in any layer so far. */
  double maxRelativeError() {
    return Primitives.max(largest);
  }

  /** Returns the same for a plain float implementation: what float itself costs. */
  double maxRelativeErrorOfPlainFloat() {
    return largestOfPlainFloat;
  }

  static double relativeError(double[] ours, double[] oracle, int from, int to) {
    double difference = 0;
    double magnitude = 0;
    for (int i = from; i < to; i++) {
      difference = Math.max(difference, Math.abs(ours[i] - oracle[i]));
      magnitude = Math.max(magnitude, Math.abs(oracle[i]));
    }
    return difference == 0 ? 0 : difference / magnitude;
  }
}
