package io.github.lanewise;

import io.github.lanewise.Operation.Call;
import io.github.lanewise.Softmax.EmptyRow;
import io.github.lanewise.testing.FloatKind;
import java.util.Arrays;
import java.util.List;

/** Softmax with every option, mask and rank, on rows on both sides of lanes and blocks. */
final class SoftmaxOperations {

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

  private SoftmaxOperations() {}

  static void addTo(List<Operation> all) {
    for (long length : new long[] {0, 1, 15, 16, 17, 255, 256, 257, 1027}) {
      add(all, "plain", Softmax.standard(), FloatKind.LOGITS, Mask.none(), 3, length);
      add(all, "log", LOGARITHMIC, FloatKind.LOGITS, Mask.none(), 3, length);
    }
    for (FloatKind kind : KINDS) {
      add(all, "zero", ZERO, kind, Mask.none(), 2, 70);
    }
    for (float temperature : new float[] {0f, 0.5f, 3f, Float.POSITIVE_INFINITY}) {
      String name = "T=" + temperature;
      Softmax plain = Softmax.builder().temperature(temperature).build();
      Softmax log = Softmax.builder().temperature(temperature).logarithmic(true).build();
      add(all, name, plain, FloatKind.MINUS_INFINITIES, Mask.none(), 2, 299);
      add(all, name + " log", log, FloatKind.TIED, Mask.causal(), 5, 299);
      if (temperature != 0) {
        backward(all, name, plain, 3, 299);
      }
    }
    addMasks(all);
    add(all, "rank 4", ZERO, FloatKind.NORMAL, Mask.causal(), 2, 3, 4, 33);
    add(all, "long row", Softmax.standard(), FloatKind.LOGITS, Mask.none(), 20_011);
    add(all, "long log row", LOGARITHMIC, FloatKind.LOGITS, Mask.prefix(20_000), 20_011);
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
    add(all, "window", ZERO, kind, Mask.window(7, 2), 3, 5, keys);
    add(all, "causal(-2)", ZERO, kind, Mask.causal(-2), 3, 5, keys);
    add(all, "lengths", ZERO, kind, Mask.keyLengths(0, 290, 31), 3, 5, keys);
    add(all, "allowed", ZERO, kind, Mask.allowed(allowed, 3, 5, keys), 3, 5, keys);
    add(all, "bits", LOGARITHMIC, kind, Mask.allowedBits(bits, 5, keys), 3, 5, keys);
    Mask streaming = Mask.prefix(4).or(Mask.window(20, 0));
    add(all, "streaming", ZERO, kind, streaming, 3, 5, keys);
    Mask both = Mask.causal(200).and(Mask.allowed(allowed, 3, 5, keys));
    add(all, "both", Softmax.standard(), kind, both, 3, 5, keys);
  }

  /** Out of place with all statistics, and in place. */
  private static void add(
      List<Operation> all,
      String option,
      Softmax softmax,
      FloatKind kind,
      Mask mask,
      long... shape) {
    String name = "Softmax: " + option + " " + kind + " " + Arrays.toString(shape);
    float[] scores = Floats.of(name, kind, shape);
    long[] rows = rowsOf(shape);
    all.add(
        new Operation(
            name,
            sandbox -> {
              FloatTensor x = sandbox.input(scores, shape);
              FloatTensor y = sandbox.output(shape);
              FloatTensor logSumExp = sandbox.output(rows);
              FloatTensor entropy = sandbox.output(rows);
              FloatTensor maxWeight = sandbox.output(rows);
              RowStatistics statistics = new RowStatistics(logSumExp, entropy, maxWeight);
              return Call.of(
                  w -> softmax.apply(x, mask, y, statistics, w), y, logSumExp, entropy, maxWeight);
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

  static long[] rowsOf(long[] shape) {
    return shape.length == 1 ? new long[] {1} : Arrays.copyOf(shape, shape.length - 1);
  }
}
