package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's scaled_dot_product_attention, whose every call makes its output; it is let go before
 * the next call, so that the allocator has it at hand. A ragged batch is one call per sequence, on
 * views of the keys that there are: 20 ms where one call under a mask takes 27 (4 x 8 heads, 512 x
 * 64). A window adds a mask of floats, for a boolean one is turned into that in every call.
 */
final class PyTorchAttention extends PyTorchRun {
  private static final double NO_DROPOUT = 0;

  private final boolean causal;
  private final boolean grouped;
  private final TensorOptional mask;
  private final DoubleOptional usualScale;
  private final Tensor[] q;
  private final Tensor[] k;
  private final Tensor[] v;
  private final @Nullable Tensor[] outputs;

  PyTorchAttention(Question question, QuestionData data) {
    enter();
    causal = question.variant() == Variant.CAUSAL;
    grouped = question.keyHeads() != question.heads();
    usualScale = pointers.keep(new DoubleOptional());
    mask = pointers.keep(mask(question));
    long batch = question.batch();
    long depth = question.depth();
    Tensor queries = tensor(data.a(), batch, question.heads(), question.rows(), depth);
    Tensor keys = tensor(data.b(), batch, question.keyHeads(), question.columns(), depth);
    Tensor values = tensor(data.c(), batch, question.keyHeads(), question.columns(), depth);
    if (question.variant() == Variant.RAGGED) {
      int[] lengths = data.keyLengths();
      q = new Tensor[lengths.length];
      k = new Tensor[lengths.length];
      v = new Tensor[lengths.length];
      for (int b = 0; b < lengths.length; b++) {
        q[b] = sequence(queries, b, question.rows());
        k[b] = sequence(keys, b, lengths[b]);
        v[b] = sequence(values, b, lengths[b]);
      }
    } else {
      q = new Tensor[] {queries};
      k = new Tensor[] {keys};
      v = new Tensor[] {values};
    }
    outputs = new @Nullable Tensor[q.length];
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
      Tensor last = outputs[b];
      if (last != null) {
        last.close();
      }
      outputs[b] =
          torch.scaled_dot_product_attention(
              q[b], k[b], v[b], mask, NO_DROPOUT, causal, usualScale, grouped);
    }
  }

  @Override
  public void spoil() {
    for (int b = 0; b < outputs.length; b++) {
      Tensor last = outputs[b];
      if (last != null) {
        last.close();
        outputs[b] = null;
      }
    }
  }

  @Override
  public float[] result() {
    int length = 0;
    for (Tensor queries : q) {
      length += Math.toIntExact(queries.numel());
    }
    float[] all = new float[length];
    int from = 0;
    for (Tensor output : outputs) {
      if (output == null) {
        throw new IllegalStateException("Nothing has been computed since the last call of spoil");
      }
      Tensor dense = output.contiguous(); // the kernel's own has heads and queries swapped
      float[] part = floats(dense);
      dense.close();
      System.arraycopy(part, 0, all, from, part.length);
      from += part.length;
    }
    return all;
  }

  @Override
  public void close() {
    spoil();
    super.close();
  }
}
