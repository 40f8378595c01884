package io.github.lanewise.bench.gate;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Lanes;
import io.github.lanewise.Mask;
import io.github.lanewise.Matmul;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Softmax;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.KeyValueCache;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.bench.Inputs;
import io.github.lanewise.sampling.TokenSampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Everything that the gate watches: each operation, in the forms that have kernels of their own.
 */
final class Works {
  private static final int RUN = 4096;

  private static final int ROWS = 32;
  private static final int COLUMNS = 1024;

  private static final int LENGTH = 256;
  private static final int DIM = 64;
  private static final int HEADS = 2;

  private static final int CACHED = 512;
  private static final int CACHE_HEADS = 4;

  private static final int VOCABULARY = 8192;

  /** Range reduction, polynomial of degree 6 and reconstruction of one exp. */
  private static final int EXP = 12;

  /** Maximum, exp, sum and division of one weight. */
  private static final int WEIGHT = EXP + 3;

  /** Takes results that nobody reads: the compiler would leave their computation out. */
  private volatile float sink;

  private final List<Work> works = new ArrayList<>();

  private Works() {}

  /** Creates all of them, inputs included. */
  static List<Work> all() {
    Works all = new Works();
    all.addRuns();
    all.addSoftmax();
    all.addProducts();
    all.addAttention();
    for (Storage storage : Storage.values()) {
      all.addDecode(storage);
    }
    all.addSampler();
    return all.works;
  }

  private void add(String name, double steps, Runnable call) {
    works.add(new Work(name, steps, call));
  }

  private void addRuns() {
    float[] x = Inputs.normal(RUN, 1);
    float[] y = new float[RUN];
    add("exp 4096", EXP * RUN, () -> Lanes.exp(x, 0, y, 0, RUN));
    add("sum 4096", RUN, () -> sink = Lanes.sum(x, 0, RUN));
    add("max 4096", RUN, () -> sink = Lanes.max(x, 0, RUN));
    add("divide 4096", RUN, () -> Lanes.divide(x, 0, 3f, y, 0, RUN));
    add("log-sum-exp 4096", WEIGHT * RUN, () -> sink = Lanes.logSumExp(x, 0, RUN));
  }

  private void addSoftmax() {
    FloatTensor x = matrix(ROWS, COLUMNS, 2);
    FloatTensor y = FloatTensor.allocate(ROWS, COLUMNS);
    double all = (double) ROWS * COLUMNS;
    boolean[] flags = new boolean[ROWS * COLUMNS];
    long[] bits = new long[ROWS * COLUMNS / Long.SIZE];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = i % 3 != 0;
      bits[i / Long.SIZE] |= flags[i] ? 1L << i : 0;
    }
    add("softmax 32x1024", all * WEIGHT, () -> Softmax.standard().apply(x, y));
    addSoftmax("causal", x, Mask.causal(COLUMNS / 2), all * WEIGHT / 2);
    addSoftmax("boolean", x, Mask.allowed(flags, ROWS, COLUMNS), all * WEIGHT);
    addSoftmax("bits", x, Mask.allowedBits(bits, ROWS, COLUMNS), all * WEIGHT);
    Softmax logarithmic = Softmax.builder().logarithmic(true).build();
    add("softmax 32x1024 log", all * WEIGHT, () -> logarithmic.apply(x, y));
    FloatTensor weights = FloatTensor.allocate(ROWS, COLUMNS);
    Softmax.standard().apply(x, weights);
    FloatTensor dx = FloatTensor.allocate(ROWS, COLUMNS);
    add("softmax 32x1024 backward", all * 3, () -> Softmax.standard().backward(weights, x, dx));
  }

  private void addSoftmax(String name, FloatTensor x, Mask mask, double steps) {
    FloatTensor y = FloatTensor.allocate(ROWS, COLUMNS);
    add("softmax 32x1024 " + name, steps, () -> Softmax.standard().apply(x, mask, y));
  }

  private void addProducts() {
    FloatTensor q = matrix(LENGTH, DIM, 3);
    FloatTensor k = matrix(LENGTH, DIM, 4);
    FloatTensor scores = FloatTensor.allocate(LENGTH, LENGTH);
    FloatTensor weights = matrix(LENGTH, LENGTH, 5);
    FloatTensor out = FloatTensor.allocate(LENGTH, DIM);
    double steps = (double) LENGTH * LENGTH * DIM;
    Workers caller = Workers.caller();
    add("qk 256x256x64", steps, () -> Matmul.multiplyTransposed(1f, q, k, scores, caller));
    add("pv 256x64x256", steps, () -> Matmul.multiply(1f, weights, k, out, caller));
  }

  private void addAttention() {
    FloatTensor q = heads(LENGTH, 6);
    FloatTensor k = heads(LENGTH, 7);
    FloatTensor v = heads(LENGTH, 8);
    FloatTensor out = FloatTensor.allocate(1, HEADS, LENGTH, DIM);
    double steps = 2.0 * HEADS * LENGTH * LENGTH * DIM;
    boolean[] flags = new boolean[LENGTH * LENGTH];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = i % 3 != 0;
    }
    Attention plain = Attention.builder().build();
    Attention causal = Attention.builder().mask(Mask.causal()).build();
    Attention masked =
        Attention.builder().mask(Mask.allowed(flags, LENGTH, LENGTH)).softcap(30f).build();
    add("attention 2 256x64", steps, () -> plain.forward(q, k, v, out));
    add("attention 2 256x64 causal", steps / 2, () -> causal.forward(q, k, v, out));
    add("attention 2 256x64 boolean, softcap", steps, () -> masked.forward(q, k, v, out));
  }

  private void addDecode(Storage storage) {
    KeyValueCache cache = KeyValueCache.builder(1, CACHE_HEADS, DIM, DIM).storage(storage).build();
    cache.append(
        FloatTensor.of(Inputs.normal(CACHE_HEADS * CACHED * DIM, 9), 1, CACHE_HEADS, CACHED, DIM),
        FloatTensor.of(Inputs.normal(CACHE_HEADS * CACHED * DIM, 10), 1, CACHE_HEADS, CACHED, DIM));
    FloatTensor q = FloatTensor.of(Inputs.normal(CACHE_HEADS * DIM, 11), 1, CACHE_HEADS, 1, DIM);
    FloatTensor out = FloatTensor.allocate(1, CACHE_HEADS, 1, DIM);
    Attention attention = Attention.builder().build();
    Workers caller = Workers.caller();
    add(
        "decode 4 1x512x64 " + storage.name().toLowerCase(Locale.ROOT),
        2.0 * CACHE_HEADS * CACHED * DIM,
        () -> attention.forward(q, cache, out, RowStatistics.none(), caller));
  }

  private void addSampler() {
    float[] logits = Inputs.normal(VOCABULARY, 12);
    SplittableRandom random = new SplittableRandom(13);
    TokenSampler sampler = TokenSampler.builder().temperature(0.8f).topK(50).topP(0.95f).build();
    add(
        "sampler 8192 top-k, top-p",
        WEIGHT * VOCABULARY,
        () -> sink = sampler.sample(logits, 0, VOCABULARY, random));
  }

  private static FloatTensor matrix(int rows, int columns, long seed) {
    return FloatTensor.of(Inputs.normal(rows * columns, seed), rows, columns);
  }

  private static FloatTensor heads(int length, long seed) {
    return FloatTensor.of(Inputs.normal(HEADS * length * DIM, seed), 1, HEADS, length, DIM);
  }

  /** The names of all, in order. */
  static List<String> names() {
    return all().stream().map(Work::name).toList();
  }
}
