package io.github.lanewise.attention;

import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.testing.Attended;
import io.github.lanewise.testing.AttentionCase;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.ContractAttention;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.MaskCase;

/** Attention against the arithmetic contract, bit for bit, and against itself. */
class AttentionPropertyTest {
  private static final FloatKind[] ANY_INPUT = {
    FloatKind.NORMAL,
    FloatKind.NORMAL,
    FloatKind.NORMAL,
    FloatKind.GRID,
    FloatKind.TIED,
    FloatKind.LOGITS,
    FloatKind.NEAR_ZERO,
    FloatKind.MINUS_INFINITIES,
    FloatKind.SPRINKLED
  };

  private static final FloatKind[] ANY_BIAS = {
    FloatKind.NORMAL, FloatKind.LOGITS, FloatKind.MINUS_INFINITIES, FloatKind.WIDE
  };

  @Cases(500)
  void everyCombinationHasTheBitsOfTheContract(Draw draw) {
    checkBits(draw, AttentionCase.draw(draw, ANY_INPUT, ANY_BIAS));
  }

  /** Long enough for several levels of the merge tree, and for chunks that nobody sees. */
  @Cases(10)
  void longRowsHaveTheBitsOfTheContract(Draw draw) {
    int keys = draw.integer("keys", 1025, 4098);
    AttentionShape shape = new AttentionShape(1, 2, 1, 5, keys, 16, 9);
    FloatKind kind = draw.oneOf("kind", FloatKind.NORMAL, FloatKind.LOGITS);
    checkBits(draw, AttentionCase.draw(draw, shape, new FloatKind[] {kind}, ANY_BIAS));
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
    FloatKind[] kinds = {FloatKind.NORMAL};
    AttentionCase any = AttentionCase.draw(draw, shape, kinds, ANY_BIAS);
    checkBits(draw, any.withMask(MaskCase.drawRuns(draw, batch, heads, queries, keys)));
  }

  private static void checkBits(Draw draw, AttentionCase c) {
    AttentionShape s = c.shape();
    Attended call = Attended.drawn(draw, c);
    ContractAttention contract = new ContractAttention(c);
    for (int row = 0; row < s.queryRows(); row++) {
      int b = row / s.queryLength() / s.queryHeads();
      int h = row / s.queryLength() % s.queryHeads();
      int i = row % s.queryLength();
      String where = "[" + b + ", " + h + ", " + i + "]";
      ContractAttention.Row expected = contract.row(b, h, i);
      Floats.assertBits(expected.weights(), call.weights[row], "weights" + where);
      Floats.assertBits(expected.out(), call.out[row], "out" + where);
      if (call.hasStatistics()) {
        Floats.assertBits(expected.logSumExp(), call.logSumExp[row], "logSumExp" + where);
        Floats.assertBits(expected.entropy(), call.entropy[row], "entropy" + where);
        Floats.assertBits(expected.maxWeight(), call.maxWeight[row], "maxWeight" + where);
      }
    }
  }
}
