package io.github.lanewise.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.Floats;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;

/** What may happen to the sequences of a cache, to it and to its model alike. */
final class CacheChanges {

  private CacheChanges() {}

  /** Any change but of the whole cache. */
  static void draw(Draw draw, KeyValueCache cache, CacheModel model) {
    int sequence = draw.integer("sequence", 0, model.shape.batch() - 1);
    switch (draw.integer("change", 0, 7)) {
      case 0 -> retain(draw, cache, model, sequence);
      case 1 -> release(draw, cache, model, sequence);
      case 2 -> {
        int to = draw.integer("to", 0, model.shape.batch() - 1);
        cache.fork(sequence, to);
        model.become(to, model.copy(), sequence);
      }
      case 3 -> reorder(draw, cache, model);
      case 4 -> keep(draw, cache, model, sequence);
      case 5 -> saveAndLoad(draw, cache, model, sequence);
      default -> appendBatch(draw, cache, model);
    }
    for (int s = 0; s < model.shape.batch(); s++) {
      assertReads(cache, model, s);
    }
  }

  private static void retain(Draw draw, KeyValueCache cache, CacheModel model, int sequence) {
    long prefix = draw.integer("prefix", 0, 300);
    long firstKey = draw.integer("firstKey", -5, model.length(sequence));
    cache.retain(sequence, prefix, firstKey);
    model.release(sequence, prefix, firstKey);
  }

  private static void release(Draw draw, KeyValueCache cache, CacheModel model, int sequence) {
    for (int n = draw.integer("ranges", 1, 4); n > 0; n--) {
      int from = draw.integer("from", 0, model.length(sequence));
      int to = draw.integer("to", from, model.length(sequence));
      cache.release(sequence, from, to);
      model.release(sequence, from, to);
    }
  }

  private static void reorder(Draw draw, KeyValueCache cache, CacheModel model) {
    int[] sources = new int[model.shape.batch()];
    Arrays.setAll(sources, s -> draw.integer("source" + s, 0, sources.length - 1));
    cache.reorder(sources);
    CacheModel before = model.copy();
    for (int s = 0; s < sources.length; s++) {
      model.become(s, before, sources[s]);
    }
  }

  private static void keep(Draw draw, KeyValueCache cache, CacheModel model, int sequence) {
    int length = model.length(sequence);
    int from = draw.integer("from", Math.max(0, length - 40), length);
    boolean[] stays = draw.flags("stays", length - from, 3);
    long[] positions = new long[length - from];
    int count = 0;
    for (int t = from; t < length; t++) {
      if (stays[t - from] && !model.isGone(sequence, t)) {
        positions[count++] = t;
      }
    }
    positions = Arrays.copyOf(positions, count);
    cache.keep(sequence, from, positions);
    model.keep(sequence, from, positions);
  }

  /** The bytes of a sequence, cut short or damaged, change nothing; whole they may go anywhere. */
  private static void saveAndLoad(Draw draw, KeyValueCache cache, CacheModel model, int sequence) {
    int to = draw.integer("to", 0, model.shape.batch() - 1);
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      cache.save(sequence, out);
      byte[] bytes = out.toByteArray();
      int at = draw.integer("at", 0, bytes.length - 1);
      byte[] cut = Arrays.copyOf(bytes, at);
      assertThrows(IOException.class, () -> cache.load(to, new ByteArrayInputStream(cut)));
      byte[] damaged = bytes.clone();
      damaged[at] ^= (byte) draw.oneOf("bit", 1, 16, 128);
      assertThrows(IOException.class, () -> cache.load(to, new ByteArrayInputStream(damaged)));
      ByteArrayInputStream in = new ByteArrayInputStream(Arrays.copyOf(bytes, bytes.length + 3));
      cache.load(to, in);
      assertEquals(3, in.available(), "bytes behind the sequence");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    model.become(to, model.copy(), sequence);
  }

  private static void appendBatch(Draw draw, KeyValueCache cache, CacheModel model) {
    int[] sequences = draw.permutation("sequences", model.shape.batch());
    int[] lengths = new int[sequences.length];
    Arrays.setAll(lengths, i -> draw.oneOf("tokens" + i, 0, 1, 1, 3, 16, 40));
    RaggedBatch batch = RaggedBatch.of(sequences, lengths);
    int heads = model.shape.keyHeads();
    SplittableRandom random = new SplittableRandom(draw.integer("numbers", 0, 1 << 30));
    float[] k = Floats.normal(random, batch.tokens() * heads * model.shape.headDim());
    float[] v = Floats.normal(random, batch.tokens() * heads * model.shape.valueDim());
    cache.append(
        batch,
        FloatTensor.of(k, batch.tokens(), heads, model.shape.headDim()),
        FloatTensor.of(v, batch.tokens(), heads, model.shape.valueDim()));
    int row = 0;
    for (int i = 0; i < sequences.length; i++) {
      for (int t = 0; t < lengths[i]; t++, row++) {
        model.add(
            sequences[i],
            Arrays.copyOfRange(
                k, row * heads * model.shape.headDim(), (row + 1) * heads * model.shape.headDim()),
            Arrays.copyOfRange(
                v,
                row * heads * model.shape.valueDim(),
                (row + 1) * heads * model.shape.valueDim()));
      }
    }
  }

  /** The runs of tokens that were not let go can be read, and are what the storage keeps. */
  private static void assertReads(KeyValueCache cache, CacheModel model, int sequence) {
    int end;
    for (int from = 0; from < model.length(sequence); from = end) {
      end = from + 1;
      if (model.isGone(sequence, from)) {
        continue;
      }
      while (end < model.length(sequence) && !model.isGone(sequence, end)) {
        end++;
      }
      CacheModel.Shape shape = model.shape;
      FloatTensor k = FloatTensor.allocate(shape.keyHeads(), end - from, shape.headDim());
      FloatTensor v = FloatTensor.allocate(shape.keyHeads(), end - from, shape.valueDim());
      cache.read(sequence, from, k, v);
      Floats.assertBits(model.keys(sequence).select(0, 0).slice(1, from, end), k, "keys");
      Floats.assertBits(model.values(sequence).select(0, 0).slice(1, from, end), v, "values");
    }
  }
}
