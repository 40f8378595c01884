package io.github.lanewise.bench.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SearchTest {
  @Test
  void rankingIsBestFirstAndStable() {
    assertArrayEquals(new int[] {2, 0, 3, 1}, Search.ranking(0.5, 0.1, 0.9, 0.5));
    assertArrayEquals(new int[] {}, Search.ranking());
  }

  @Test
  void smallestGap() {
    assertEquals(0.25, Search.smallestGap(1, 0.25, 0.5));
    assertEquals(Double.POSITIVE_INFINITY, Search.smallestGap(1));
  }
}
