package io.github.lanewise.bench.demo.embedding;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.bench.demo.minilm.AttentionObserver;
import io.github.lanewise.bench.demo.minilm.MiniLm;

/**
 * Mean attention entropy of every head, in nats, over all query tokens it has seen: 0 where a head
 * always looks at one token, ln n where it looks at n tokens alike. The kernel computes it in the
 * same pass as the attention itself.
 */
public final class HeadEntropy implements AttentionObserver {
  /** Below this a head is over-peaked: it looks at fewer than e tokens on average. */
  public static final double OVER_PEAKED = 1.0;

  private final double[][] sums = new double[MiniLm.LAYERS][MiniLm.HEADS];
  private final long[] rows = new long[MiniLm.LAYERS];

  @Override
  public void attended(
      int layer,
      FloatTensor query,
      FloatTensor key,
      FloatTensor value,
      FloatTensor out,
      RowStatistics statistics) {
    FloatTensor entropy = statistics.entropy();
    if (entropy == null) {
      throw new IllegalArgumentException("the encoder was run without entropy");
    }
    long tokens = entropy.size(2);
    rows[layer] += tokens;
    for (int head = 0; head < MiniLm.HEADS; head++) {
      for (long i = 0; i < tokens; i++) {
        sums[layer][head] += entropy.get(0, head, i);
      }
    }
  }

  /** Returns the mean entropy of a head in nats; NaN before the first sentence. */
  public double of(int layer, int head) {
    return sums[layer][head] / rows[layer];
  }

  /** Returns whether a head is over-peaked. */
  public boolean overPeaked(int layer, int head) {
    return of(layer, head) < OVER_PEAKED;
  }

  /** Returns the number of over-peaked heads. */
  public int overPeakedHeads() {
    int count = 0;
    for (int layer = 0; layer < MiniLm.LAYERS; layer++) {
      for (int head = 0; head < MiniLm.HEADS; head++) {
        count += overPeaked(layer, head) ? 1 : 0;
      }
    }
    return count;
  }

  /** Returns the mean over all heads of all layers. */
  public double mean() {
    double sum = 0;
    for (int layer = 0; layer < MiniLm.LAYERS; layer++) {
      for (int head = 0; head < MiniLm.HEADS; head++) {
        sum += of(layer, head);
      }
    }
    return sum / (MiniLm.LAYERS * MiniLm.HEADS);
  }
}
