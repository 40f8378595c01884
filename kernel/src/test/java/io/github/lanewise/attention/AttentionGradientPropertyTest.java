package io.github.lanewise.attention;

import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.testing.AttentionCase;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.ContractGradients;
import io.github.lanewise.testing.Differentiated;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.MaskCase;
import org.jspecify.annotations.Nullable;

/** The gradients of attention against the arithmetic contract, bit for bit. */
class AttentionGradientPropertyTest {
  private static final FloatKind[] ANY_INPUT = {
    FloatKind.NORMAL,
    FloatKind.NORMAL,
    FloatKind.NORMAL,
    FloatKind.GRID,
    FloatKind.TIED,
    FloatKind.LOGITS,
    FloatKind.NEAR_ZERO,
    FloatKind.MINUS_INFINITIES,
    FloatKind.NONFINITE,
    FloatKind.SPRINKLED
  };

  private static final FloatKind[] ANY_BIAS = {
    FloatKind.NORMAL, FloatKind.LOGITS, FloatKind.MINUS_INFINITIES, FloatKind.WIDE
  };

  @Cases(500)
  void everyCombinationHasTheBitsOfTheContract(Draw draw) {
    checkBits(draw, AttentionCase.draw(draw, ANY_INPUT, ANY_BIAS));
  }

  /** Long enough for several levels of either tree, and for chunks that nobody sees. */
  @Cases(12)
  void longRowsHaveTheBitsOfTheContract(Draw draw) {
    boolean tall = draw.onceIn(2, "tall");
    int keys = tall ? draw.integer("keys", 5, 40) : draw.integer("keys", 1025, 2600);
    int queries = tall ? draw.integer("queries", 1025, 2600) : draw.integer("queries", 1, 6);
    AttentionShape shape = new AttentionShape(1, 2, 1, queries, keys, 16, 9);
    FloatKind[] kind = {FloatKind.NORMAL, FloatKind.NONFINITE};
    checkBits(draw, AttentionCase.draw(draw, shape, kind, ANY_BIAS));
  }

  /** Several chunks of queries and of keys at once. */
  @Cases(8)
  void squaresHaveTheBitsOfTheContract(Draw draw) {
    int queries = draw.integer("queries", 257, 600);
    int keys = draw.integer("keys", 257, 600);
    AttentionShape shape = new AttentionShape(1, 1, 1, queries, keys, 3, 5);
    FloatKind[] kind = {FloatKind.NORMAL, FloatKind.NONFINITE};
    checkBits(draw, AttentionCase.draw(draw, shape, kind, ANY_BIAS));
  }

  /** Heads of one group and of different groups that look at different chunks. */
  @Cases(60)
  void headsThatSeeDistantKeysHaveTheBitsOfTheContract(Draw draw) {
    int batch = draw.integer("batch", 1, 2);
    int keyHeads = draw.integer("keyHeads", 1, 3);
    int heads = keyHeads * draw.integer("group", 1, 3);
    int queries = draw.oneOf("queries", 1, 2, 5, 33);
    int keys = draw.integer("keys", 257, queries > 5 ? 600 : 1500);
    AttentionShape shape = new AttentionShape(batch, heads, keyHeads, queries, keys, 8, 5);
    FloatKind[] kinds = {FloatKind.NORMAL, FloatKind.NONFINITE};
    AttentionCase any = AttentionCase.draw(draw, shape, kinds, ANY_BIAS);
    checkBits(draw, any.withMask(MaskCase.drawRuns(draw, batch, heads, queries, keys)));
  }

  private static void checkBits(Draw draw, AttentionCase any) {
    AttentionCase c = any.differentiable();
    int length = c.shape().queryRows() * c.shape().valueDim();
    float[] dOut = draw.floats("dOut", length, ANY_INPUT);
    Differentiated call = Differentiated.drawn(draw, c, dOut);
    ContractGradients expected = new ContractGradients(c, call.out, dOut, call.logSumExp);
    assertBits(expected.dq, call.dq, "dq");
    assertBits(expected.dk, call.dk, "dk");
    assertBits(expected.dv, call.dv, "dv");
    assertBits(expected.dBias, call.dBias, "dBias");
    assertBits(expected.dTemperature, call.dTemperature, "dTemperature");
    assertBits(expected.dSinks, call.dSinks, "dSinks");
  }

  private static void assertBits(float[] expected, float @Nullable [] actual, String what) {
    if (actual != null) {
      Floats.assertBits(expected, actual, what);
    }
  }
}
