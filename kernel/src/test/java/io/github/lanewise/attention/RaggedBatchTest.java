package io.github.lanewise.attention;

import static io.github.lanewise.testing.Refused.assertIllegal;
import static io.github.lanewise.testing.Refused.assertIllegalState;
import static io.github.lanewise.testing.Refused.assertMissing;
import static io.github.lanewise.testing.Refused.assertOutOfBounds;
import static io.github.lanewise.testing.Refused.nothing;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Results;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ragged batches and starts: what is appended, what is refused, and that nothing is half done. */
class RaggedBatchTest {

  private static final int HEADS = 2;
  private static final int KEY_DIM = 8;
  private static final int VALUE_DIM = 6;

  private final KeyValueCache cache = builder().capacity(20).build();

  private static KeyValueCache.Builder builder() {
    return KeyValueCache.builder(4, HEADS, KEY_DIM, VALUE_DIM).pageLength(16);
  }

  @AfterEach
  void close() {
    cache.close();
  }

  private static FloatTensor rows(int seed, long... shape) {
    return FloatTensor.of(Floats.normal(new SplittableRandom(seed), Floats.count(shape)), shape);
  }

  private static FloatTensor keys(int tokens) {
    return rows(1, tokens, HEADS, KEY_DIM);
  }

  private static FloatTensor values(int tokens) {
    return rows(2, tokens, HEADS, VALUE_DIM);
  }

  private static RaggedBatch batch(int[] sequences, int... lengths) {
    return RaggedBatch.of(sequences, lengths);
  }

  private static int[] of(int... sequences) {
    return sequences;
  }

  @ParameterizedTest
  @EnumSource(Storage.class)
  void aBatchIsAppendedLikeItsSequencesOneByOne(Storage storage) {
    try (KeyValueCache together = builder().storage(storage).build();
        KeyValueCache apart = builder().storage(storage).build()) {
      int[] lengths = {5, 0, 33, 1};
      int[] sequences = of(2, 1, 0, 3);
      for (int step = 0; step < 3; step++) {
        FloatTensor k = rows(step, 39, HEADS, KEY_DIM);
        FloatTensor v = rows(~step, 39, HEADS, VALUE_DIM);
        together.append(batch(sequences, lengths), k, v);
        int from = 0;
        for (int i = 0; i < lengths.length; i++) {
          int end = from + lengths[i];
          apart.append(
              sequences[i],
              k.slice(0, from, end).permute(1, 0, 2),
              v.slice(0, from, end).permute(1, 0, 2));
          from = end;
        }
      }
      assertEquals(99, together.length(0));
      assertEquals(0, together.length(1));
      FloatTensor q = rows(9, 4, HEADS, 2, KEY_DIM);
      attend(apart, q).assertBits(attend(together, q));
    }
  }

  private static Results attend(KeyValueCache shown, FloatTensor q) {
    Results results = Results.allocate(4, HEADS, 2, VALUE_DIM);
    Attention.builder()
        .build()
        .forward(q, shown, results.out(), results.statistics(), Workers.caller());
    return results;
  }

  @Test
  void theArraysMayBeRefilledAndAreCheckedAgain() {
    int[] sequences = {0, 1};
    int[] lengths = {1, 2};
    RaggedBatch batch = RaggedBatch.of(sequences, lengths);
    assertEquals(3, batch.tokens());
    cache.append(batch, keys(3), values(3));
    lengths[0] = 4;
    sequences[1] = 3;
    assertEquals(6, batch.tokens());
    cache.append(batch, keys(6), values(6));
    assertEquals(5, cache.length(0));
    assertEquals(2, cache.length(1));
    assertEquals(2, cache.length(3));
    sequences[0] = 3;
    assertUnchanged(() -> assertIllegal(() -> append(batch, 6), "sequences[1] is 3", "before"));
    sequences[0] = 0;
    lengths[0] = -1;
    assertIllegal(batch::tokens, "lengths[0] is -1", "at least 0");
    assertUnchanged(() -> assertIllegal(() -> append(batch, 1), "lengths[0] is -1"));
    lengths[0] = Integer.MAX_VALUE;
    lengths[1] = 1;
    assertIllegal(batch::tokens, "2147483648", "2147483647");
  }

  @Test
  void wrongBatchesAreRefused() {
    assertIllegal(() -> batch(of(0, 1), 1), "2 sequences", "1 lengths");
    assertIllegal(() -> batch(of(2, 1, 2), 1, 1, 1), "sequence 2");
    assertIllegal(() -> batch(of(2), -3), "lengths[0] is -3");
    assertOutOfBounds(() -> batch(of(-1), 1), "sequences[0] is -1");
    assertMissing("sequences", () -> RaggedBatch.of(nothing(), new int[0]));
    assertMissing("lengths", () -> RaggedBatch.of(new int[0], nothing()));
    assertEquals(0, batch(of()).tokens());
    assertEquals("RaggedBatch[sequences=[3, 1], lengths=[2, 0]]", "" + batch(of(3, 1), 2, 0));
  }

  @Test
  void wrongAppendsChangeNothing() {
    cache.append(batch(of(1, 2), 10, 15), keys(25), values(25));
    assertUnchanged(
        () -> {
          assertOutOfBounds(() -> append(batch(of(0, 4), 1, 1), 2), "sequences[1] is 4", "4");
          assertIllegal(() -> append(batch(of(0, 1), 1, 2), 4), "k.size(0) is 4", "tokens() is 3");
          assertIllegal(
              () -> cache.append(batch(of(0), 2), keys(2), values(3)), "v.size(0) is 3", "2");
          assertIllegal(
              () -> append(batch(of(0, 2, 1), 1, 6, 1), 8), "sequence 2 holds 15", "6", "20");
          assertIllegal(
              () -> cache.append(batch(of(0), 2), rows(1, 2, 3, KEY_DIM), values(2)),
              "k.size(1) is 3",
              "2");
          assertIllegal(
              () -> cache.append(batch(of(0), 2), keys(2), rows(1, 2, HEADS, 5)),
              "v.size(2) is 5",
              "6");
          assertIllegal(
              () -> cache.append(batch(of(0), 2), rows(1, 1, 2, HEADS, KEY_DIM), values(2)),
              "k.rank() is 4",
              "3");
          assertMissing("batch", () -> cache.append((RaggedBatch) nothing(), keys(1), values(1)));
          assertMissing("k", () -> cache.append(batch(of(0), 1), nothing(), values(1)));
          assertMissing("v", () -> cache.append(batch(of(0), 1), keys(1), nothing()));
        });
    cache.close();
    assertIllegalState(() -> append(batch(of(0), 1), 1), "closed");
  }

  @Test
  void numbersThatTheStorageCannotHoldAreNamed() {
    try (KeyValueCache narrow = builder().storage(Storage.FLOAT16).build()) {
      FloatTensor k = keys(3);
      k.set(1e6f, 2, 1, 4);
      assertIllegal(
          () -> narrow.append(batch(of(3, 0), 1, 2), k, values(3)), "k[2, 1, 4] is 1000000.0");
      assertEquals(0, narrow.length());
    }
  }

  private void append(RaggedBatch batch, int tokens) {
    cache.append(batch, keys(tokens), values(tokens));
  }

  private void assertUnchanged(Runnable refused) {
    FloatTensor q = rows(9, 4, HEADS, 2, KEY_DIM);
    long[] lengths = {cache.length(0), cache.length(1), cache.length(2), cache.length(3)};
    Results before = attend(cache, q);
    refused.run();
    for (int s = 0; s < lengths.length; s++) {
      assertEquals(lengths[s], cache.length(s));
    }
    before.assertBits(attend(cache, q));
  }

  @Test
  void wrongForwardsWriteNothing() {
    cache.append(batch(of(0, 1, 2), 3, 7, 2), keys(12), values(12));
    assertForwardRefused(batch(of(0, 1), 4, 1), 5, "sequence 0 holds 3", "last 4");
    assertForwardRefused(batch(of(0, 1), 3, 1), 5, "q.size(0) is 5", "tokens() is 4");
    assertForwardRefused(batch(of(3), 1), 1, "sequence 3 holds 0", "last 1");
    RowStatistics none = RowStatistics.none();
    Attention plain = Attention.builder().build();
    FloatTensor q = rows(1, 2, HEADS, KEY_DIM);
    FloatTensor out = rows(1, 2, HEADS, VALUE_DIM);
    RaggedBatch two = batch(of(1), 2);
    assertOutOfBounds(
        () -> plain.forward(q, cache, batch(of(9), 2), out, none, Workers.caller()),
        "sequences[0] is 9",
        "4");
    assertMissing(
        "batch",
        () -> plain.forward(q, cache, (RaggedBatch) nothing(), out, none, Workers.caller()));
    assertIllegal(
        () -> plain.forward(keys(3).slice(0, 0, 2), cache, two, keys(2), none, Workers.caller()),
        "out.size(2) is 8",
        "6");
    assertIllegal(
        () -> plain.forward(q, cache, two, rows(1, 1, 2, HEADS, 6), none, Workers.caller()),
        "out.rank() is 4",
        "3");
    RowStatistics dense =
        new RowStatistics(FloatTensor.allocate(HEADS, 2).slice(1, 0, 1), null, null);
    assertIllegal(
        () -> plain.forward(q, cache, two, out, dense, Workers.caller()), "logSumExp.size(1)", "2");
    Attention perQuery = Attention.builder().mask(Mask.allowed(new boolean[14], 2, 7)).build();
    assertIllegal(
        () -> perQuery.forward(q, cache, two, out, none, Workers.caller()), "[2, 7] is 2", "1");
    Attention biased = Attention.builder().bias(FloatTensor.allocate(2, 7)).build();
    assertIllegal(
        () -> biased.forward(q, cache, two, out, none, Workers.caller()),
        "bias.size(0) is 2",
        "must be 1");
    Attention narrow = Attention.builder().bias(FloatTensor.allocate(6)).build();
    assertIllegal(
        () -> narrow.forward(q, cache, two, out, none, Workers.caller()), "bias.size(0) is 6", "7");
    Attention few = Attention.builder().mask(Mask.keyLengths(1, 1)).build();
    assertIllegal(
        () -> few.forward(q, cache, two, out, none, Workers.caller()), "2 key lengths", "4");
  }

  private void assertForwardRefused(RaggedBatch batch, int tokens, String... says) {
    FloatTensor out = Floats.filledTensor(-1f, tokens, HEADS, VALUE_DIM);
    Attention attention = Attention.builder().build();
    FloatTensor q = keys(tokens);
    assertIllegal(
        () -> attention.forward(q, cache, batch, out, RowStatistics.none(), Workers.caller()),
        says);
    for (float x : out.toArray()) {
      assertEquals(-1f, x);
    }
  }

  @Test
  void wrongStartsAreRefused() {
    assertStartsRefused(of(), of(0, 3), "queryStarts.length is 0");
    assertStartsRefused(of(0, 2), of(), "keyStarts.length is 0");
    assertStartsRefused(of(0, 2), of(0, 1, 3), "queryStarts.length is 2", "keyStarts.length is 3");
    assertStartsRefused(of(1, 2), of(0, 3), "queryStarts[0] is 1", "0");
    assertStartsRefused(of(0, 2), of(-1, 3), "keyStarts[0] is -1", "0");
    assertStartsRefused(of(0, 2, 1, 2), of(0, 1, 2, 3), "queryStarts[2] is 1", "2");
    assertStartsRefused(of(0, 1, 2), of(0, 4, 3), "keyStarts[2] is 3", "4");
    assertStartsRefused(of(0, 3), of(0, 3), "queryStarts[1] is 3", "q.size(0) is 2");
    assertStartsRefused(of(0, 2), of(0, 2), "keyStarts[1] is 2", "k.size(0) is 3");
    assertMissing("queryStarts", () -> forward(nothing(), of(0, 3), FloatTensor.allocate(2, 2, 6)));
    assertMissing("keyStarts", () -> forward(of(0, 2), nothing(), FloatTensor.allocate(2, 2, 6)));
  }

  private static void assertStartsRefused(int[] queryStarts, int[] keyStarts, String... says) {
    FloatTensor out = Floats.filledTensor(-1f, 2, HEADS, VALUE_DIM);
    Executable call = () -> forward(queryStarts, keyStarts, out);
    assertIllegal(call, says);
    for (float x : out.toArray()) {
      assertEquals(-1f, x);
    }
  }

  private static void forward(int[] queryStarts, int[] keyStarts, FloatTensor out) {
    Attention.builder()
        .build()
        .forward(
            keys(2),
            keys(3),
            values(3),
            queryStarts,
            keyStarts,
            out,
            RowStatistics.none(),
            Workers.caller());
  }

  /** Sequences without keys, without queries, and without either. */
  @Test
  void emptySequencesAreAllowed() {
    FloatTensor out = Floats.filledTensor(-1f, 2, HEADS, VALUE_DIM);
    forward(of(0, 0, 1, 2, 2), of(0, 3, 3, 3, 3), out);
    for (float x : out.toArray()) {
      assertEquals(0f, x, "no query has a key");
    }
    forward(of(0, 2), of(0, 3), out);
    FloatTensor none = FloatTensor.allocate(0, HEADS, KEY_DIM);
    FloatTensor nothing = FloatTensor.allocate(0, HEADS, VALUE_DIM);
    RowStatistics statistics = RowStatistics.none();
    Attention plain = Attention.builder().build();
    int[] zero = {0};
    plain.forward(none, none, nothing, zero, zero, nothing, statistics, Workers.caller());
    RaggedBatch empty = batch(of());
    plain.forward(none, cache, empty, nothing, statistics, Workers.caller());
    cache.append(empty, none, nothing);
    assertEquals(0, cache.length());
  }
}
