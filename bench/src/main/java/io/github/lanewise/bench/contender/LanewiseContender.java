package io.github.lanewise.bench.contender;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Lanes;
import io.github.lanewise.Lanewise;
import io.github.lanewise.Mask;
import io.github.lanewise.Matmul;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Softmax;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.bench.comparison.BufferRun;
import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Operation;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import io.github.lanewise.bench.machine.MachineInfo;

/** Lanewise as its users call it. */
public final class LanewiseContender implements Contender {
  @Override
  public String name() {
    return "Lanewise";
  }

  @Override
  public String description() {
    return "this project: "
        + Lanewise.implementation().name()
        + ", "
        + Lanewise.implementation().laneBits()
        + "-bit lanes; Lanes, Softmax, Rows, Matmul and Attention on dense arrays";
  }

  @Override
  public boolean answers(Question question) {
    return true;
  }

  @Override
  public Run prepare(Question question, QuestionData data) {
    MachineInfo.requireChosenKernels();
    float[] x = data.a();
    float[] out = new float[question.resultLength()];
    int n = x.length;
    return switch (question.operation()) {
      case EXP -> new BufferRun(out, () -> Lanes.exp(x, 0, out, 0, n));
      case SUM -> new BufferRun(out, () -> out[0] = Lanes.sum(x, 0, n));
      case MAX -> new BufferRun(out, () -> out[0] = Lanes.max(x, 0, n));
      case DIVIDE -> new BufferRun(out, () -> Lanes.divide(x, 0, QuestionData.DIVISOR, out, 0, n));
      case SOFTMAX -> softmax(question, data, out);
      case SIGMOID, GELU, NORM, SILU, ROPE ->
          LanewiseRows.prepare(question, data, out, workers(question));
      case QK, PV -> product(question, data, out);
      case ATTENTION -> attention(question, data, out);
    };
  }

  private static Run softmax(Question question, QuestionData data, float[] out) {
    Variant variant = question.variant();
    int rows = question.rows();
    int columns = question.columns();
    // lengths are told by the first of three axes: every row is a batch element of its own
    long[] shape =
        variant == Variant.KEY_LENGTHS ? new long[] {rows, 1, columns} : new long[] {rows, columns};
    if (variant == Variant.MIDDLE_AXIS) {
      return middleAxis(question, data, out);
    }
    FloatTensor x = FloatTensor.of(data.a(), shape);
    FloatTensor y = FloatTensor.of(out, shape);
    if (variant == Variant.BACKWARD) {
      FloatTensor gradient = FloatTensor.of(data.b(), shape);
      return new BufferRun(out, () -> Softmax.standard().backward(x, gradient, y));
    }
    Mask mask =
        switch (variant) {
          case CAUSAL -> Mask.causal();
          case KEY_LENGTHS -> Mask.keyLengths(data.keyLengths());
          case BOOLEAN -> Mask.allowed(data.allowed(), rows, columns);
          case BITS -> Mask.allowedBits(data.allowedBits(question), rows, columns);
          default -> Mask.none();
        };
    Softmax softmax = Softmax.builder().logarithmic(variant == Variant.LOGARITHMIC).build();
    RowStatistics none = RowStatistics.none();
    Workers workers = workers(question);
    return new BufferRun(out, () -> softmax.apply(x, mask, y, none, workers), workers::close);
  }

  private static Run middleAxis(Question question, QuestionData data, float[] out) {
    long[] shape = {question.rows(), question.columns(), question.depth()};
    FloatTensor x = FloatTensor.of(data.a(), shape);
    FloatTensor y = FloatTensor.of(out, shape);
    Softmax softmax = Softmax.builder().axis(1).build();
    Workers workers = workers(question);
    return new BufferRun(
        out,
        () -> softmax.apply(x, Mask.none(), y, RowStatistics.none(), workers),
        workers::close) {
      @Override
      public float[] result() {
        return QuestionData.rowByRow(question, super.result());
      }
    };
  }

  private static Run product(Question question, QuestionData data, float[] out) {
    int m = question.rows();
    int n = question.columns();
    int k = question.depth();
    FloatTensor a = FloatTensor.of(data.a(), m, k);
    FloatTensor c = FloatTensor.of(out, m, n);
    Workers workers = workers(question);
    Runnable work;
    if (question.operation() == Operation.QK) {
      FloatTensor b = FloatTensor.of(data.b(), n, k);
      work = () -> Matmul.multiplyTransposed(1f, a, b, c, workers);
    } else {
      FloatTensor b = FloatTensor.of(data.b(), k, n);
      work = () -> Matmul.multiply(1f, a, b, c, workers);
    }
    return new BufferRun(out, work, workers::close);
  }

  private static Run attention(Question question, QuestionData data, float[] out) {
    int batch = question.batch();
    int dim = question.depth();
    FloatTensor q = FloatTensor.of(data.a(), batch, question.heads(), question.rows(), dim);
    FloatTensor k = FloatTensor.of(data.b(), batch, question.keyHeads(), question.columns(), dim);
    FloatTensor v = FloatTensor.of(data.c(), batch, question.keyHeads(), question.columns(), dim);
    FloatTensor result = FloatTensor.of(out, batch, question.heads(), question.rows(), dim);
    Mask mask =
        switch (question.variant()) {
          case CAUSAL -> Mask.causal();
          case WINDOW -> Mask.window(QuestionData.WINDOW - 1L, 0);
          case RAGGED -> Mask.keyLengths(data.keyLengths());
          default -> Mask.none();
        };
    Attention.Builder builder = Attention.builder().mask(mask);
    if (question.variant() == Variant.SOFTCAP) {
      builder.softcap(QuestionData.SOFTCAP);
    }
    Attention attention = builder.build();
    RowStatistics none = RowStatistics.none();
    Workers workers = workers(question);
    return new BufferRun(
        out, () -> attention.forward(q, k, v, result, none, workers), workers::close);
  }

  private static Workers workers(Question question) {
    return question.threads() == 1 ? Workers.caller() : Workers.threads(question.threads());
  }
}
