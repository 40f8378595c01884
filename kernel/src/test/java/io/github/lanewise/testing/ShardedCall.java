package io.github.lanewise.testing;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.AttentionState;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.Visibility;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** An {@link AttentionCase} computed in shards that arrive and are merged in a drawn order. */
public final class ShardedCall {
  private final Draw draw;
  private final AttentionCase c;
  private final Sandbox sandbox;
  private final FloatTensor q;
  private final FloatTensor k;
  private final FloatTensor v;
  private final Attention attention;

  /** Lays out the operands once for all runs. */
  public ShardedCall(Draw draw, AttentionCase attentionCase) {
    this.draw = draw;
    c = attentionCase;
    AttentionShape s = c.shape();
    sandbox = new Sandbox(Layout.drawn(draw));
    q = sandbox.input("Q", c.q(), Axes.q(s));
    k = sandbox.input("K", c.k(), Axes.k(s));
    v = sandbox.input("V", c.v(), Axes.v(s));
    attention = c.attention();
  }

  /** Draws a case that can be cut into shards: nothing in it needs the number of all keys. */
  public static AttentionCase drawCase(
      Draw draw, AttentionShape s, FloatKind[] inputs, FloatKind[] biases) {
    AttentionCase any = AttentionCase.draw(draw, s, inputs, biases);
    int heads = s.queryHeads();
    MaskCase mask = MaskCase.drawAbsolute(draw, s.batch(), heads, s.queryLength(), s.keyLength());
    boolean positioned = any.slopes() != null || any.dropout() != 0;
    if (positioned && mask.offset() == null) {
      long offset = draw.integer("alibi.offset", -s.queryLength(), s.keyLength() + 1);
      mask =
          new MaskCase(
              mask.mask().and(Mask.causal(offset)),
              mask.visibility().and(Visibility.causal(offset)),
              offset);
    }
    float[] temperatures = any.temperatures();
    for (int h = 0; temperatures != null && h < temperatures.length; h++) {
      temperatures[h] = temperatures[h] == 0 ? 0.5f : temperatures[h];
    }
    return any.withMask(mask);
  }

  /** Draws some of the multiples of {@code unit} within the keys. */
  public static int[] drawCuts(Draw draw, int keys, int unit, int most) {
    TreeSet<Integer> cuts = new TreeSet<>();
    int places = Math.max(0, keys - 1) / unit;
    int count = draw.integer("cuts", 0, Math.min(most, places));
    for (int i = 0; i < count; i++) {
      cuts.add(unit * draw.integer("cut" + i, 1, places));
    }
    return cuts.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The state of all keys, cut at these ascending positions. */
  public AttentionState state(int... cuts) {
    int keys = c.shape().keyLength();
    List<AttentionState> states = new ArrayList<>();
    for (int shard : draw.permutation("arrival", cuts.length + 1)) {
      int from = shard == 0 ? 0 : cuts[shard - 1];
      int to = shard == cuts.length ? keys : cuts[shard];
      boolean joins = !states.isEmpty() && draw.onceIn(3, "joins" + shard);
      AttentionState state = joins ? oneOf(states, "joined" + shard) : empty();
      attention.partial(
          q, k.slice(2, from, to), v.slice(2, from, to), from, state, TestWorkers.draw(draw));
      if (!joins) {
        states.add(state);
      }
    }
    while (states.size() > 1) {
      AttentionState from = oneOf(states, "from");
      states.remove(from);
      AttentionState into = oneOf(states, "into");
      into.merge(draw.onceIn(3, "stored") ? stored(from) : from);
    }
    return draw.onceIn(3, "stored") ? stored(states.get(0)) : states.get(0);
  }

  private AttentionState oneOf(List<AttentionState> states, String name) {
    return states.get(draw.integer(name, 0, states.size() - 1));
  }

  /** A state without keys for the rows of this case. */
  public AttentionState empty() {
    AttentionShape s = c.shape();
    return AttentionState.empty(s.batch(), s.queryHeads(), s.queryLength(), s.valueDim());
  }

  /** What a state makes of the rows. */
  public Results result(AttentionState state) {
    Results results = Results.in(sandbox, Axes.out(c.shape()));
    state.writeTo(results.out(), results.statistics());
    sandbox.assertIntact("writeTo");
    return results;
  }

  /** What one call over all keys makes of them. */
  public Results whole() {
    Results results = Results.allocate(Axes.out(c.shape()));
    attention.forward(q, k, v, results.out(), results.statistics(), TestWorkers.draw(draw));
    return results;
  }

  /** The bytes that a state is saved as. */
  public static byte[] bytes(AttentionState state) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      state.save(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The state that comes back when it is saved. */
  public static AttentionState stored(AttentionState state) {
    try {
      return AttentionState.load(new ByteArrayInputStream(bytes(state)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
