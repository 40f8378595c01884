package io.github.lanewise.bench.demo;

import static io.github.lanewise.bench.demo.MiniLm.HEADS;
import static io.github.lanewise.bench.demo.MiniLm.HEAD_DIM;
import static io.github.lanewise.reference.Primitives.widen;

import io.github.lanewise.bench.demo.LanewiseEncoder.AttentionStep;
import io.github.lanewise.reference.AttentionOptions;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.PlainFloatAttention;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceAttention;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.commons.math3.util.MathArrays;

/**
 * Compares every attention with the oracle's, in double, on the very q, k and v that the encoder
 * used. Relative error of a head on a sentence: max|out - oracle| / max|oracle|, both maxima over
 * the head's whole output; kept is the largest over heads and sentences. (Element by element it
 * would say nothing: an output near zero is a difference of large terms.)
 */
final class OracleAgreement implements Consumer<AttentionStep> {
  /** Eight times what is observed; a wrong term would show as 1e-3 or more. */
  static final double TOLERANCE = 1e-5;

  private final double[] largest = new double[MiniLm.LAYERS];
  private double largestOfPlainFloat;

  @Override
  public void accept(AttentionStep step) {
    int tokens = Math.toIntExact(step.query().size(2));
    AttentionShape shape = new AttentionShape(1, HEADS, HEADS, tokens, tokens, HEAD_DIM, HEAD_DIM);
    AttentionOptions options = AttentionOptions.standard(HEAD_DIM);
    float[] q = step.query().toArray();
    float[] k = step.key().toArray();
    float[] v = step.value().toArray();
    double[] oracle =
        ReferenceAttention.forward(shape, options, widen(q), widen(k), widen(v)).out();
    double[] plain = widen(PlainFloatAttention.forward(shape, options, q, k, v));
    double[] ours = widen(step.out().toArray());
    for (int from = 0; from < ours.length; from += tokens * HEAD_DIM) {
      int to = from + tokens * HEAD_DIM;
      double error = relativeError(ours, oracle, from, to);
      largest[step.layer()] = Math.max(largest[step.layer()], error);
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

  /** Returns the largest error in [from, to), relative to the oracle's largest magnitude there. */
  static double relativeError(double[] ours, double[] oracle, int from, int to) {
    double[] expected = Arrays.copyOfRange(oracle, from, to);
    double difference = MathArrays.distanceInf(Arrays.copyOfRange(ours, from, to), expected);
    double magnitude = MathArrays.distanceInf(expected, new double[expected.length]);
    return difference == 0 ? 0 : difference / magnitude;
  }
}
