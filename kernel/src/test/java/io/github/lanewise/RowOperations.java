package io.github.lanewise;

import io.github.lanewise.Operation.Call;
import io.github.lanewise.Softmax.EmptyRow;
import io.github.lanewise.sampling.TokenSampler;
import io.github.lanewise.sampling.TokenSampler.LogProbabilities;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Results;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Operations on rows, on both sides of lanes and blocks: the primitives, softmax with every option,
 * mask and rank, and the choice of tokens; and products of matrices, on both sides of the tiles'
 * edges. Where an operation takes arrays only, the layout says nothing.
 */
final class RowOperations {

  private static final int[] LENGTHS = {0, 1, 5, 16, 33, 255, 256, 257, 1000, 4098};

  private static final Softmax LOGARITHMIC = Softmax.builder().logarithmic(true).build();
  private static final Softmax ZERO = Softmax.builder().emptyRow(EmptyRow.ZERO).build();

  /** Named one by one: the corpus stays the same when a kind is added. */
  private static final FloatKind[] KINDS = {
    FloatKind.NORMAL,
    FloatKind.LOGITS,
    FloatKind.OVERFLOWING,
    FloatKind.UNDERFLOWING,
    FloatKind.WIDE,
    FloatKind.NEAR_ZERO,
    FloatKind.TIED,
    FloatKind.GRID,
    FloatKind.FINITE_BITS,
    FloatKind.ANY_BITS,
    FloatKind.SPRINKLED,
    FloatKind.MINUS_INFINITIES,
  };

  private RowOperations() {}

  static void addLanes(List<Operation> all) {
    for (FloatKind kind : new FloatKind[] {FloatKind.LOGITS, FloatKind.ANY_BITS}) {
      for (int length : LENGTHS) {
        String name = "Lanes: " + kind + " " + length;
        float[] x = Floats.of(name, kind, length + 1);
        all.add(new Operation(name, sandbox -> reductions(x, length)));
        all.add(new Operation("Lanes maps: " + name.substring(7), sandbox -> maps(x, length)));
      }
    }
  }

  private static Call reductions(float[] x, int length) {
    float[] results = new float[3];
    return Call.of(
        workers -> {
          results[0] = Lanes.max(x, 1, 1 + length);
          results[1] = Lanes.sum(x, 1, 1 + length);
          results[2] = Lanes.logSumExp(x, 1, 1 + length);
        },
        FloatTensor.of(results, 3));
  }

  private static Call maps(float[] x, int length) {
    float[] results = new float[2 * length];
    return Call.of(
        workers -> {
          Lanes.exp(x, 1, results, 0, length);
          Lanes.divide(x, 1, 3.3f, results, length, length);
        },
        FloatTensor.of(results, 2L * length));
  }

  static void addSoftmax(List<Operation> all) {
    for (long length : new long[] {0, 1, 15, 16, 17, 255, 256, 257, 1027}) {
      addSoftmax(all, "plain", Softmax.standard(), FloatKind.LOGITS, Mask.none(), 3, length);
      addSoftmax(all, "log", LOGARITHMIC, FloatKind.LOGITS, Mask.none(), 3, length);
    }
    for (FloatKind kind : KINDS) {
      addSoftmax(all, "zero", ZERO, kind, Mask.none(), 2, 70);
    }
    for (float temperature : new float[] {0f, 0.5f, 3f, Float.POSITIVE_INFINITY}) {
      String name = "T=" + temperature;
      Softmax plain = Softmax.builder().temperature(temperature).build();
      Softmax log = Softmax.builder().temperature(temperature).logarithmic(true).build();
      addSoftmax(all, name, plain, FloatKind.MINUS_INFINITIES, Mask.none(), 2, 299);
      addSoftmax(all, name + " log", log, FloatKind.TIED, Mask.causal(), 5, 299);
      if (temperature != 0) {
        backward(all, name, plain, 3, 299);
      }
    }
    addMasks(all);
    addAlong(all, 0, Softmax.builder(), 270, 33);
    addAlong(all, 1, Softmax.builder().temperature(0.7f), 2, 19, 3, 5);
    addAlong(all, -2, Softmax.builder().logarithmic(true), 2, 65, 18);
    addSoftmax(all, "rank 4", ZERO, FloatKind.NORMAL, Mask.causal(), 2, 3, 4, 33);
    addSoftmax(all, "long row", Softmax.standard(), FloatKind.LOGITS, Mask.none(), 20_011);
    addSoftmax(all, "long log row", LOGARITHMIC, FloatKind.LOGITS, Mask.prefix(20_000), 20_011);
    backward(all, "rank 1", Softmax.standard(), 1025);
    backward(all, "rank 4", Softmax.standard(), 2, 1, 3, 40);
    float[] row = Floats.of("array", FloatKind.LOGITS, 517);
    all.add(
        new Operation(
            "Softmax of an array: 517",
            sandbox -> {
              float[] x = row.clone();
              return Call.inPlace(
                  () -> System.arraycopy(row, 0, x, 0, x.length),
                  w -> Softmax.standard().apply(x, 3, 509),
                  FloatTensor.of(x, x.length));
            }));
  }

  private static void addMasks(List<Operation> all) {
    long keys = 290;
    FloatKind kind = FloatKind.SPRINKLED;
    boolean[] allowed = new boolean[(int) (3 * 5 * keys)];
    long[] bits = new long[5 * 5];
    for (int j = 0; j < allowed.length; j++) {
      allowed[j] = (j * 0x9e3779b9) >>> 29 != 0;
    }
    for (int w = 0; w < bits.length; w++) {
      bits[w] = (w + 1) * 0x9e3779b97f4a7c15L;
    }
    addSoftmax(all, "window", ZERO, kind, Mask.window(7, 2), 3, 5, keys);
    addSoftmax(all, "causal(-2)", ZERO, kind, Mask.causal(-2), 3, 5, keys);
    addSoftmax(all, "lengths", ZERO, kind, Mask.keyLengths(0, 290, 31), 3, 5, keys);
    addSoftmax(all, "allowed", ZERO, kind, Mask.allowed(allowed, 3, 5, keys), 3, 5, keys);
    addSoftmax(all, "bits", LOGARITHMIC, kind, Mask.allowedBits(bits, 5, keys), 3, 5, keys);
    Mask streaming = Mask.prefix(4).or(Mask.window(20, 0));
    addSoftmax(all, "streaming", ZERO, kind, streaming, 3, 5, keys);
    Mask both = Mask.causal(200).and(Mask.allowed(allowed, 3, 5, keys));
    addSoftmax(all, "both", Softmax.standard(), kind, both, 3, 5, keys);
  }

  /** Out of place with all statistics, and in place. */
  private static void addSoftmax(
      List<Operation> all,
      String option,
      Softmax softmax,
      FloatKind kind,
      Mask mask,
      long... shape) {
    String name = "Softmax: " + option + " " + kind + " " + Arrays.toString(shape);
    float[] scores = Floats.of(name, kind, shape);
    all.add(
        new Operation(
            name,
            sandbox -> {
              FloatTensor x = sandbox.input(scores, shape);
              Results y = Results.in(sandbox, shape);
              RowStatistics statistics = y.statistics();
              return Call.of(w -> softmax.apply(x, mask, y.out(), statistics, w), y.all());
            }));
    all.add(
        new Operation(
            name + " in place",
            sandbox -> {
              FloatTensor x = sandbox.inPlace(scores, shape);
              return Call.inPlace(
                  () -> Floats.copy(scores, x),
                  w -> softmax.apply(x, mask, x, RowStatistics.none(), w),
                  x);
            }));
  }

  /** Forward in place, and its gradient. */
  private static void addAlong(
      List<Operation> all, int axis, Softmax.Builder options, long... shape) {
    Softmax softmax = options.axis(axis).build();
    String name = "Softmax: along axis " + axis + " of " + Arrays.toString(shape);
    float[] scores = Floats.of(name, FloatKind.MINUS_INFINITIES, shape);
    all.add(
        new Operation(
            name,
            sandbox -> {
              FloatTensor x = sandbox.inPlace(scores, shape);
              return Call.inPlace(
                  () -> Floats.copy(scores, x),
                  w -> softmax.apply(x, Mask.none(), x, RowStatistics.none(), w),
                  x);
            }));
    backward(all, "along axis " + axis, softmax, shape);
  }

  private static void backward(List<Operation> all, String option, Softmax softmax, long... shape) {
    String name = "Softmax backward: " + option + " " + Arrays.toString(shape);
    float[] scores = Floats.of(name, FloatKind.NORMAL, shape);
    float[] gradient = Floats.of(name + "dy", FloatKind.NORMAL, shape);
    FloatTensor weights = FloatTensor.allocate(shape);
    softmax.apply(FloatTensor.of(scores, shape), weights);
    all.add(
        new Operation(
            name,
            sandbox -> {
              FloatTensor y = sandbox.input(weights.toArray(), shape);
              FloatTensor dy = sandbox.input(gradient, shape);
              FloatTensor dx = sandbox.output(shape);
              return Call.of(w -> softmax.backward(y, dy, dx, w), dx);
            }));
  }

  static void addProducts(List<Operation> all) {
    addProduct(all, FloatKind.NORMAL, 1f, 1, 1, 1);
    addProduct(all, FloatKind.NORMAL, 0.125f, 1, 17, 64);
    addProduct(all, FloatKind.NORMAL, 1f, 7, 15, 33);
    addProduct(all, FloatKind.NORMAL, 1f, 65, 257, 48);
    addProduct(all, FloatKind.FINITE_BITS, 1f, 5, 31, 6);
    addProduct(all, FloatKind.SPRINKLED, -2f, 13, 9, 5);
    addProduct(all, FloatKind.NORMAL, 1f, 3, 4, 0);
    addProduct(all, FloatKind.NORMAL, 0.5f, 19, 34, 20, 2);
    addProduct(all, FloatKind.NORMAL, 1f, 4, 70, 32, 2, 3);
  }

  private static void addProduct(
      List<Operation> all, FloatKind kind, float alpha, int m, int n, int k, long... batches) {
    String name = kind + " " + m + "x" + n + "x" + k + " rank " + (2 + batches.length);
    float[] a = Floats.of(name + "a", kind, shape(batches, m, k));
    float[] b = Floats.of(name + "b", kind, shape(batches, n, k));
    all.add(
        new Operation(
            "Matmul transposed: " + name,
            sandbox -> {
              FloatTensor left = sandbox.input(a, shape(batches, m, k));
              FloatTensor right = sandbox.input(b, shape(batches, n, k));
              FloatTensor c = sandbox.output(shape(batches, m, n));
              return Call.of(w -> Matmul.multiplyTransposed(alpha, left, right, c, w), c);
            }));
    all.add(
        new Operation(
            "Matmul: " + name,
            sandbox -> {
              FloatTensor left = sandbox.input(a, shape(batches, m, k));
              FloatTensor right = sandbox.input(b, shape(batches, k, n));
              FloatTensor c = sandbox.output(shape(batches, m, n));
              return Call.of(w -> Matmul.multiply(alpha, left, right, c, w), c);
            }));
  }

  /** One row and several, on both sides of a panel and a block. */
  static void addPackedProducts(List<Operation> all) {
    for (PackedMatrix.Storage storage : PackedMatrix.Storage.values()) {
      addPackedProduct(all, storage, FloatKind.NORMAL, 1, 130, 70);
      addPackedProduct(all, storage, FloatKind.NORMAL, 7, 65, 33);
      addPackedProduct(all, storage, FloatKind.GRID, 5, 3, 300, 2, 2);
      addPackedProduct(all, storage, FloatKind.NORMAL, 65, 100, 161);
    }
  }

  private static void addPackedProduct(
      List<Operation> all,
      PackedMatrix.Storage storage,
      FloatKind kind,
      int m,
      int n,
      int k,
      long... batches) {
    String name = storage + " " + m + "x" + n + "x" + k + " rank " + (2 + batches.length);
    float[] a = Floats.of(name + "a", kind, shape(batches, m, k));
    PackedMatrix b = PackedMatrix.pack(Floats.tensor(name + "b", kind, n, k), storage);
    all.add(
        new Operation(
            "Matmul packed: " + name,
            sandbox -> {
              FloatTensor left = sandbox.input(a, shape(batches, m, k));
              FloatTensor c = sandbox.output(shape(batches, m, n));
              return Call.of(w -> Matmul.multiplyTransposed(0.5f, left, b, c, w), c);
            }));
  }

  private static long[] shape(long[] batches, long rows, long columns) {
    long[] shape = new long[batches.length + 2];
    System.arraycopy(batches, 0, shape, 0, batches.length);
    shape[batches.length] = rows;
    shape[batches.length + 1] = columns;
    return shape;
  }

  static void addSamplers(List<Operation> all) {
    for (int length : new int[] {1, 17, 300, 40_000}) {
      for (FloatKind kind : new FloatKind[] {FloatKind.NORMAL, FloatKind.TIED}) {
        addSampler(all, "T=0", TokenSampler.builder().temperature(0), kind, length);
        addSampler(all, "plain", TokenSampler.builder(), kind, length);
        addSampler(all, "T=inf", TokenSampler.builder().temperature(1f / 0f).topK(9), kind, length);
        addSampler(
            all, "T, min-p", TokenSampler.builder().temperature(0.7f).minP(0.1f), kind, length);
        addSampler(all, "top-k", TokenSampler.builder().topK(40), kind, length);
        addSampler(all, "top-p", TokenSampler.builder().temperature(0.9f).topP(0.8f), kind, length);
        TokenSampler.Builder three = TokenSampler.builder().topK(10_000).topP(0.95f).minP(0.02f);
        addSampler(all, "all three", three, kind, length);
        addLogarithms(all, "T=1", TokenSampler.builder(), kind, length);
        TokenSampler.Builder last = TokenSampler.builder().temperature(1.7f).temperatureLast(true);
        addLogarithms(all, "T last", last.topP(0.8f).minP(0.02f), kind, length);
      }
    }
  }

  private static void addLogarithms(
      List<Operation> all,
      String option,
      TokenSampler.Builder builder,
      FloatKind kind,
      int length) {
    String name = "TokenSampler logarithms: " + option + " " + kind + " " + length;
    float[] logits = Floats.of(name, kind, length);
    TokenSampler sampler = builder.build();
    int likeliest = Math.min(9, length);
    all.add(
        new Operation(
            name,
            sandbox -> {
              LogProbabilities logarithms = LogProbabilities.of(likeliest);
              float[] results = new float[2 + likeliest];
              return Call.of(
                  w -> {
                    results[0] = sampler.sample(logits, 0, length, 0.7, logarithms, w);
                    results[1] = logarithms.drawn();
                    for (int rank = 0; rank < likeliest; rank++) {
                      results[2 + rank] = logarithms.value(rank);
                    }
                  },
                  FloatTensor.of(results, results.length));
            }));
  }

  private static void addSampler(
      List<Operation> all,
      String option,
      TokenSampler.Builder builder,
      FloatKind kind,
      int length) {
    String name = "TokenSampler: " + option + " " + kind + " " + length;
    float[] logits = Floats.of(name, kind, length + 3);
    TokenSampler sampler = builder.build();
    all.add(
        new Operation(
            name,
            sandbox -> {
              float[] token = new float[1];
              SplittableRandom[] random = {new SplittableRandom(name.hashCode())};
              return Call.inPlace(
                  () -> random[0] = new SplittableRandom(name.hashCode()),
                  w -> token[0] = sampler.sample(logits, 2, length + 2, random[0], w),
                  FloatTensor.of(token, 1));
            }));
  }
}
