package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Calls of PyTorch in inference mode, and the tensors that they need. The mode is a matter of the
 * thread, so that whoever runs enters it once.
 */
abstract class PyTorchRun implements Contender.Run {
  final JavaCpp.Pointers pointers = new JavaCpp.Pointers();
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
    Tensor tensor = pointers.keep(torch.empty(shape));
    put(values, tensor);
    return tensor;
  }

  static void put(float[] values, Tensor tensor) {
    try (FloatPointer floats = tensor.data_ptr_float()) {
      floats.put(values, 0, values.length);
    }
  }

  /** The floats of a tensor that is contiguous. */
  static float[] floats(Tensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.numel())];
    try (FloatPointer floats = tensor.data_ptr_float()) {
      floats.get(values, 0, values.length);
    }
    return values;
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

  /** A function that takes its output as an argument, and returns another handle of it. */
  static final class Kernel extends PyTorchRun {
    private static final long LAST_DIMENSION = -1;

    private final Tensor output;
    private final Supplier<Tensor> call;

    Kernel(Question question, QuestionData data) {
      enter();
      output =
          pointers.keep(
              switch (question.operation()) {
                case SUM, MAX -> torch.empty();
                case EXP, DIVIDE -> torch.empty(question.columns());
                default -> torch.empty(question.rows(), question.columns());
              });
      call = call(question, data);
    }

    private Supplier<Tensor> call(Question question, QuestionData data) {
      long rows = question.rows();
      long columns = question.columns();
      long depth = question.depth();
      return switch (question.operation()) {
        case EXP -> {
          Tensor x = tensor(data.a(), columns);
          yield () -> torch.exp_out(output, x);
        }
        case SUM -> {
          Tensor x = tensor(data.a(), columns);
          ScalarTypeOptional sameType = pointers.keep(new ScalarTypeOptional());
          yield () -> torch.sum_out(output, x, sameType);
        }
        case MAX -> {
          Tensor x = tensor(data.a(), columns);
          yield () -> torch.max_out(output, x);
        }
        case DIVIDE -> {
          Tensor x = tensor(data.a(), columns);
          // of one element: the form for a number has an output only by a copy
          Tensor divisor = tensor(new float[] {QuestionData.DIVISOR});
          yield () -> torch.div_out(output, x, divisor);
        }
        case SOFTMAX -> {
          Tensor x = tensor(data.a(), rows, columns);
          yield question.variant() == Variant.LOGARITHMIC
              ? () -> torch.log_softmax_out(output, x, LAST_DIMENSION)
              : () -> torch.softmax_out(output, x, LAST_DIMENSION);
        }
        case QK -> {
          Tensor a = tensor(data.a(), rows, depth);
          Tensor b = pointers.keep(tensor(data.b(), columns, depth).transpose(0, 1));
          yield () -> torch.mm_out(output, a, b);
        }
        case PV -> {
          Tensor a = tensor(data.a(), rows, depth);
          Tensor b = tensor(data.b(), depth, columns);
          yield () -> torch.mm_out(output, a, b);
        }
        default -> throw new IllegalArgumentException("no kernel answers " + question);
      };
    }

    @Override
    void compute() {
      call.get().close();
    }

    @Override
    public void spoil() {
      float[] values = new float[Math.toIntExact(output.numel())];
      Arrays.fill(values, Float.NaN);
      put(values, output);
    }

    @Override
    public float[] result() {
      return floats(output);
    }
  }

  /**
   * PyTorch's scaled_dot_product_attention, whose every call makes its output; it is let go before
   * the next call, so that the allocator has it at hand. A ragged batch is one call per sequence,
   * on views of the keys that there are: 20 ms where one call under a mask takes 27 (4 x 8 heads,
   * 512 x 64). A window adds a mask of floats, for a boolean one is turned into that in every call.
   */
  static final class Attention extends PyTorchRun {
    private static final double NO_DROPOUT = 0;

    private final boolean causal;
    private final boolean grouped;
    private final TensorOptional mask;
    private final DoubleOptional usualScale;
    private final int length;
    private final Tensor[] q;
    private final Tensor[] k;
    private final Tensor[] v;
    private final @Nullable Tensor[] outputs;

    Attention(Question question, QuestionData data) {
      enter();
      causal = question.variant() == Variant.CAUSAL;
      grouped = question.keyHeads() != question.heads();
      usualScale = pointers.keep(new DoubleOptional());
      mask = pointers.keep(mask(question));
      length = question.resultLength();
      long batch = question.batch();
      long depth = question.depth();
      Tensor queries = tensor(data.a(), batch, question.heads(), question.rows(), depth);
      Tensor keys = tensor(data.b(), batch, question.keyHeads(), question.columns(), depth);
      Tensor values = tensor(data.c(), batch, question.keyHeads(), question.columns(), depth);
      boolean ragged = question.variant() == Variant.RAGGED;
      int calls = ragged ? question.batch() : 1;
      q = new Tensor[calls];
      k = new Tensor[calls];
      v = new Tensor[calls];
      outputs = new @Nullable Tensor[calls];
      for (int b = 0; b < calls; b++) {
        q[b] = ragged ? sequence(queries, b, question.rows()) : queries;
        k[b] = ragged ? sequence(keys, b, data.keyLengths()[b]) : keys;
        v[b] = ragged ? sequence(values, b, data.keyLengths()[b]) : values;
      }
    }

    private Tensor sequence(Tensor batch, int index, long length) {
      Tensor one = pointers.keep(batch.narrow(0, index, 1));
      return pointers.keep(one.narrow(2, 0, length));
    }

    /** 0 where a window shows a key and -inf elsewhere, which is what the kernel adds to scores. */
    private TensorOptional mask(Question question) {
      if (question.variant() != Variant.WINDOW) {
        return new TensorOptional();
      }
      int rows = question.rows();
      float[] added = new float[rows * rows];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < rows; j++) {
          boolean visible = j <= i && j > i - QuestionData.WINDOW;
          added[i * rows + j] = visible ? 0f : Float.NEGATIVE_INFINITY;
        }
      }
      return new TensorOptional(tensor(added, rows, rows));
    }

    @Override
    void compute() {
      for (int b = 0; b < outputs.length; b++) {
        drop(b);
        outputs[b] =
            torch.scaled_dot_product_attention(
                q[b], k[b], v[b], mask, NO_DROPOUT, causal, usualScale, grouped);
      }
    }

    private void drop(int b) {
      Tensor last = outputs[b];
      if (last != null) {
        last.close();
        outputs[b] = null;
      }
    }

    @Override
    public void spoil() {
      for (int b = 0; b < outputs.length; b++) {
        drop(b);
      }
    }

    @Override
    public float[] result() {
      FloatBuffer all = FloatBuffer.allocate(length);
      for (Tensor output : outputs) {
        if (output == null) {
          throw new IllegalStateException("Nothing has been computed since the last call of spoil");
        }
        try (Tensor dense = output.contiguous()) { // the kernel's own has heads and queries swapped
          all.put(floats(dense));
        }
      }
      return all.array();
    }

    @Override
    public void close() {
      spoil();
      super.close();
    }
  }
}
