package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Contender;
import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Calls of PyTorch in inference mode, and the tensors that they need. The mode is a matter of the
 * thread, so that whoever runs enters it once.
 */
abstract class PyTorchRun implements Contender.Run {
  final Pointers pointers = new Pointers();
  private @Nullable Thread entered;
  private @Nullable InferenceMode mode;

  /** Does the work, in inference mode. */
  abstract void compute();

  @Override
  public final void run() {
    enter();
    compute();
  }

  final void enter() {
    if (Thread.currentThread() != entered) {
      entered = Thread.currentThread();
      mode = new InferenceMode(true);
    }
  }

  /** A tensor of floats that lives as long as the run. */
  final Tensor tensor(float[] values, long... shape) {
    Tensor tensor = empty(shape);
    try (FloatPointer floats = tensor.data_ptr_float()) {
      floats.put(values, 0, values.length);
    }
    return tensor;
  }

  final Tensor empty(long... shape) {
    return pointers.keep(torch.empty(shape));
  }

  /** The floats of a tensor that is contiguous. */
  static float[] floats(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    try (FloatPointer floats = tensor.data_ptr_float()) {
      floats.get(values, 0, values.length);
    }
    return values;
  }

  static void fill(Tensor tensor, float value) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    Arrays.fill(values, value);
    try (FloatPointer floats = tensor.data_ptr_float()) {
      floats.put(values, 0, values.length);
    }
  }

  /** Let go by the thread that entered the mode; another's ends with its thread. */
  @Override
  public void close() {
    pointers.close();
    if (mode != null && Thread.currentThread() == entered) {
      mode.close();
      mode = null;
      entered = null;
    }
  }
}
