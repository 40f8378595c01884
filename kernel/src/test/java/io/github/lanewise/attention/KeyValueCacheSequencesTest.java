package io.github.lanewise.attention;

import static io.github.lanewise.testing.Refused.assertIllegal;
import static io.github.lanewise.testing.Refused.assertIllegalState;
import static io.github.lanewise.testing.Refused.assertMissing;
import static io.github.lanewise.testing.Refused.assertOutOfBounds;
import static io.github.lanewise.testing.Refused.assertRefused;
import static io.github.lanewise.testing.Refused.nothing;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.internal.cache.FailingMemory;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Refused;
import io.github.lanewise.testing.TestArena;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Single sequences of a cache: what is refused, what is given back, and what bytes may say. */
class KeyValueCacheSequencesTest {

  private static final int HEADS = 2;
  private static final int KEY_DIM = 5;
  private static final int VALUE_DIM = 3;
  private static final int LENGTH = 70;

  private final KeyValueCache cache = filled(builder(HEADS, KEY_DIM, VALUE_DIM));

  private static KeyValueCache.Builder builder(int heads, int keyDim, int valueDim) {
    return KeyValueCache.builder(3, heads, keyDim, valueDim).pageLength(16).capacity(80);
  }

  /** Sequence 1 holds tokens, the others none. */
  private static KeyValueCache filled(KeyValueCache.Builder builder) {
    KeyValueCache filled = builder.build();
    append(filled, 1, LENGTH);
    return filled;
  }

  private static void append(KeyValueCache to, int sequence, int tokens) {
    to.append(
        sequence,
        rows(sequence, to.keyHeads(), tokens, to.headDim()),
        rows(~sequence, to.keyHeads(), tokens, to.valueDim()));
  }

  private static FloatTensor rows(int seed, long... shape) {
    return FloatTensor.of(Floats.normal(new SplittableRandom(seed), Floats.count(shape)), shape);
  }

  @AfterEach
  void nothingWasChanged() {
    assertEquals(0, cache.length(0));
    assertEquals(LENGTH, cache.length(1));
    cache.close();
  }

  @Test
  void wrongRangesAreRefused() {
    assertIllegal(() -> cache.release(1, -1, 4), "from -1 to 4");
    assertIllegal(() -> cache.release(1, 5, 4), "from 5 to 4");
    assertIllegal(() -> cache.release(1, 5, 71), "to is 71", "70");
    assertOutOfBounds(() -> cache.release(3, 0, 0), "3");
    assertIllegal(() -> cache.retain(1, -1, 5), "prefix is -1");
    assertIllegal(() -> cache.retain(1, 0, 71), "firstKey is 71", "70");
    assertOutOfBounds(() -> cache.retain(-1, 0, 0), "-1");
    cache.release(1, 9, 9);
    cache.retain(1, 30, 20);
    cache.retain(1, 30, -4);
  }

  @Test
  void wrongSequencesAreRefused() {
    assertOutOfBounds(() -> cache.fork(1, 3), "3");
    assertOutOfBounds(() -> cache.fork(-1, 0), "-1");
    cache.fork(1, 1);
    assertIllegal(() -> cache.reorder(new int[] {0, 1}), "2 sources", "3");
    assertOutOfBounds(() -> cache.reorder(new int[] {1, 1, 3}), "sources[2] is 3", "3");
    assertMissing("sources", () -> cache.reorder(nothing()));
    cache.reorder(new int[] {0, 1, 2});
  }

  @Test
  void wrongPositionsAreRefused() {
    assertIllegal(() -> cache.keep(1, 71, new long[0]), "from is 71", "70");
    assertIllegal(() -> cache.keep(1, -1, new long[0]), "from is -1");
    assertIllegal(() -> cache.keep(1, 40, new long[] {39}), "positions[0] is 39", "40");
    assertIllegal(() -> cache.keep(1, 40, new long[] {45, 45}), "positions[1] is 45", "46");
    assertIllegal(() -> cache.keep(1, 40, new long[] {45, 70}), "71", "70");
    assertMissing("positions", () -> cache.keep(1, 0, nothing()));
    assertOutOfBounds(() -> cache.keep(4, 0, new long[0]), "4");
    try (KeyValueCache gap = filled(builder(HEADS, KEY_DIM, VALUE_DIM))) {
      gap.release(1, 16, 48);
      assertIllegal(() -> gap.keep(1, 10, new long[] {12, 47}), "positions[1] is 47", "released");
      gap.keep(1, 10, new long[] {12, 48});
      assertEquals(12, gap.length(1));
    }
  }

  /** As engines keep rows: [tokens, heads, dim], of which the caller shows another view. */
  @Test
  void readsGoToTensorsOfAnyStrides() {
    FloatTensor k = FloatTensor.allocate(HEADS, 4, KEY_DIM);
    FloatTensor v = FloatTensor.allocate(HEADS, 4, VALUE_DIM);
    cache.read(1, 14, k, v);
    FloatTensor keyRows = Floats.filledTensor(-7f, 4, HEADS, KEY_DIM);
    FloatTensor valueRows = Floats.filledTensor(-7f, 4, HEADS, VALUE_DIM);
    cache.read(1, 14, keyRows.permute(1, 0, 2), valueRows.permute(1, 0, 2));
    Floats.assertBits(k.permute(1, 0, 2), keyRows, "keys");
    Floats.assertBits(v.permute(1, 0, 2), valueRows, "values");
  }

  @Test
  void wrongReadsAreRefused() {
    assertReadRefused(65, 6, "65 to 71", "holds 70");
    assertReadRefused(-1, 6, "from is -1");
    FloatTensor k = FloatTensor.allocate(HEADS, 4, KEY_DIM);
    FloatTensor v = FloatTensor.allocate(HEADS, 4, VALUE_DIM);
    assertIllegal(() -> cache.read(1, 0, k, v.slice(1, 0, 3)), "v.size(1) is 3", "4");
    assertIllegal(() -> cache.read(1, 0, v, v), "k.size(2) is 3", "5");
    assertIllegal(() -> cache.read(1, 0, k, Refused.readOnly(HEADS, 4, VALUE_DIM)), "read-only");
    assertIllegal(() -> cache.read(1, 0, k, k.slice(2, 0, 3)), "overlaps");
    assertOutOfBounds(() -> cache.read(3, 0, k, v), "3");
    try (KeyValueCache gap = filled(builder(HEADS, KEY_DIM, VALUE_DIM))) {
      gap.release(1, 20, 49);
      gap.read(1, 16, k, v);
      assertIllegal(() -> gap.read(1, 17, k, v), "17 to 21", "released"); // its page is there
      gap.read(1, 49, k, v);
      assertIllegal(() -> gap.read(1, 45, k, v), "45 to 49", "released");
    }
  }

  private void assertReadRefused(long from, int tokens, String... says) {
    FloatTensor k = Floats.filledTensor(-7f, HEADS, tokens, KEY_DIM);
    FloatTensor v = Floats.filledTensor(-7f, HEADS, tokens, VALUE_DIM);
    assertIllegal(() -> cache.read(1, from, k, v), says);
    assertEquals(-7f, k.get(0, 0, 0));
    assertEquals(-7f, v.get(0, 0, 0));
  }

  @Test
  void aReleasedKeyIsHiddenOrRefused() {
    try (KeyValueCache gaps = filled(builder(HEADS, KEY_DIM, VALUE_DIM))) {
      gaps.release(1, 16, 32);
      gaps.release(1, 48, 70);
      RaggedBatch one = RaggedBatch.of(new int[] {1}, new int[] {1});
      FloatTensor q = rows(8, 1, HEADS, KEY_DIM);
      FloatTensor out = Floats.filledTensor(-1f, 1, HEADS, VALUE_DIM);
      RowStatistics none = RowStatistics.none();
      Attention all = Attention.builder().build();
      assertIllegal(
          () -> all.forward(q, gaps, one, out, none, Workers.caller()),
          "from 16 to 32",
          "released");
      Attention second = Attention.builder().mask(Mask.window(25, 0)).build();
      assertIllegal(
          () -> second.forward(q, gaps, one, out, none, Workers.caller()), "from 48 to 64");
      assertEquals(-1f, out.get(0, 0, 0));
      boolean[] shown = new boolean[90]; // wider than the cache
      Arrays.fill(shown, 0, 16, true);
      Arrays.fill(shown, 32, 48, true);
      Arrays.fill(shown, 64, 90, true);
      Attention hides = Attention.builder().mask(Mask.allowed(shown, 90)).build();
      hides.forward(q, gaps, one, out, none, Workers.caller());
    }
  }

  @Test
  void whatIsReleasedMakesRoomAndIsUsedAgain() {
    FailingMemory memory = new FailingMemory();
    try (TestArena arena = new TestArena(Arena.ofConfined());
        KeyValueCache small =
            filled(builder(HEADS, KEY_DIM, VALUE_DIM).arena(arena).memory(memory))) {
      assertIllegal(() -> append(small, 1, 11), "holds 70 tokens and 11", "80");
      small.release(1, 3, 9);
      append(small, 1, 11); // 75 count
      small.release(1, 0, 3);
      small.release(1, 40, 48);
      small.release(1, 32, 40); // a page
      small.release(1, 9, 16); // and another, now altogether
      long pages = memory.pages();
      append(small, 0, 32);
      assertEquals(pages, memory.pages(), "two pages were there to be used");
      append(small, 0, 1);
      assertEquals(pages + 1, memory.pages());
    }
  }

  @Test
  void storagesMayDiffer() {
    try (KeyValueCache mixed =
        builder(1, 4, 4).storage(Storage.FLOAT16).valueStorage(Storage.INT8).build()) {
      assertEquals(Storage.FLOAT16, mixed.keyStorage());
      assertEquals(Storage.INT8, mixed.valueStorage());
      assertIllegalState(mixed::storage, "FLOAT16", "INT8");
      assertEquals(true, mixed.toString().contains("FLOAT16 and INT8"));
    }
    try (KeyValueCache same = builder(1, 4, 4).keyStorage(Storage.BFLOAT16).build()) {
      assertEquals(Storage.BFLOAT16, same.keyStorage());
      assertEquals(Storage.FLOAT32, same.valueStorage());
    }
    assertMissing("storage", () -> builder(1, 4, 4).keyStorage(nothing()));
    assertMissing("storage", () -> builder(1, 4, 4).valueStorage(nothing()));
  }

  private byte[] saved(Consumer<KeyValueCache> before) throws IOException {
    try (KeyValueCache source = filled(builder(HEADS, KEY_DIM, VALUE_DIM))) {
      before.accept(source);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      source.save(1, out);
      return out.toByteArray();
    }
  }

  private static ByteArrayInputStream in(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  @Test
  void foreignAndDamagedBytesAreRefused() throws IOException {
    byte[] bytes = saved(source -> source.release(1, 20, 50));
    assertRefused(IOException.class, () -> cache.load(1, in(new byte[200])), "no saved sequence");
    byte[] other = bytes.clone();
    other[8] = 9;
    assertRefused(IOException.class, () -> cache.load(1, in(other)), "version 9", "reads 1");
    for (int end = 0; end < bytes.length; end += 1 + end / 40) {
      byte[] cut = Arrays.copyOf(bytes, end);
      assertRefused(EOFException.class, () -> cache.load(1, in(cut)), "too early", "" + cut.length);
    }
    for (int at = 12; at < bytes.length; at += 7) {
      byte[] damaged = bytes.clone();
      damaged[at] ^= 4;
      assertRefused(IOException.class, () -> cache.load(1, in(damaged)), "damaged");
    }
    assertMissing("in", () -> cache.load(1, nothing()));
    assertMissing("out", () -> cache.save(1, nothing()));
    assertOutOfBounds(() -> cache.load(3, in(bytes)), "3");
    assertOutOfBounds(() -> cache.save(3, new ByteArrayOutputStream()), "3");
  }

  @Test
  void anotherShapeIsRefused() throws IOException {
    byte[] bytes = saved(source -> {});
    assertLoadRefused(builder(3, KEY_DIM, VALUE_DIM), bytes, "keyHeads() is 2", "is 3");
    assertLoadRefused(builder(HEADS, 6, VALUE_DIM), bytes, "headDim() is 5", "is 6");
    assertLoadRefused(builder(HEADS, KEY_DIM, 4), bytes, "valueDim() is 3", "is 4");
    KeyValueCache.Builder keys = builder(HEADS, KEY_DIM, VALUE_DIM).keyStorage(Storage.INT8);
    assertLoadRefused(keys, bytes, "keyStorage() is FLOAT32", "is INT8");
    KeyValueCache.Builder values = builder(HEADS, KEY_DIM, VALUE_DIM).valueStorage(Storage.FLOAT16);
    assertLoadRefused(values, bytes, "valueStorage() is FLOAT32", "is FLOAT16");
    assertLoadRefused(builder(HEADS, KEY_DIM, VALUE_DIM).capacity(69), bytes, "70", "69");
    byte[] gap = saved(source -> source.release(1, 16, 32));
    assertLoadRefused(builder(HEADS, KEY_DIM, VALUE_DIM).pageLength(32), gap, "is 16", "is 32");
    try (KeyValueCache enough =
        builder(HEADS, KEY_DIM, VALUE_DIM).capacity(54).pageLength(16).build()) {
      enough.load(2, in(gap));
      assertEquals(70, enough.length(2));
    }
    try (KeyValueCache longPages = builder(HEADS, KEY_DIM, VALUE_DIM).pageLength(64).build()) {
      longPages.load(2, in(bytes));
      FloatTensor k = FloatTensor.allocate(HEADS, LENGTH, KEY_DIM);
      FloatTensor v = FloatTensor.allocate(HEADS, LENGTH, VALUE_DIM);
      longPages.read(2, 0, k, v);
      Floats.assertBits(rows(1, HEADS, LENGTH, KEY_DIM), k, "keys");
      Floats.assertBits(rows(~1, HEADS, LENGTH, VALUE_DIM), v, "values");
    }
  }

  private static void assertLoadRefused(
      KeyValueCache.Builder builder, byte[] bytes, String... says) {
    try (KeyValueCache other = builder.build()) {
      append(other, 0, 5);
      assertIllegal(() -> other.load(0, in(bytes)), says);
      assertEquals(5, other.length(0));
    }
  }
}
