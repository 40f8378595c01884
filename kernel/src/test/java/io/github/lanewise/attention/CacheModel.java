package io.github.lanewise.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.Floats;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What a cache should hold, as plain lists of tokens: the keys and values of a token are one row of
 * {@code keyHeads·dim} numbers, already rounded as the storage rounds them.
 */
final class CacheModel {

  /** Sizes of a cache. */
  record Shape(int batch, int keyHeads, int headDim, int valueDim) {
    static Shape draw(Draw draw) {
      return new Shape(
          draw.integer("batch", 1, 3),
          draw.integer("keyHeads", 1, 2),
          draw.oneOf("headDim", 1, 5, 16, 33),
          draw.oneOf("valueDim", 1, 3, 16, 17));
    }
  }

  final Shape shape;
  private final Storage keyStorage;
  private final Storage valueStorage;
  private final List<List<float[]>> keys = new ArrayList<>();
  private final List<List<float[]>> values = new ArrayList<>();

  private final List<BitSet> gone = new ArrayList<>();

  CacheModel(Shape shape, Storage keyStorage, Storage valueStorage) {
    this.shape = shape;
    this.keyStorage = keyStorage;
    this.valueStorage = valueStorage;
    for (int b = 0; b < shape.batch; b++) {
      keys.add(new ArrayList<>());
      values.add(new ArrayList<>());
      gone.add(new BitSet());
    }
  }

  CacheModel copy() {
    CacheModel copy = new CacheModel(shape, keyStorage, valueStorage);
    for (int b = 0; b < shape.batch; b++) {
      copy.become(b, this, b);
    }
    return copy;
  }

  /** Makes a sequence what one of another model is. */
  void become(int sequence, CacheModel that, int source) {
    List<float[]> newKeys = List.copyOf(that.keys.get(source));
    List<float[]> newValues = List.copyOf(that.values.get(source));
    BitSet newGone = (BitSet) that.gone.get(source).clone();
    truncate(sequence, 0);
    keys.get(sequence).addAll(newKeys);
    values.get(sequence).addAll(newValues);
    gone.set(sequence, newGone);
  }

  int length(int sequence) {
    return keys.get(sequence).size();
  }

  int longest() {
    return keys.stream().mapToInt(List::size).max().orElse(0);
  }

  int shortest() {
    return keys.stream().mapToInt(List::size).min().orElse(0);
  }

  /** Appends drawn tokens to the sequences {@code [first, end)} of this model and of the cache. */
  void append(KeyValueCache cache, Draw draw, int first, int end, int tokens) {
    SplittableRandom random = new SplittableRandom(draw.integer("tokens", 0, 1 << 30));
    int heads = shape.keyHeads;
    float[] k = new float[(end - first) * heads * tokens * shape.headDim];
    float[] v = new float[(end - first) * heads * tokens * shape.valueDim];
    for (int b = first; b < end; b++) {
      for (int t = 0; t < tokens; t++) {
        float[] key = Floats.normal(random, heads * shape.headDim);
        float[] value = Floats.normal(random, heads * shape.valueDim);
        for (int h = 0; h < heads; h++) {
          int row = ((b - first) * heads + h) * tokens + t;
          System.arraycopy(key, h * shape.headDim, k, row * shape.headDim, shape.headDim);
          System.arraycopy(value, h * shape.valueDim, v, row * shape.valueDim, shape.valueDim);
        }
        add(b, key, value);
      }
    }
    if (end - first == shape.batch && draw.onceIn(2, "together")) {
      cache.append(
          FloatTensor.of(k, shape.batch, heads, tokens, shape.headDim),
          FloatTensor.of(v, shape.batch, heads, tokens, shape.valueDim));
      return;
    }
    for (int b = first; b < end; b++) {
      FloatTensor allKeys = FloatTensor.of(k, end - first, heads, tokens, shape.headDim);
      FloatTensor allValues = FloatTensor.of(v, end - first, heads, tokens, shape.valueDim);
      cache.append(b, allKeys.select(0, b - first), allValues.select(0, b - first));
    }
  }

  /** Adds a token, given as one row of all heads each. */
  void add(int sequence, float[] key, float[] value) {
    keys.get(sequence).add(rounded(keyStorage, key, shape.headDim));
    values.get(sequence).add(rounded(valueStorage, value, shape.valueDim));
  }

  /** The numbers that the storage keeps of a token, in float32. */
  private static float[] rounded(Storage storage, float[] row, int dim) {
    float[] kept = row.clone();
    for (int from = 0; from < row.length; from += dim) {
      float most = 0;
      for (int i = from; i < from + dim; i++) {
        most = Math.max(most, Math.abs(row[i]));
      }
      for (int i = from; i < from + dim; i++) {
        kept[i] = rounded(storage, row[i], most / 127);
      }
    }
    return kept;
  }

  private static float rounded(Storage storage, float x, float scale) {
    return switch (storage) {
      case FLOAT32 -> x;
      case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16(x));
      case BFLOAT16 -> {
        int bits = Float.floatToIntBits(x);
        int low = bits & 0xFFFF;
        int high = bits & 0xFFFF0000;
        boolean up = low > 0x8000 || (low == 0x8000 && (high & 0x10000) != 0);
        yield Float.intBitsToFloat(up ? high + 0x10000 : high);
      }
      case INT8 -> scale == 0 ? 0 : (int) Math.rint(x / scale) * scale; // no -0
    };
  }

  void truncate(int sequence, int length) {
    if (length < length(sequence)) {
      keys.get(sequence).subList(length, length(sequence)).clear();
      values.get(sequence).subList(length, values.get(sequence).size()).clear();
      gone.get(sequence).clear(length, Integer.MAX_VALUE);
    }
  }

  /** The tokens of a range go, as far as there are any. */
  void release(int sequence, long from, long to) {
    int end = (int) Math.min(to, length(sequence));
    if (from < end) {
      gone.get(sequence).set((int) from, end);
    }
  }

  /** Whether a token was let go. */
  boolean isGone(int sequence, int token) {
    return gone.get(sequence).get(token);
  }

  /** Tokens that were not let go. */
  int kept(int sequence) {
    return length(sequence) - gone.get(sequence).cardinality();
  }

  /** Of the tokens from a position on only some stay. */
  void keep(int sequence, int from, long[] positions) {
    List<float[]> keptKeys = new ArrayList<>();
    List<float[]> keptValues = new ArrayList<>();
    for (long position : positions) {
      keptKeys.add(keys.get(sequence).get((int) position));
      keptValues.add(values.get(sequence).get((int) position));
    }
    truncate(sequence, from);
    keys.get(sequence).addAll(keptKeys);
    values.get(sequence).addAll(keptValues);
  }

  /** The keys of a sequence as a tensor [1, keyHeads, length, headDim]. */
  FloatTensor keys(int sequence) {
    return tensor(keys.get(sequence), shape.headDim);
  }

  /** The values of a sequence as a tensor [1, keyHeads, length, valueDim]. */
  FloatTensor values(int sequence) {
    return tensor(values.get(sequence), shape.valueDim);
  }

  private FloatTensor tensor(List<float[]> rows, int dim) {
    int length = rows.size();
    float[] data = new float[shape.keyHeads * length * dim];
    for (int t = 0; t < length; t++) {
      for (int h = 0; h < shape.keyHeads; h++) {
        System.arraycopy(rows.get(t), h * dim, data, (h * length + t) * dim, dim);
      }
    }
    return FloatTensor.of(data, 1, shape.keyHeads, length, dim);
  }
}
