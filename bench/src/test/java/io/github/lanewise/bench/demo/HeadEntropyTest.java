package io.github.lanewise.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.bench.demo.LanewiseEncoder.AttentionStep;
import io.github.lanewise.bench.demo.MiniLm.Head;
import org.junit.jupiter.api.Test;

class HeadEntropyTest {
  @Test
  void meanIsOverTokensAndNotOverSentences() {
    HeadEntropy entropy = new HeadEntropy();
    observe(entropy, 1, 3f);
    observe(entropy, 3, 0.2f);
    assertEquals((3 + 3 * 0.2) / 4, entropy.of(new Head(0, 5)), 1e-6);
    assertTrue(entropy.overPeaked(new Head(0, 5)));
    observe(entropy, 4, 2f);
    assertFalse(entropy.overPeaked(new Head(0, 5)));
    assertTrue(Double.isNaN(entropy.of(new Head(1, 5))));
  }

  private static void observe(HeadEntropy entropy, int tokens, float nats) {
    FloatTensor rows = FloatTensor.allocate(1, MiniLm.HEADS, tokens);
    for (int head = 0; head < MiniLm.HEADS; head++) {
      for (int i = 0; i < tokens; i++) {
        rows.set(nats, 0, head, i);
      }
    }
    FloatTensor unused = FloatTensor.allocate(1, MiniLm.HEADS, tokens, MiniLm.HEAD_DIM);
    RowStatistics statistics = new RowStatistics(null, rows, null);
    entropy.accept(new AttentionStep(0, unused, unused, unused, unused, statistics));
  }
}
