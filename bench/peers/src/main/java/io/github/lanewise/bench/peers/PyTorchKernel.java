package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A function of PyTorch that takes its output as an argument. */
final class PyTorchKernel extends PyTorchRun {
  private static final long LAST_DIMENSION = -1;

  private interface Call {
    /** Returns another handle of the output. */
    Tensor apply();
  }

  private final Tensor output;
  private final Call call;

  PyTorchKernel(Question question, QuestionData data) {
    enter();
    output = empty(outputShape(question));
    call = call(question, data);
  }

  private static long[] outputShape(Question question) {
    switch (question.operation()) {
      case SUM:
      case MAX:
        return new long[0];
      case EXP:
      case DIVIDE:
        return new long[] {question.columns()};
      default:
        return new long[] {question.rows(), question.columns()};
    }
  }

  private Call call(Question question, QuestionData data) {
    long rows = question.rows();
    long columns = question.columns();
    long depth = question.depth();
    switch (question.operation()) {
      case EXP:
        return exp(tensor(data.a(), columns));
      case SUM:
        return sum(tensor(data.a(), columns));
      case MAX:
        return max(tensor(data.a(), columns));
      case DIVIDE:
        return divide(tensor(data.a(), columns), tensor(new float[] {QuestionData.DIVISOR}));
      case SOFTMAX:
        return softmax(tensor(data.a(), rows, columns), question.variant());
      case QK:
        Tensor keys = tensor(data.b(), columns, depth);
        return matmul(tensor(data.a(), rows, depth), pointers.keep(keys.transpose(0, 1)));
      case PV:
        return matmul(tensor(data.a(), rows, depth), tensor(data.b(), depth, columns));
      default:
        throw new IllegalArgumentException("PyTorch does not answer " + question);
    }
  }

  private Call exp(Tensor x) {
    return () -> torch.exp_out(output, x);
  }

  private Call sum(Tensor x) {
    ScalarTypeOptional sameType = pointers.keep(new ScalarTypeOptional());
    return () -> torch.sum_out(output, x, sameType);
  }

  private Call max(Tensor x) {
    return () -> torch.max_out(output, x);
  }

  /** By a tensor of one element: the form for a number has an output only by a copy. */
  private Call divide(Tensor x, Tensor divisor) {
    return () -> torch.div_out(output, x, divisor);
  }

  private Call softmax(Tensor x, Variant variant) {
    return variant == Variant.LOGARITHMIC
        ? () -> torch.log_softmax_out(output, x, LAST_DIMENSION)
        : () -> torch.softmax_out(output, x, LAST_DIMENSION);
  }

  private Call matmul(Tensor a, Tensor b) {
    return () -> torch.mm_out(output, a, b);
  }

  @Override
  void compute() {
    call.apply().close();
  }

  @Override
  public void spoil() {
    fill(output, Float.NaN);
  }

  @Override
  public float[] result() {
    return floats(output);
  }
}
