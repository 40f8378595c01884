package io.github.lanewise.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.reference.AttentionOptions;
import io.github.lanewise.reference.AttentionResult;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceAttention;
import io.github.lanewise.reference.Visibility;
import io.github.lanewise.testing.Floats;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/** A cache, and beside it the numbers of the tokens that it must hold. */
final class ModelledCache {
  /** What float32 attention over a few hundred such keys may be off, values up to 8. */
  private static final double TOLERANCE = 2e-5;

  final KeyValueCache cache;
  private final long[][] ids;
  private final int[] lengths;

  ModelledCache(KeyValueCache cache) {
    this(cache, new long[(int) cache.batch()][0], new int[(int) cache.batch()]);
  }

  private ModelledCache(KeyValueCache cache, long[][] ids, int[] lengths) {
    this.cache = cache;
    this.ids = ids;
    this.lengths = lengths;
  }

  int length(int sequence) {
    return lengths[sequence];
  }

  /** Appends; where the capacity does not allow it, checks that it is refused. */
  void append(int sequence, long[] tokens) {
    FloatTensor k = SoakTokens.keyTensor(tokens);
    FloatTensor v = SoakTokens.valueTensor(tokens);
    if (lengths[sequence] + tokens.length > cache.capacity()) {
      IllegalArgumentException refused =
          assertThrows(IllegalArgumentException.class, () -> cache.append(sequence, k, v));
      String message = String.valueOf(refused.getMessage());
      assertTrue(message.contains(String.valueOf(cache.capacity())), message);
    } else {
      cache.append(sequence, k, v);
      add(sequence, tokens);
    }
    checkLengths();
  }

  void truncate(int sequence, int length) {
    cache.truncate(sequence, length);
    ids[sequence] = Arrays.copyOf(ids[sequence], length);
    lengths[sequence] = length;
    checkLengths();
  }

  /**
   * Appends to several sequences at once; all of them or, beyond the capacity, none.
   *
   * @return whether it did
   */
  boolean append(int[] sequences, long[][] tokens) {
    int[] counts = new int[sequences.length];
    Arrays.setAll(counts, i -> tokens[i].length);
    long[] all = Arrays.stream(tokens).flatMapToLong(Arrays::stream).toArray();
    FloatTensor k = SoakTokens.keyTensor(all).permute(1, 0, 2);
    FloatTensor v = SoakTokens.valueTensor(all).permute(1, 0, 2);
    RaggedBatch batch = RaggedBatch.of(sequences, counts);
    boolean fits = true;
    for (int i = 0; i < sequences.length; i++) {
      fits &= lengths[sequences[i]] + counts[i] <= cache.capacity();
    }
    if (fits) {
      cache.append(batch, k, v);
      for (int i = 0; i < sequences.length; i++) {
        add(sequences[i], tokens[i]);
      }
    } else {
      assertThrows(IllegalArgumentException.class, () -> cache.append(batch, k, v));
    }
    checkLengths();
    return fits;
  }

  private void add(int sequence, long[] tokens) {
    int before = lengths[sequence];
    long[] grown = Arrays.copyOf(ids[sequence], before + tokens.length);
    System.arraycopy(tokens, 0, grown, before, tokens.length);
    ids[sequence] = grown;
    lengths[sequence] = grown.length;
  }

  void fork(int from, int to) {
    cache.fork(from, to);
    ids[to] = ids[from];
    lengths[to] = lengths[from];
    checkLengths();
  }

  void reorder(int[] sources) {
    cache.reorder(sources);
    long[][] before = ids.clone();
    for (int s = 0; s < sources.length; s++) {
      ids[s] = before[sources[s]];
      lengths[s] = ids[s].length;
    }
    checkLengths();
  }

  void keep(int sequence, int from, long[] positions) {
    cache.keep(sequence, from, positions);
    long[] kept = Arrays.copyOf(ids[sequence], from + positions.length);
    for (int i = 0; i < positions.length; i++) {
      kept[from + i] = ids[sequence][(int) positions[i]];
    }
    ids[sequence] = kept;
    lengths[sequence] = kept.length;
    checkLengths();
  }

  /** Saves one sequence, and loads it into another of this family. */
  void saveTo(int sequence, ModelledCache to, int other) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      cache.save(sequence, out);
      to.cache.load(other, new ByteArrayInputStream(out.toByteArray()));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    to.ids[other] = ids[sequence];
    to.lengths[other] = lengths[sequence];
    to.checkLengths();
  }

  /** Checks what is read of a sequence from a position on: the numbers that were appended. */
  void read(int sequence, int from) {
    checkRead(cache, sequence, from);
  }

  private void checkRead(KeyValueCache of, int sequence, int from) {
    long[] expected = Arrays.copyOfRange(ids[sequence], from, lengths[sequence]);
    FloatTensor k = filled(expected.length, SoakTokens.HEAD_DIM);
    FloatTensor v = filled(expected.length, SoakTokens.VALUE_DIM);
    of.read(sequence, from, k, v);
    Floats.assertBits(unsigned(SoakTokens.keyTensor(expected)), unsigned(k), "keys");
    Floats.assertBits(unsigned(SoakTokens.valueTensor(expected)), unsigned(v), "values");
  }

  private static FloatTensor filled(int tokens, int size) {
    return Floats.filledTensor(Float.NaN, SoakTokens.KEY_HEADS, tokens, size);
  }

  /** An integer keeps no sign of 0. */
  private static float[] unsigned(FloatTensor x) {
    float[] values = x.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] += 0f;
    }
    return values;
  }

  /**
   * Lets a range of a fork's sequence go, or the pages between a prefix and a position: what comes
   * after it is as it was, and causal attention is refused or has the bits that it has over this
   * cache, which keeps everything.
   *
   * @return whether attention was refused
   */
  boolean letGoOnFork(
      int sequence, int from, int to, boolean retain, Attention causal, FloatTensor q) {
    boolean refused = false;
    try (KeyValueCache copy = cache.fork()) {
      if (retain) {
        copy.retain(sequence, from, to);
      } else {
        copy.release(sequence, from, to);
      }
      assertEquals(lengths[sequence], copy.length(sequence));
      checkRead(copy, sequence, to);
      if (!retain && from < to) {
        FloatTensor k = filled(to - from, SoakTokens.HEAD_DIM);
        FloatTensor v = filled(to - from, SoakTokens.VALUE_DIM);
        assertThrows(IllegalArgumentException.class, () -> copy.read(sequence, from, k, v));
        assertTrue(Float.isNaN(k.get(0, 0, 0)), "a refused read has written");
      }
      FloatTensor whole = outOf(q);
      FloatTensor rest = outOf(q);
      causal.forward(q, cache, whole, RowStatistics.none(), Workers.caller());
      try {
        causal.forward(q, copy, rest, RowStatistics.none(), Workers.caller());
        Floats.assertBits(whole, rest, "with tokens let go whose pages are there");
      } catch (IllegalArgumentException e) {
        refused = true;
      }
    }
    checkRead(cache, sequence, from);
    checkLengths();
    return refused;
  }

  private static FloatTensor outOf(FloatTensor q) {
    return Floats.filledTensor(Float.NaN, q.size(0), q.size(1), q.size(2), SoakTokens.VALUE_DIM);
  }

  ModelledCache fork() {
    return new ModelledCache(cache.fork(), ids.clone(), lengths.clone());
  }

  void close() {
    cache.close();
    cache.close(); // idempotent
    assertThrows(
        IllegalStateException.class,
        () ->
            cache.append(
                0, SoakTokens.keyTensor(new long[1]), SoakTokens.valueTensor(new long[1])));
  }

  /** The cache has as many tokens as the model. */
  void checkLengths() {
    for (int sequence = 0; sequence < lengths.length; sequence++) {
      assertEquals(lengths[sequence], cache.length(sequence));
    }
    assertEquals(Arrays.stream(lengths).max().orElse(0), cache.length());
  }

  /** Checks the causal attention of the last queries of each sequence against the oracle. */
  double check(FloatTensor q, FloatTensor out, float scale) {
    double worst = 0;
    for (int sequence = 0; sequence < lengths.length; sequence++) {
      AttentionShape shape = shape((int) q.size(2), lengths[sequence]);
      AttentionResult expected =
          ReferenceAttention.forward(
              shape,
              AttentionOptions.scaled(scale)
                  .withVisibility(Visibility.causal(lengths[sequence] - q.size(2))),
              Primitives.widen(q.slice(0, sequence, sequence + 1).toArray()),
              Primitives.widen(SoakTokens.keys(ids[sequence], lengths[sequence])),
              Primitives.widen(SoakTokens.values(ids[sequence], lengths[sequence])));
      float[] actual = out.slice(0, sequence, sequence + 1).toArray();
      for (int i = 0; i < actual.length; i++) {
        double error = Math.abs(actual[i] - expected.out()[i]);
        assertTrue(error <= TOLERANCE, "sequence " + sequence + ": off by " + error);
        worst = Math.max(worst, error);
      }
    }
    return worst;
  }

  private static AttentionShape shape(int queries, int keys) {
    return new AttentionShape(
        1,
        SoakTokens.QUERY_HEADS,
        SoakTokens.KEY_HEADS,
        queries,
        keys,
        SoakTokens.HEAD_DIM,
        SoakTokens.VALUE_DIM);
  }
}
