package io.github.lanewise.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.reference.AttentionOptions;
import io.github.lanewise.reference.AttentionResult;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceAttention;
import io.github.lanewise.testing.Floats;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Attention over 65536 keys, with the heap that the process was given. The argument says how many
 * keys before its own a query sees. Prints the largest error of some rows, as a share of max|v|.
 */
final class LongAttentionMain {
  static final int HEADS = 8;
  static final int LENGTH = 65_536;
  static final int DIM = 64;

  /** First, last, and some between, at edges of chunks and off them. */
  private static final int[] ROWS = {0, 255, 256, 30_011, 32_768, LENGTH - 1};

  private LongAttentionMain() {}

  /** Takes the keys that a query sees before its own, or "all". */
  public static void main(String[] arguments) {
    boolean all = arguments[0].equals("all");
    int left = all ? LENGTH : Integer.parseInt(arguments[0]);
    SplittableRandom random = new SplittableRandom(7);
    float[] q = Floats.normal(random, HEADS * LENGTH * DIM);
    float[] k = Floats.normal(random, HEADS * LENGTH * DIM);
    float[] v = Floats.normal(random, HEADS * LENGTH * DIM);
    FloatTensor out = FloatTensor.allocate(1, HEADS, LENGTH, DIM);
    long start = System.nanoTime();
    try (Workers workers = Workers.threads(2)) {
      Attention.builder()
          .mask(all ? Mask.none() : Mask.window(left, 0))
          .build()
          .forward(tensor(q), tensor(k), tensor(v), out, RowStatistics.none(), workers);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    double error = 0;
    for (int head = 0; head < HEADS; head++) {
      for (int row : ROWS) {
        int from = all ? 0 : Math.max(0, row - left);
        int end = all ? LENGTH : row + 1;
        error = Math.max(error, error(q, k, v, out, head, row, from, end));
      }
    }
    System.out.printf(Locale.ROOT, "%e %f%n", error / maximum(v), seconds);
  }

  private static double error(
      float[] q, float[] k, float[] v, FloatTensor out, int head, int row, int from, int end) {
    AttentionResult expected =
        ReferenceAttention.forward(
            new AttentionShape(1, 1, 1, 1, end - from, DIM, DIM),
            AttentionOptions.standard(DIM),
            rows(q, head, row, row + 1),
            rows(k, head, from, end),
            rows(v, head, from, end));
    double error = 0;
    for (int column = 0; column < DIM; column++) {
      double difference = out.get(0, head, row, column) - expected.out()[column];
      error = Math.max(error, Math.abs(difference));
      if (Double.isNaN(difference)) {
        return Double.NaN;
      }
    }
    return error;
  }

  private static double[] rows(float[] x, int head, int from, int end) {
    int base = head * LENGTH;
    return Primitives.widen(Arrays.copyOfRange(x, (base + from) * DIM, (base + end) * DIM));
  }

  private static FloatTensor tensor(float[] x) {
    return FloatTensor.of(x, 1, HEADS, LENGTH, DIM);
  }

  private static double maximum(float[] x) {
    double maximum = 0;
    for (float value : x) {
      maximum = Math.max(maximum, Math.abs(value));
    }
    return maximum;
  }
}
