package io.github.lanewise.attention;

import io.github.lanewise.reference.AttentionGradients;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.AttentionCase;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Differentiated;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.GradientError;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.TestWorkers;
import org.jspecify.annotations.Nullable;

/** The gradients of attention against the oracle in double precision. */
class AttentionGradientAccuracyTest {
  private static final FloatKind[] INPUTS = {
    FloatKind.NORMAL, FloatKind.NORMAL, FloatKind.GRID, FloatKind.TIED, FloatKind.NEAR_ZERO
  };

  private static final FloatKind[] BIASES = {
    FloatKind.NORMAL, FloatKind.LOGITS, FloatKind.MINUS_INFINITIES, FloatKind.TIED
  };

  @Cases(120)
  void everyCombinationAgreesWithTheOracle(
      Draw draw,
      @Accuracy.Of("gradient of q") Accuracy ofQ,
      @Accuracy.Of("gradient of k") Accuracy ofK,
      @Accuracy.Of("gradient of v") Accuracy ofV,
      @Accuracy.Of("gradient of bias") Accuracy ofBias,
      @Accuracy.Of("gradient of temperature") Accuracy ofTemperature,
      @Accuracy.Of("gradient of sinks") Accuracy ofSinks) {
    AttentionCase c = AttentionCase.draw(draw, INPUTS, BIASES).differentiable();
    AttentionShape s = c.shape();
    FloatKind[] kinds = {FloatKind.NORMAL, FloatKind.GRID, FloatKind.NEAR_ZERO};
    float[] dOut = draw.floats("dOut", s.queryRows() * s.valueDim(), kinds);
    Differentiated call = Differentiated.by(c, dOut, Layout.ARRAY, TestWorkers.draw(draw));
    AttentionGradients exact =
        AttentionGradients.of(
            s,
            c.options(),
            Primitives.widen(c.q()),
            Primitives.widen(c.k()),
            Primitives.widen(c.v()),
            Primitives.widen(dOut));
    GradientError bound = new GradientError(c, dOut, exact);
    check(ofQ, exact.dq(), call.dq, bound.dq, "dq");
    check(ofK, exact.dk(), call.dk, bound.dk, "dk");
    check(ofV, exact.dv(), call.dv, bound.dv, "dv");
    check(ofTemperature, exact.dTemperature(), call.dTemperature, bound.dTemperature, "dT");
    check(ofSinks, exact.dSinks(), call.dSinks, bound.dSinks, "dSinks");
    double[] biases = new double[call.dBias == null ? 0 : call.dBias.length];
    double[] bounds = new double[biases.length];
    // a chain over a chunk's queries, 16 in a lane of keys, their tree, those over chunks
    int roundings = Math.min(256, s.queryLength()) + 28 + s.queryHeads() + s.batch();
    for (int n = 0; n < exact.dBias().length && call.dBias != null; n++) {
      int at = indexOfBias(c, n);
      biases[at] += exact.dBias()[n];
      bounds[at] += bound.dBias[n] + roundings * Accuracy.U * Math.abs(exact.dBias()[n]);
    }
    check(ofBias, biases, call.dBias, bounds, "dBias");
  }

  /** Where the bias of a score stands in the bias. */
  private static int indexOfBias(AttentionCase c, int score) {
    AttentionShape s = c.shape();
    int[] axes = {s.batch(), s.queryHeads(), s.queryLength(), s.keyLength()};
    int[] index = new int[4];
    int rest = score;
    for (int axis = 3; axis >= 0; axis--) {
      index[axis] = rest % axes[axis];
      rest /= axes[axis];
    }
    int at = 0;
    int rank = c.biasShape().length;
    for (int axis = 0; axis < rank; axis++) {
      int size = c.biasShape()[axis];
      at = at * size + (size == 1 ? 0 : index[4 - rank + axis]);
    }
    return at;
  }

  private static void check(
      Accuracy accuracy,
      double[] expected,
      float @Nullable [] actual,
      double[] bounds,
      String what) {
    for (int j = 0; actual != null && j < actual.length; j++) {
      accuracy.check(expected[j], actual[j], bounds[j], " " + what + "[" + j + "]");
    }
  }
}
