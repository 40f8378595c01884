package io.github.lanewise.bench.peers;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Lanewise;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.bench.machine.MachineInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Attention forward and backward, 8 heads of 64, by Lanewise and by PyTorch's autograd in turn, on
 * one thread: medians of each, the least, which other programs of the machine have disturbed least,
 * and how far the gradients are apart.
 *
 * <p>{@code mvn -Pbench,peers -Dbench.main=io.github.lanewise.bench.peers.TrainingStep
 * -Dbench.jvm="--add-modules jdk.incubator.vector -Dlanewise.start=vector"}
 */
public final class TrainingStep {
  private static final int HEADS = 8;
  private static final int LENGTH = 1024;
  private static final int DIM = 64;
  private static final int ELEMENTS = HEADS * LENGTH * DIM;
  private static final double WARM_SECONDS = 6;
  private static final double SECONDS = 12;

  private final boolean causal;
  private final float[][] contents = new float[4][];
  private final FloatTensor[] ours = new FloatTensor[8];
  private final FloatTensor logSumExp = FloatTensor.allocate(1, HEADS, LENGTH);
  private final io.github.lanewise.attention.Attention attention;
  private final Tensor[] theirs = new Tensor[4];
  private final float[][] gradients = new float[3][];

  private TrainingStep(boolean causal) {
    this.causal = causal;
    SplittableRandom random = new SplittableRandom(1);
    for (int t = 0; t < ours.length; t++) {
      float[] values = new float[ELEMENTS];
      for (int j = 0; j < ELEMENTS && t < contents.length; j++) {
        values[j] = (float) random.nextGaussian();
      }
      ours[t] = FloatTensor.of(values, 1, HEADS, LENGTH, DIM);
      if (t < contents.length) {
        contents[t] = values;
        theirs[t] = torch.empty(1, HEADS, LENGTH, DIM);
        PyTorchRun.put(values, theirs[t]);
      }
    }
    for (int t = 0; t < 3; t++) {
      theirs[t].set_requires_grad(true);
    }
    var builder = io.github.lanewise.attention.Attention.builder();
    attention = (causal ? builder.mask(Mask.causal()) : builder).build();
  }

  private void own() {
    Workers caller = Workers.caller();
    RowStatistics statistics = RowStatistics.of(logSumExp);
    attention.forward(ours[0], ours[1], ours[2], ours[4], statistics, caller);
    attention.backward(
        ours[0], ours[1], ours[2], ours[4], ours[3], logSumExp, ours[5], ours[6], ours[7], caller);
  }

  private void torch(boolean keep) {
    try (Tensor out =
            torch.scaled_dot_product_attention(
                theirs[0],
                theirs[1],
                theirs[2],
                new TensorOptional(),
                0,
                causal,
                new DoubleOptional(),
                false);
        TensorVector outputs = new TensorVector(out);
        TensorVector inputs = new TensorVector(theirs[0], theirs[1], theirs[2]);
        TensorVector outer = new TensorVector(theirs[3]);
        TensorVector result =
            torch.grad(outputs, inputs, outer, new BoolOptional(false), false, false)) {
      for (int t = 0; t < 3 && keep; t++) {
        try (Tensor dense = result.get(t).contiguous();
            FloatPointer floats = dense.data_ptr_float()) {
          gradients[t] = new float[ELEMENTS];
          floats.get(gradients[t], 0, ELEMENTS);
        }
      }
    }
  }

  private double difference() {
    double largest = 0;
    for (int t = 0; t < 3; t++) {
      float[] own = ours[5 + t].toArray();
      for (int j = 0; j < ELEMENTS; j++) {
        largest = Math.max(largest, Math.abs((double) own[j] - gradients[t][j]));
      }
    }
    return largest;
  }

  private static double millis(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) * 1e-6;
  }

  private static double median(List<Double> values) {
    Collections.sort(values);
    return values.get(values.size() / 2);
  }

  private void report() {
    List<Double> own = new ArrayList<>();
    List<Double> other = new ArrayList<>();
    long start = System.nanoTime();
    double seconds;
    do {
      double mine = millis(this::own);
      double peers = millis(() -> torch(false));
      seconds = (System.nanoTime() - start) * 1e-9;
      if (seconds > WARM_SECONDS) {
        own.add(mine);
        other.add(peers);
      }
    } while (seconds < WARM_SECONDS + SECONDS);
    torch(true);
    double mine = median(own);
    double peers = median(other);
    System.out.printf(
        Locale.ROOT,
        "%s: Lanewise %.2f ms (least %.2f), PyTorch %.2f ms (least %.2f): %.2f times as fast (%.2f);"
            + " gradients differ by %.2g%n",
        causal ? "causal" : "full",
        mine,
        own.get(0),
        peers,
        other.get(0),
        peers / mine,
        other.get(0) / own.get(0),
        difference());
  }

  /** The full form, then the causal one. */
  public static void main(String[] arguments) {
    MachineInfo.requireChosenKernels();
    System.out.println("Lanewise with lanes of " + Lanewise.implementation().laneBits() + " bits");
    PyTorchContender.start(1);
    new TrainingStep(false).report();
    new TrainingStep(true).report();
  }
}
