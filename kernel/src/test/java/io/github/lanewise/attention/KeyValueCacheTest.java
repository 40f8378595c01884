package io.github.lanewise.attention;

import static io.github.lanewise.testing.Refused.assertIllegal;
import static io.github.lanewise.testing.Refused.assertIllegalState;
import static io.github.lanewise.testing.Refused.assertOutOfBounds;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.testing.Floats;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a cache refuses, what it holds, and when it lets go. */
class KeyValueCacheTest {

  private static final int DIM = 8;

  private static KeyValueCache.Builder builder() {
    return KeyValueCache.builder(2, 1, DIM, DIM);
  }

  /** Rows [leading…, tokens, DIM] of one number. */
  private static FloatTensor rows(float value, long... shape) {
    return Floats.filledTensor(value, shape);
  }

  private static float[] attend(KeyValueCache cache, Mask mask) {
    FloatTensor out = FloatTensor.allocate(2, 1, 1, DIM);
    Attention.builder()
        .mask(mask)
        .build()
        .forward(rows(1, 2, 1, 1, DIM), cache, out, RowStatistics.none(), Workers.caller());
    return out.toArray();
  }

  @Test
  void builderNamesWhatIsOutOfRange() {
    assertIllegal(() -> KeyValueCache.builder(-1, 1, 1, 1), "batch is -1", "0");
    assertIllegal(() -> KeyValueCache.builder(1, -2, 1, 1), "keyHeads is -2");
    assertIllegal(() -> KeyValueCache.builder(1, 1, 0, 1), "headDim is 0", "1");
    assertIllegal(() -> KeyValueCache.builder(1, 1, 1, 1L << 40), "valueDim is 1099511627776");
    assertIllegal(() -> builder().capacity(-1), "capacity is -1", "0");
    assertIllegal(() -> builder().pageLength(0), "pageLength is 0", "1048576");
    assertIllegal(
        () -> KeyValueCache.builder(1, 1 << 20, 4096, 1).build(), "1048576 heads", "2147483583");
  }

  @Test
  void tellsItsSizes() {
    try (KeyValueCache cache =
        KeyValueCache.builder(3, 2, 5, 7)
            .capacity(9)
            .storage(Storage.INT8)
            .pageLength(17)
            .build()) {
      assertEquals(3, cache.batch());
      assertEquals(2, cache.keyHeads());
      assertEquals(5, cache.headDim());
      assertEquals(7, cache.valueDim());
      assertEquals(9, cache.capacity());
      assertEquals(Storage.INT8, cache.storage());
      assertEquals(32, cache.pageLength());
      assertEquals(0, cache.length());
    }
  }

  @Test
  void appendNamesWhatDoesNotFit() {
    try (KeyValueCache cache = builder().build()) {
      FloatTensor good = rows(1, 2, 1, 3, DIM);
      assertIllegal(() -> cache.append(rows(1, 1, 3, DIM), good), "k.rank() is 3", "4");
      assertIllegal(() -> cache.append(rows(1, 3, 1, 3, DIM), good), "k.size(0) is 3", "2");
      assertIllegal(() -> cache.append(good, rows(1, 2, 2, 3, DIM)), "v.size(1) is 2", "1");
      assertIllegal(() -> cache.append(good, rows(1, 2, 1, 4, DIM)), "v.size(2) is 4", "3");
      assertIllegal(() -> cache.append(rows(1, 2, 1, 3, 9), good), "k.size(3) is 9", "8");
      assertIllegal(() -> cache.append(good, rows(1, 2, 1, 3, 7)), "v.size(3) is 7", "8");
      FloatTensor one = rows(1, 1, 3, DIM);
      assertIllegal(() -> cache.append(0, one, good), "v.rank() is 4", "3");
      assertIllegal(() -> cache.append(0, one, rows(1, 1, 2, DIM)), "v.size(1) is 2", "3");
      assertOutOfBounds(() -> cache.append(2, one, one), "sequence 2", "2");
      assertOutOfBounds(() -> cache.append(-1, one, one), "-1");
      assertOutOfBounds(() -> cache.length(2), "sequence 2");
      assertEquals(0, cache.length());
    }
  }

  /** A batch is appended to all of its sequences or to none. */
  @Test
  void aFullSequenceKeepsTheOthersFromGrowing() {
    try (KeyValueCache cache = builder().capacity(20).pageLength(16).build()) {
      cache.append(rows(1, 2, 1, 10, DIM), rows(1, 2, 1, 10, DIM));
      cache.append(1, rows(2, 1, 9, DIM), rows(2, 1, 9, DIM));
      float[] before = attend(cache, Mask.none());
      assertIllegal(
          () -> cache.append(rows(9, 2, 1, 2, DIM), rows(9, 2, 1, 2, DIM)),
          "sequence 1 holds 19",
          "2 are to be appended",
          "20");
      assertEquals(10, cache.length(0));
      assertEquals(19, cache.length(1));
      assertArrayEquals(before, attend(cache, Mask.none()));
      cache.append(rows(1, 2, 1, 1, DIM), rows(1, 2, 1, 1, DIM));
      assertEquals(20, cache.length());
      assertIllegal(() -> cache.append(1, rows(1, 1, 1, DIM), rows(1, 1, 1, DIM)), "20");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Storage.class,
      names = {"BFLOAT16", "FLOAT16", "INT8"})
  void narrowStorageRefusesWhatIsNotFinite(Storage storage) {
    try (KeyValueCache cache = builder().storage(storage).build()) {
      FloatTensor good = rows(1, 2, 1, 3, DIM);
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
        FloatTensor wrong = rows(1, 2, 1, 3, DIM);
        wrong.set(bad, 1, 0, 2, 5);
        assertIllegal(() -> cache.append(wrong, good), "k[1, 0, 2, 5] is " + bad, "" + storage);
        assertIllegal(() -> cache.append(good, wrong), "v[1, 0, 2, 5] is " + bad, "" + storage);
        assertIllegal(
            () -> cache.append(0, good.select(0, 0), wrong.select(0, 1)), "v[0, 2, 5] is " + bad);
      }
      assertEquals(0, cache.length());
    }
  }

  @Test
  void narrowStorageRefusesWhatWouldRoundToInfinity() {
    try (KeyValueCache half = builder().storage(Storage.FLOAT16).build();
        KeyValueCache brain = builder().storage(Storage.BFLOAT16).build()) {
      FloatTensor good = rows(1, 1, 1, DIM);
      assertIllegal(() -> half.append(0, rows(65520, 1, 1, DIM), good), "k[0, 0, 0] is 65520.0");
      half.append(0, rows(Math.nextDown(65520f), 1, 1, DIM), good);
      assertIllegal(() -> brain.append(0, rows(-0x1.FFp127f, 1, 1, DIM), good), "BFLOAT16");
      brain.append(0, rows(Math.nextDown(0x1.FFp127f), 1, 1, DIM), good);
    }
  }

  @Test
  void float32TakesEverything() {
    try (KeyValueCache cache = builder().build()) {
      cache.append(rows(1, 2, 1, 1, DIM), rows(Float.NaN, 2, 1, 1, DIM));
      cache.append(rows(1, 2, 1, 1, DIM), rows(2, 2, 1, 1, DIM));
      assertTrue(Float.isNaN(attend(cache, Mask.none())[0]));
      assertEquals(2f, attend(cache, Mask.window(0, 0))[0]);
      cache.truncate(1);
      cache.truncate(0);
      cache.append(rows(1, 2, 1, 1, DIM), rows(3, 2, 1, 1, DIM));
      assertEquals(3f, attend(cache, Mask.none())[0], "a value of before the truncation leaks");
    }
  }

  @Test
  void truncateNamesBothLengths() {
    try (KeyValueCache cache = builder().build()) {
      cache.append(0, rows(1, 1, 5, DIM), rows(1, 1, 5, DIM));
      assertIllegal(() -> cache.truncate(-1), "length is -1");
      assertIllegal(() -> cache.truncate(6), "length is 6", "5");
      assertIllegal(() -> cache.truncate(1, 1), "length is 1", "sequence 1 holds 0");
      cache.truncate(3);
      assertEquals(3, cache.length(0));
      assertEquals(0, cache.length(1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 256})
  void releasedKeysMustBeHidden(int pageLength) {
    try (KeyValueCache cache = builder().pageLength(pageLength).build()) {
      cache.append(rows(1, 2, 1, 1000, DIM), rows(1, 2, 1, 1000, DIM));
      cache.append(rows(2, 2, 1, 24, DIM), rows(2, 2, 1, 24, DIM));
      cache.retain(4, 768);
      assertEquals(1024, cache.length());
      Mask stream = Mask.prefix(4).or(Mask.window(23, 0));
      assertArrayEquals(attend(cache, stream), attend(cache, stream));
      assertIllegal(() -> attend(cache, Mask.none()), "released", "768", "query 0", "sequence 0");
      assertIllegal(() -> attend(cache, Mask.window(256, 0)), "released");
      attend(cache, Mask.window(255, 0));
      assertIllegal(() -> attend(cache, Mask.prefix(pageLength + 1)), "released");
      attend(cache, Mask.prefix(pageLength));
      boolean[] allowed = new boolean[1024];
      allowed[767] = true;
      assertIllegal(() -> attend(cache, Mask.allowed(allowed, 1024)), "released");
      allowed[767] = false;
      attend(cache, Mask.allowed(allowed, 1024));
      cache.truncate(pageLength);
      attend(cache, Mask.none());
    }
  }

  @Test
  void retainRefusesASecondGap() {
    try (KeyValueCache cache = builder().pageLength(16).build()) {
      cache.append(rows(1, 2, 1, 200, DIM), rows(1, 2, 1, 200, DIM));
      assertIllegal(() -> cache.retain(-1, 5), "prefix is -1");
      assertIllegal(() -> cache.retain(0, 201), "firstKey is 201", "200");
      cache.retain(4, -100);
      cache.retain(20, 64);
      assertIllegal(() -> cache.retain(100, 150), "prefix is 100", "20", "64");
      assertIllegal(() -> cache.retain(3, 9), "firstKey is 9", "20", "64");
      cache.retain(100, 90); // nothing lies between the two
      cache.retain(4, 120);
      assertIllegal(() -> attend(cache, Mask.prefix(17)), "from 16 to 112");
    }
  }

  /**
   * A truncation may end the released keys in the middle of a page; those that follow are seen, by
   * few queries (lanes over keys) and by many (lanes over queries).
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 33})
  void keysBehindATruncatedGapAreSeen(int queries) {
    for (int pageLength : new int[] {16, 32, 256}) {
      try (KeyValueCache cache =
          KeyValueCache.builder(1, 1, DIM, DIM).pageLength(pageLength).build()) {
        cache.append(rows(0, 1, 1, 1030, DIM), rows(Float.NaN, 1, 1, 1030, DIM));
        cache.retain(0, 1024);
        cache.truncate(809);
        Mask newKeys = Mask.allowed(allowedFrom(809, 811), 811);
        cache.append(rows(0, 1, 1, 2, DIM), rows(3, 1, 1, 2, DIM));
        for (float value : attend(cache, newKeys, queries)) {
          assertEquals(3f, value, "pages of " + pageLength);
        }
      }
    }
  }

  private static boolean[] allowedFrom(int first, int length) {
    boolean[] allowed = new boolean[length];
    Arrays.fill(allowed, first, length, true);
    return allowed;
  }

  private static float[] attend(KeyValueCache cache, Mask mask, int queries) {
    FloatTensor out = FloatTensor.allocate(1, 1, queries, DIM);
    Attention.builder()
        .mask(mask)
        .build()
        .forward(rows(1, 1, 1, queries, DIM), cache, out, RowStatistics.none(), Workers.caller());
    return out.toArray();
  }

  /** What retain lets go does not count. */
  @Test
  void capacityCountsWhatIsKept() {
    try (KeyValueCache cache = builder().capacity(50).pageLength(16).build()) {
      for (int step = 0; step < 1000; step++) {
        cache.append(rows(step, 2, 1, 1, DIM), rows(step, 2, 1, 1, DIM));
        cache.retain(4, cache.length() - 45);
      }
      assertEquals(1000, cache.length());
      cache.append(rows(0, 2, 1, 1, DIM), rows(0, 2, 1, 1, DIM));
      assertIllegal(() -> cache.append(rows(0, 2, 1, 1, DIM), rows(0, 2, 1, 1, DIM)), "50");
    }
  }

  @Test
  void aClosedCacheRefusesEverythingButItsForkDoesNot() {
    KeyValueCache cache = builder().build();
    cache.append(rows(1, 2, 1, 3, DIM), rows(5, 2, 1, 3, DIM));
    KeyValueCache fork = cache.fork();
    cache.close();
    cache.close();
    FloatTensor one = rows(1, 2, 1, 1, DIM);
    for (Executable call :
        new Executable[] {
          () -> cache.append(one, one),
          () -> cache.length(),
          () -> cache.length(0),
          () -> cache.truncate(0),
          () -> cache.truncate(0, 0),
          () -> cache.retain(0, 0),
          () -> cache.fork(),
          () -> attend(cache, Mask.none())
        }) {
      assertIllegalState(call, "closed");
    }
    assertEquals(5f, attend(fork, Mask.none())[0]);
    fork.append(one, one);
    assertEquals(4, fork.length());
    fork.close();
  }

  @Test
  void aClosedArenaIsNamed() {
    KeyValueCache cache;
    try (Arena arena = Arena.ofShared()) {
      cache = builder().arena(arena).build();
      cache.append(rows(1, 2, 1, 3, DIM), rows(5, 2, 1, 3, DIM));
      assertEquals(5f, attend(cache, Mask.none())[0]);
    }
    FloatTensor one = rows(1, 2, 1, 1, DIM);
    assertIllegalState(() -> cache.append(one, one), "arena");
    assertIllegalState(() -> attend(cache, Mask.none()), "arena");
    assertIllegalState(() -> builder().arena(closedArena()).build(), "closed");
    cache.close();
  }

  private static Arena closedArena() {
    Arena arena = Arena.ofShared();
    arena.close();
    return arena;
  }

  @Test
  void anArenaOfOneThreadIsRefusedToWorkers() {
    try (Arena arena = Arena.ofConfined();
        Workers two = Workers.threads(2);
        KeyValueCache cache = builder().arena(arena).build()) {
      cache.append(rows(1, 2, 1, 3, DIM), rows(5, 2, 1, 3, DIM));
      FloatTensor out = rows(-1, 2, 1, 1, DIM);
      Attention attention = Attention.builder().build();
      assertIllegal(
          () -> attention.forward(rows(1, 2, 1, 1, DIM), cache, out, RowStatistics.none(), two),
          "the cache");
      assertEquals(-1f, out.get(0, 0, 0, 0));
      assertEquals(5f, attend(cache, Mask.none())[0]);
    }
  }

  @Test
  void forwardNamesWhatDoesNotFit() {
    try (KeyValueCache cache = KeyValueCache.builder(2, 2, DIM, 6).build()) {
      cache.append(rows(1, 2, 2, 3, DIM), rows(1, 2, 2, 3, 6));
      assertForwardRefused(cache, "q.size(0) is 3", "2", rows(1, 3, 2, 1, DIM), 3, 2, 1, 6);
      assertForwardRefused(cache, "q.size(3) is 7", "8", rows(1, 2, 2, 1, 7), 2, 2, 1, 6);
      assertForwardRefused(cache, "q.size(1) is 3", "2", rows(1, 2, 3, 1, DIM), 2, 3, 1, 6);
      assertForwardRefused(cache, "out.size(2) is 2", "1", rows(1, 2, 2, 1, DIM), 2, 2, 2, 6);
      assertForwardRefused(cache, "out.size(3) is 8", "6", rows(1, 2, 2, 1, DIM), 2, 2, 1, 8);
      FloatTensor bias = rows(1, 1, 2);
      FloatTensor out = FloatTensor.allocate(2, 2, 1, 6);
      Attention biased = Attention.builder().bias(bias).build();
      assertIllegal(
          () ->
              biased.forward(
                  rows(1, 2, 2, 1, DIM), cache, out, RowStatistics.none(), Workers.caller()),
          "bias.size(1) is 2",
          "3");
    }
  }

  private static void assertForwardRefused(
      KeyValueCache cache, String wrong, String wanted, FloatTensor q, long... outShape) {
    FloatTensor out = rows(-1, outShape);
    Attention attention = Attention.builder().build();
    assertIllegal(
        () -> attention.forward(q, cache, out, RowStatistics.none(), Workers.caller()),
        wrong,
        wanted);
    for (float value : out.toArray()) {
      assertEquals(-1f, value, "something was written");
    }
  }

  @Test
  void anEmptyCacheGivesZeros() {
    try (KeyValueCache cache = builder().build()) {
      assertArrayEquals(new float[2 * DIM], attend(cache, Mask.causal()));
      cache.append(0, rows(1, 1, 2, DIM), rows(3, 1, 2, DIM));
      float[] out = attend(cache, Mask.causal());
      assertEquals(3f, out[0]);
      assertEquals(0f, out[DIM]);
    }
  }

  @Test
  void temperatureZeroTakesTheFirstOfTheLargest() {
    for (Storage storage : Storage.values()) {
      try (KeyValueCache cache = builder().storage(storage).build()) {
        for (int t = 0; t < 40; t++) {
          cache.append(
              rows(t == 7 || t == 9 ? 2 : 1, 2, 1, 1, DIM), rows(t == 7 ? 127 : t, 2, 1, 1, DIM));
        }
        FloatTensor out = FloatTensor.allocate(2, 1, 1, DIM);
        Attention.builder()
            .temperature(0f)
            .build()
            .forward(rows(1, 2, 1, 1, DIM), cache, out, RowStatistics.none(), Workers.caller());
        assertEquals(127f, out.get(1, 0, 0, DIM - 1), "" + storage);
      }
    }
  }
}
