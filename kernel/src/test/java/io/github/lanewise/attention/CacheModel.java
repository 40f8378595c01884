package io.github.lanewise.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.Floats;
import java.util.ArrayList;
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
  private final Storage storage;
  private final List<List<float[]>> keys = new ArrayList<>();
  private final List<List<float[]>> values = new ArrayList<>();

  /** The hole that whole pages leave; as far as sequences are that long. */
  long releasedFrom;

  long releasedTo;

  CacheModel(Shape shape, Storage storage) {
    this.shape = shape;
    this.storage = storage;
    for (int b = 0; b < shape.batch; b++) {
      keys.add(new ArrayList<>());
      values.add(new ArrayList<>());
    }
  }

  CacheModel copy() {
    CacheModel copy = new CacheModel(shape, storage);
    for (int b = 0; b < shape.batch; b++) {
      copy.keys.get(b).addAll(keys.get(b));
      copy.values.get(b).addAll(values.get(b));
    }
    copy.releasedFrom = releasedFrom;
    copy.releasedTo = releasedTo;
    return copy;
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
        keys.get(b).add(rounded(key, shape.headDim));
        values.get(b).add(rounded(value, shape.valueDim));
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

  /** The numbers that the storage keeps of a token, in float32. */
  private float[] rounded(float[] row, int dim) {
    float[] kept = row.clone();
    for (int from = 0; from < row.length; from += dim) {
      float most = 0;
      for (int i = from; i < from + dim; i++) {
        most = Math.max(most, Math.abs(row[i]));
      }
      for (int i = from; i < from + dim; i++) {
        kept[i] = rounded(row[i], most / 127);
      }
    }
    return kept;
  }

  private float rounded(float x, float scale) {
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
      case INT8 -> scale == 0 ? 0 : (float) Math.rint(x / scale) * scale;
    };
  }

  void truncate(int sequence, int length) {
    if (length < length(sequence)) {
      keys.get(sequence).subList(length, length(sequence)).clear();
      values.get(sequence).subList(length, values.get(sequence).size()).clear();
    }
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
