package io.github.lanewise.bench.peers;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Softmax;
import io.github.lanewise.Workers;
import io.github.lanewise.bench.Inputs;
import io.github.lanewise.classification.CrossEntropy;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Mean cross-entropy and its gradient, beside PyTorch's (autograd, which takes new memory for the
 * logarithms and for the gradient each time) and beside softmax alone, in turns; the medians.
 *
 * <p>Arguments: rows, classes, threads, rounds.
 */
public final class PyTorchLoss {
  private static final double TOLERANCE = 1e-5;

  private PyTorchLoss() {}

  /** Measures, and prints a line for each operation. */
  public static void main(String[] arguments) {
    int rows = Integer.parseInt(arguments[0]);
    int classes = Integer.parseInt(arguments[1]);
    int threads = Integer.parseInt(arguments[2]);
    int rounds = Integer.parseInt(arguments[3]);
    float[] values = Inputs.normal(rows * classes, 1);
    FloatTensor logits = FloatTensor.of(values, rows, classes);
    FloatTensor gradient = FloatTensor.allocate(rows, classes);
    int[] labels = new int[rows];
    for (int r = 0; r < rows; r++) {
      labels[r] = (int) (r * 7919L % classes);
    }
    PyTorchContender.start(threads);
    Tensor x = tensor(values, rows, classes);
    Tensor y = labels(labels);
    try (Workers workers = threads == 1 ? Workers.caller() : Workers.threads(threads)) {
      Map<String, Runnable> calls = new LinkedHashMap<>();
      calls.put(
          "softmax",
          () ->
              Softmax.standard()
                  .apply(logits, Mask.none(), gradient, RowStatistics.none(), workers));
      double[] means = new double[2];
      calls.put(
          "loss and gradient",
          () -> means[0] = CrossEntropy.standard().apply(logits, labels, gradient, workers));
      calls.put("PyTorch's", () -> means[1] = forwardAndBackward(x, y));
      measure(calls, rounds);
      if (Math.abs(means[0] - means[1]) > TOLERANCE * means[1]) {
        throw new IllegalStateException("losses " + Arrays.toString(means));
      }
    }
  }

  private static Tensor tensor(float[] values, long... shape) {
    Tensor tensor = torch.empty(shape);
    PyTorchRun.put(values, tensor);
    return tensor.set_requires_grad(true);
  }

  private static Tensor labels(int... labels) {
    Tensor tensor = torch.empty(new long[] {labels.length}).to(torch.ScalarType.Long);
    long[] wide = Arrays.stream(labels).asLongStream().toArray();
    try (LongPointer longs = tensor.data_ptr_long()) {
      longs.put(wide, 0, wide.length);
    }
    return tensor;
  }

  private static double forwardAndBackward(Tensor x, Tensor y) {
    try (Tensor loss = torch.cross_entropy_loss(x, y)) {
      loss.backward();
      try (Tensor gradient = x.mutable_grad()) {
        gradient.reset(); // as zero_grad does; else the next call adds to it
      }
      return loss.item_float();
    }
  }

  private static void measure(Map<String, Runnable> calls, int rounds) {
    double[][] millis = new double[calls.size()][rounds];
    for (int round = -2; round < rounds; round++) {
      int at = 0;
      for (Runnable call : calls.values()) {
        long start = System.nanoTime();
        call.run();
        if (round >= 0) {
          millis[at][round] = (System.nanoTime() - start) / 1e6;
        }
        at++;
      }
    }
    int at = 0;
    for (String name : calls.keySet()) {
      Arrays.sort(millis[at]);
      System.out.printf(
          Locale.ROOT,
          "%-18s median %8.2f ms, least %8.2f ms%n",
          name,
          millis[at][rounds / 2],
          millis[at][0]);
      at++;
    }
  }
}
