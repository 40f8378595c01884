package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lanewise.RotaryEmbedding.Pairs;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.AttentionState;
import io.github.lanewise.attention.KeyValueCache;
import io.github.lanewise.classification.CrossEntropy;
import io.github.lanewise.classification.TemperatureScaling;
import io.github.lanewise.sampling.TokenSampler;
import io.github.lanewise.sampling.TokenSampler.LogProbabilities;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * What saves typing says the same: the forms without workers or statistics have the bits of the
 * long ones, and every null has a name in the message.
 */
@SuppressWarnings("NullAway") // null is what it tries
class ShortFormsTest {

  private static FloatTensor tensor(String name, long... shape) {
    return Floats.tensor(name, FloatKind.LOGITS, shape);
  }

  private static void assertSameBits(FloatTensor expected, FloatTensor actual) {
    Floats.assertBits(expected, actual, "short form");
  }

  @Test
  void productsWithoutWorkersHaveTheBitsOfThoseWith() {
    FloatTensor a = tensor("a", 2, 7, 19);
    FloatTensor b = tensor("b", 2, 5, 19);
    FloatTensor expected = FloatTensor.allocate(2, 7, 5);
    FloatTensor actual = FloatTensor.allocate(2, 7, 5);
    Matmul.multiplyTransposed(0.5f, a, b, expected, Workers.caller());
    Matmul.multiplyTransposed(0.5f, a, b, actual);
    assertSameBits(expected, actual);
    Matmul.multiply(0.5f, actual, b, a, Workers.caller());
    FloatTensor product = FloatTensor.allocate(2, 7, 19);
    Matmul.multiply(0.5f, actual, b, product);
    assertSameBits(a, product);
  }

  @Test
  void packedProductsWithoutWorkersHaveTheBitsOfThoseWith() {
    FloatTensor a = tensor("a", 2, 7, 19);
    PackedMatrix b = PackedMatrix.pack(tensor("b", 5, 19));
    FloatTensor expected = FloatTensor.allocate(2, 7, 5);
    FloatTensor actual = FloatTensor.allocate(2, 7, 5);
    Matmul.multiplyTransposed(0.5f, a, b, expected, Workers.caller());
    Matmul.multiplyTransposed(0.5f, a, b, actual);
    assertSameBits(expected, actual);
  }

  @Test
  void gradientsWithWorkersHaveTheBitsOfThoseWithout() {
    FloatTensor y = FloatTensor.allocate(70, 300);
    Softmax.standard().apply(tensor("x", 70, 300), y);
    FloatTensor dy = tensor("dy", 70, 300);
    FloatTensor expected = FloatTensor.allocate(70, 300);
    Softmax.standard().backward(y, dy, expected);
    try (Workers workers = Workers.threads(3)) {
      FloatTensor actual = FloatTensor.allocate(70, 300);
      Softmax.standard().backward(y, dy, actual, workers);
      assertSameBits(expected, actual);
    }
  }

  @Test
  void lossesWithoutWorkersHaveTheBitsOfThoseWith() {
    FloatTensor logits = tensor("logits", 70, 300);
    int[] labels = new int[70];
    FloatTensor expected = FloatTensor.allocate(70, 300);
    FloatTensor actual = FloatTensor.allocate(70, 300);
    CrossEntropy loss = CrossEntropy.standard();
    double mean = CrossEntropy.builder().build().apply(logits, labels, expected, Workers.caller());
    assertEquals(mean, loss.apply(logits, labels));
    assertEquals(mean, loss.apply(logits, labels, actual));
    assertSameBits(expected, actual);
    assertEquals(
        TemperatureScaling.fit(logits, labels, Workers.caller()),
        TemperatureScaling.fit(logits, labels));
  }

  @Test
  void attentionFillsAllocatedStatistics() {
    FloatTensor q = tensor("q", 1, 2, 5, 16);
    FloatTensor k = tensor("k", 1, 1, 9, 16);
    FloatTensor expected = FloatTensor.allocate(1, 2, 5, 16);
    FloatTensor actual = FloatTensor.allocate(1, 2, 5, 16);
    RowStatistics full = RowStatistics.allocate(1, 2, 5);
    RowStatistics brief = RowStatistics.allocate(1, 2, 5);
    Attention attention = Attention.builder().build();
    attention.forward(q, k, k, expected, full, Workers.caller());
    attention.forward(q, k, k, actual, brief);
    assertSameBits(expected, actual);
    assertSameBits(full.logSumExp(), brief.logSumExp());
    assertSameBits(full.entropy(), brief.entropy());
    assertSameBits(full.maxWeight(), brief.maxWeight());
    FloatTensor alone = FloatTensor.allocate(1, 2, 5);
    RowStatistics one = RowStatistics.of(alone);
    assertNull(one.entropy());
    assertNull(one.maxWeight());
    attention.forward(q, k, k, actual, one);
    assertSameBits(full.logSumExp(), alone);
  }

  @Test
  void oneSequenceIsAppendedWithALeadingAxisAsWithout() {
    FloatTensor k = tensor("k", 2, 5, 16);
    FloatTensor v = tensor("v", 2, 5, 24);
    for (KeyValueCache.Storage storage : KeyValueCache.Storage.values()) {
      try (KeyValueCache expected = cache(storage);
          KeyValueCache actual = cache(storage)) {
        expected.append(1, k, v);
        actual.append(1, k.reshape(1, 2, 5, 16), v.reshape(1, 2, 5, 24));
        assertEquals(0, actual.length(0));
        assertEquals(5, actual.length(1));
        assertSameBits(attended(expected), attended(actual));
      }
    }
  }

  private static KeyValueCache cache(KeyValueCache.Storage storage) {
    return KeyValueCache.builder(2, 2, 16, 24).storage(storage).build();
  }

  private static FloatTensor attended(KeyValueCache cache) {
    FloatTensor out = FloatTensor.allocate(2, 4, 1, 24);
    FloatTensor q = tensor("q", 2, 4, 1, 16);
    Attention.builder().build().forward(q, cache, out, RowStatistics.none(), Workers.caller());
    return out;
  }

  @Test
  void rowsWithoutWorkersHaveTheBitsOfThoseWith() {
    FloatTensor x = tensor("x", 3, 2, 40);
    FloatTensor other = tensor("other", 3, 2, 40);
    FloatTensor weight = tensor("weight", 40);
    Workers caller = Workers.caller();
    FloatTensor expected = FloatTensor.allocate(3, 2, 40);
    FloatTensor actual = FloatTensor.allocate(3, 2, 40);
    Rows.rmsNorm(x, weight, 1e-5f, false, expected, caller);
    Rows.rmsNorm(x, weight, 1e-5f, actual);
    assertSameBits(expected, actual);
    Rows.siluMultiply(x, other, expected, caller);
    Rows.siluMultiply(x, other, actual);
    assertSameBits(expected, actual);
    Rows.sigmoid(x, expected, caller);
    Rows.sigmoid(x, actual);
    assertSameBits(expected, actual);
    Rows.gelu(x, expected, caller);
    Rows.gelu(x, actual);
    assertSameBits(expected, actual);
    Rows.geluTanh(x, expected, caller);
    Rows.geluTanh(x, actual);
    assertSameBits(expected, actual);
    int[] positions = {4, 0, 2};
    float[] frequencies = {1f, 0.125f};
    double[] wide = {1, 0.125};
    RotaryEmbedding narrow = RotaryEmbedding.of(frequencies, 5, Pairs.INTERLEAVED);
    Rows.rotate(narrow, x, positions, expected, caller);
    Rows.rotate(RotaryEmbedding.of(wide, 5, Pairs.INTERLEAVED), x, positions, actual);
    assertSameBits(expected, actual);
  }

  @Test
  void aLeadingAxisOfOneSequenceIsOneInBoth() {
    FloatTensor rows = FloatTensor.allocate(2, 2, 5, 16);
    FloatTensor one = rows.slice(0, 0, 1);
    FloatTensor none = one.select(0, 0);
    try (KeyValueCache cache = KeyValueCache.builder(2, 2, 16, 16).build()) {
      for (Executable wrong :
          List.<Executable>of(
              () -> cache.append(1, rows, rows),
              () -> cache.append(1, one, rows),
              () -> cache.append(1, one, none),
              () -> cache.append(1, none, one))) {
        assertThrows(IllegalArgumentException.class, wrong);
        assertEquals(0, cache.length());
      }
    }
  }

  @Test
  void everyNullHasAName() {
    FloatTensor x = FloatTensor.allocate(4);
    FloatTensor q = FloatTensor.allocate(1, 1, 1, 4);
    float[] f = new float[4];
    Softmax softmax = Softmax.standard();
    Attention attention = Attention.builder().build();
    AttentionState state = AttentionState.empty(1, 1, 1, 4);
    TokenSampler sampler = TokenSampler.builder().build();
    FloatTensor rows = FloatTensor.allocate(1, 4);
    int[] labels = {0};
    CrossEntropy loss = CrossEntropy.standard();
    Map<Executable, String> calls = new LinkedHashMap<>();
    calls.put(() -> Lanes.max(null, 0, 0), "x");
    calls.put(() -> Lanes.exp(f, 0, null, 0, 0), "y");
    calls.put(() -> FloatTensor.of((float[]) null, 1), "data");
    calls.put(() -> FloatTensor.of((MemorySegment) null, 1), "data");
    calls.put(() -> FloatTensor.of(f, (long[]) null), "shape");
    calls.put(() -> FloatTensor.ofRange(null, 0, 1), "data");
    calls.put(() -> FloatTensor.allocate((Arena) null, 1), "arena");
    calls.put(() -> FloatTensor.allocate((long[]) null), "shape");
    calls.put(() -> x.permute((int[]) null), "axes");
    calls.put(() -> x.reshape((long[]) null), "shape");
    calls.put(() -> x.get((long[]) null), "index");
    calls.put(() -> x.set(1f, (long[]) null), "index");
    calls.put(() -> x.copyFrom(null), "source");
    calls.put(() -> Mask.keyLengths((int[]) null), "perBatch");
    calls.put(() -> Mask.allowed(null, 1), "allowed");
    calls.put(() -> Mask.allowed(new boolean[1], (long[]) null), "shape");
    calls.put(() -> Mask.allowedBits(null, 1), "bits");
    calls.put(() -> Mask.allowedBits(new long[1], (long[]) null), "shape");
    calls.put(() -> Mask.none().and(null), "other");
    calls.put(() -> Mask.causal().or(null), "other");
    calls.put(() -> RowStatistics.allocate((long[]) null), "shape");
    calls.put(() -> RowStatistics.of(null), "logSumExp");
    calls.put(() -> Softmax.builder().emptyRow(null), "emptyRow");
    calls.put(() -> softmax.apply((float[]) null, 0, 0), "x");
    calls.put(() -> softmax.apply(null, x), "x");
    calls.put(() -> softmax.apply(x, null, x), "mask");
    calls.put(() -> softmax.apply(x, null), "y");
    calls.put(() -> softmax.apply(null, Mask.none(), x), "x");
    calls.put(() -> softmax.apply(x, Mask.none(), null), "y");
    calls.put(() -> softmax.apply(x, Mask.none(), x, null, Workers.caller()), "statistics");
    calls.put(() -> softmax.apply(x, Mask.none(), x, RowStatistics.none(), null), "workers");
    calls.put(() -> softmax.backward(null, x, x), "y");
    calls.put(() -> softmax.backward(x, null, x), "dy");
    calls.put(() -> softmax.backward(x, x, null), "dx");
    calls.put(() -> softmax.backward(x, x, x, null), "workers");
    calls.put(() -> loss.apply(null, labels), "logits");
    calls.put(() -> loss.apply(rows, null), "labels");
    calls.put(() -> loss.apply(rows, labels, rows, null, Workers.caller()), "losses");
    calls.put(() -> loss.apply(rows, labels, rows, null), "workers");
    calls.put(() -> TemperatureScaling.fit(null, labels), "logits");
    calls.put(() -> TemperatureScaling.fit(rows, null), "labels");
    calls.put(() -> TemperatureScaling.fit(rows, labels, null), "workers");
    calls.put(() -> Matmul.multiply(1f, null, q, q), "a");
    calls.put(() -> Matmul.multiply(1f, q, null, q), "b");
    calls.put(() -> Matmul.multiplyTransposed(1f, q, q, null), "c");
    calls.put(() -> Matmul.multiplyTransposed(1f, q, q, q, null), "workers");
    calls.put(() -> Workers.on(null, 1), "executor");
    calls.put(() -> Lanewise.warmUp(null), "atMost");
    calls.put(() -> Attention.builder().mask(null), "mask");
    calls.put(() -> Attention.builder().bias(null), "bias");
    calls.put(() -> Attention.builder().alibi((float[]) null), "slopePerHead");
    calls.put(() -> Attention.builder().sinks((float[]) null), "logitPerHead");
    calls.put(() -> Attention.builder().temperature((float[]) null), "perHead");
    calls.put(() -> attention.forward(null, q, q, q), "q");
    calls.put(() -> attention.forward(q, null, q, q), "k");
    calls.put(() -> attention.forward(q, q, (FloatTensor) null, q), "v");
    calls.put(() -> attention.forward(q, q, q, (FloatTensor) null), "out");
    calls.put(() -> attention.forward(q, q, q, q, null), "statistics");
    calls.put(() -> attention.forward(q, q, q, q, null, Workers.caller()), "statistics");
    calls.put(
        () -> attention.forward(q, (KeyValueCache) null, q, RowStatistics.none(), Workers.caller()),
        "cache");
    calls.put(() -> attention.weights(q, q, null, Workers.caller()), "p");
    calls.put(() -> attention.partial(q, q, q, 0, null, Workers.caller()), "state");
    calls.put(() -> state.merge(null), "other");
    calls.put(() -> state.writeTo(null, RowStatistics.none()), "out");
    calls.put(() -> state.writeTo(q, null), "statistics");
    calls.put(() -> state.save(null), "out");
    calls.put(() -> AttentionState.load(null), "in");
    calls.put(() -> KeyValueCache.builder(1, 1, 4, 4).storage(null), "storage");
    calls.put(() -> sampler.sample(null, 0, 0, new java.util.Random()), "logits");
    calls.put(() -> sampler.sample(f, 0, 4, null), "random");
    calls.put(() -> sampler.sample(f, 0, 4, new java.util.Random(), null), "workers");
    LogProbabilities none = LogProbabilities.none();
    MemorySegment segment = MemorySegment.ofArray(f);
    calls.put(() -> sampler.sample((float[]) null, 0, 0, 0.5), "logits");
    calls.put(() -> sampler.sample(f, 0, 4, 0.5, null, Workers.caller()), "logProbabilities");
    calls.put(() -> sampler.sample(f, 0, 4, 0.5, none, null), "workers");
    calls.put(() -> sampler.sample((MemorySegment) null, 0, 0, 0.5), "logits");
    calls.put(() -> sampler.sample(segment, 0, 4, 0.5, null, Workers.caller()), "logProbabilities");
    calls.put(() -> sampler.sample(segment, 0, 4, 0.5, none, null), "workers");
    RotaryEmbedding embedding = RotaryEmbedding.of(new double[1], 1, Pairs.HALVES);
    calls.put(() -> Rows.rmsNorm(null, x, 0f, x), "x");
    calls.put(() -> Rows.rmsNorm(x, null, 0f, x), "weight");
    calls.put(() -> Rows.rmsNorm(x, x, 0f, null), "y");
    calls.put(() -> Rows.siluMultiply(null, x, x), "gate");
    calls.put(() -> Rows.siluMultiply(x, null, x), "up");
    calls.put(() -> Rows.sigmoid(x, null), "y");
    calls.put(() -> Rows.gelu(null, x), "x");
    calls.put(() -> Rows.geluTanh(x, x, null), "workers");
    calls.put(() -> Rows.rotate(null, q, new int[1], q), "embedding");
    calls.put(() -> Rows.rotate(embedding, q, null, q), "positions");
    calls.put(() -> RotaryEmbedding.of((double[]) null, 1, Pairs.HALVES), "frequencies");
    calls.put(() -> RotaryEmbedding.of((float[]) null, 1, Pairs.HALVES), "frequencies");
    calls.put(() -> RotaryEmbedding.of(new float[1], 1, null), "pairs");
    try (KeyValueCache cache = KeyValueCache.builder(1, 1, 4, 4).build()) {
      calls.put(() -> cache.append(null, q), "k");
      calls.put(() -> cache.append(q, null), "v");
      calls.put(() -> cache.append(0, null, x.reshape(1, 1, 4)), "k");
      Map<String, String> wrong = new LinkedHashMap<>();
      int call = 0;
      for (Map.Entry<Executable, String> entry : calls.entrySet()) {
        String message =
            assertThrows(NullPointerException.class, entry.getKey(), "call " + call).getMessage();
        if (!entry.getValue().equals(message)) {
          wrong.put("call " + call + ", " + entry.getValue(), message);
        }
        call++;
      }
      assertEquals(Map.of(), wrong);
    }
  }
}
