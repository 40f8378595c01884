package io.github.lanewise.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.reference.AttentionOptions;
import io.github.lanewise.reference.AttentionResult;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceAttention;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.AttentionCase;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Results;
import io.github.lanewise.testing.ScoreError;
import io.github.lanewise.testing.ShardedCall;

/** Attention in shards against attention in one call, and against the oracle. */
class AttentionStatePropertyTest {
  private static final int CHUNK = 256;

  private static final FloatKind[] INPUTS = {
    FloatKind.NORMAL,
    FloatKind.NORMAL,
    FloatKind.TIED,
    FloatKind.LOGITS,
    FloatKind.MINUS_INFINITIES,
    FloatKind.SPRINKLED
  };

  private static final FloatKind[] BIASES = {
    FloatKind.NORMAL, FloatKind.LOGITS, FloatKind.MINUS_INFINITIES
  };

  private static AttentionShape drawShape(Draw draw, int mostKeys) {
    int keyHeads = draw.oneOf("keyHeads", 1, 1, 2);
    return new AttentionShape(
        draw.oneOf("batch", 1, 1, 2),
        keyHeads * draw.oneOf("group", 1, 2, 3),
        keyHeads,
        draw.oneOf("queries", 1, 1, 2, 5, 17, 65),
        draw.onceIn(3, "few") ? draw.size("keys", 600) : draw.integer("keys", 600, mostKeys),
        draw.oneOf("headDim", 1, 3, 8, 16),
        draw.oneOf("valueDim", 1, 5, 16, 17, 40));
  }

  /** In any grouping and any order of arrival. */
  @Cases(150)
  void shardsOfWholeChunksHaveTheBitsOfTheWhole(Draw draw) {
    AttentionShape s = drawShape(draw, 3000);
    AttentionCase c = ShardedCall.drawCase(draw, s, INPUTS, BIASES);
    ShardedCall call = new ShardedCall(draw, c);
    AttentionState state = call.state(ShardedCall.drawCuts(draw, s.keyLength(), CHUNK, 12));
    call.whole().assertBits(call.result(state));
  }

  /** Cut anywhere: within the bound of the oracle, and the same bits in any order. */
  @Cases(80)
  void otherShardsHaveTheValueOfTheWhole(
      Draw draw,
      @Accuracy.Of("sharded attention out") Accuracy out,
      @Accuracy.Of("sharded attention statistics") Accuracy statistics) {
    FloatKind[] inputs = {FloatKind.NORMAL, FloatKind.GRID, FloatKind.TIED};
    AttentionShape s = drawShape(draw, 1100);
    AttentionCase c = ShardedCall.drawCase(draw, s, inputs, BIASES);
    ShardedCall call = new ShardedCall(draw, c);
    int[] cuts = ShardedCall.drawCuts(draw, s.keyLength(), 1, 12);
    AttentionState state = call.state(cuts);
    Results result = call.result(state);
    AttentionState other = call.state(cuts);
    result.assertBits(call.result(other));
    assertArrayEquals(ShardedCall.bytes(state), ShardedCall.bytes(other));
    AttentionResult expected =
        ReferenceAttention.forward(
            s,
            c.options(),
            Primitives.widen(c.q()),
            Primitives.widen(c.k()),
            Primitives.widen(c.v()));
    float[] actual = result.out().toArray();
    float[] sums = result.logSumExp().toArray();
    float[] entropies = result.entropy().toArray();
    float[] largest = result.maxWeight().toArray();
    AttentionResult undropped = c.keepFactor() == 1f ? expected : c.undropped();
    for (int row = 0; row < s.queryRows(); row++) {
      ScoreError error = new ScoreError(c, undropped, row);
      String where = " of row " + row;
      for (int at = row * s.valueDim(); at < (row + 1) * s.valueDim(); at++) {
        out.check(expected.out()[at], actual[at], error.ofValue(), where);
      }
      error.check(statistics, sums[row], entropies[row], largest[row], where);
    }
  }

  /** The absolute bound for unit variance, 1.5e-6·max|v|, where every key is a shard or two. */
  @Cases(3)
  void theSmallestShardsKeepTheBound(Draw draw) {
    AttentionShape s = new AttentionShape(1, 2, 1, 3, 700, 16, 9);
    float[] q = draw.floats("q", s.queryRows() * s.headDim(), FloatKind.NORMAL);
    float[] k = draw.floats("k", s.keyRows() * s.headDim(), FloatKind.NORMAL);
    float[] v = draw.floats("v", s.keyRows() * s.valueDim(), FloatKind.NORMAL);
    FloatTensor queries = FloatTensor.of(q, 1, 2, 3, 16);
    FloatTensor keys = FloatTensor.of(k, 1, 1, 700, 16);
    FloatTensor values = FloatTensor.of(v, 1, 1, 700, 9);
    AttentionState state = AttentionState.empty(1, 2, 3, 9);
    Attention attention = Attention.builder().build();
    for (int from : draw.permutation("order", 700)) {
      FloatTensor key = keys.slice(2, from, from + 1);
      FloatTensor value = values.slice(2, from, from + 1);
      attention.partial(queries, key, value, from, state, Workers.caller());
    }
    FloatTensor out = FloatTensor.allocate(1, 2, 3, 9);
    state.writeTo(out, RowStatistics.none());
    double[] expected =
        ReferenceAttention.forward(
                s,
                AttentionOptions.standard(16),
                Primitives.widen(q),
                Primitives.widen(k),
                Primitives.widen(v))
            .out();
    double bound = 0;
    for (float value : v) {
      bound = Math.max(bound, 1.5e-6 * Math.abs(value));
    }
    Accuracy accuracy = new Accuracy("attention over shards of one key");
    float[] actual = out.toArray();
    for (int j = 0; j < expected.length; j++) {
      accuracy.check(expected[j], actual[j], bound, "out");
    }
    accuracy.print();
  }
}
