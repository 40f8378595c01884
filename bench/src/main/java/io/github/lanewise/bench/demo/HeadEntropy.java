package io.github.lanewise.bench.demo;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.bench.demo.LanewiseEncoder.AttentionStep;
import io.github.lanewise.bench.demo.MiniLm.Head;
import java.util.function.Consumer;

/**
 * Mean attention entropy of every head, in nats, over all query tokens it has seen: 0 where a head
 * always looks at one token, ln n where it looks at n tokens alike. The kernel computes it in the
 * same pass as the attention itself.
 */
final class HeadEntropy implements Consumer<AttentionStep> {
  /** Below this a head is over-peaked: it looks at fewer than e tokens on average. */
  private static final double OVER_PEAKED = 1.0;

  private final double[][] sums = new double[MiniLm.LAYERS][MiniLm.HEADS];
  private final long[] rows = new long[MiniLm.LAYERS];

  @Override
  public void accept(AttentionStep step) {
    FloatTensor entropy = step.statistics().entropy();
    if (entropy == null) {
      throw new IllegalArgumentException("the encoder was run without entropy");
    }
    rows[step.layer()] += entropy.size(2);
    for (int head = 0; head < MiniLm.HEADS; head++) {
      for (float nats : entropy.select(1, head).toArray()) {
        sums[step.layer()][head] += nats;
      }
    }
  }

  /** Returns the mean entropy of a head in nats; NaN before the first sentence. */
  double of(Head head) {
    return sums[head.layer()][head.number()] / rows[head.layer()];
  }

  /** Returns whether a head is over-peaked. */
  boolean overPeaked(Head head) {
    return of(head) < OVER_PEAKED;
  }

  /** Returns how many heads are over-peaked, in words. */
  String overPeakedHeads() {
    long count = Head.ALL.stream().filter(this::overPeaked).count();
    return count + " of " + Head.ALL.size() + " heads are over-peaked";
  }

  /** Returns the mean over all heads of all layers. */
  double mean() {
    return Head.ALL.stream().mapToDouble(this::of).average().orElse(Double.NaN);
  }

  /** Returns the entropy of the head that looks around most. */
  double largest() {
    return Head.ALL.stream().mapToDouble(this::of).max().orElse(Double.NaN);
  }
}
