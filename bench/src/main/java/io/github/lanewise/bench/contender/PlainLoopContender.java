package io.github.lanewise.bench.contender;

import io.github.lanewise.bench.comparison.BufferRun;
import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;

/** What a good programmer writes without the Vector API, for C2 to vectorise where it can. */
public final class PlainLoopContender implements Contender {
  @Override
  public String name() {
    return "Plain Java";
  }

  @Override
  public String description() {
    return "loops over float[] that C2 vectorises where it can, (float) Math.exp, tiles of 4 x 4"
        + " for products";
  }

  @Override
  public boolean answers(Question question) {
    return question.threads() == 1
        && question.variant() != Variant.SOFTCAP
        && question.variant() != Variant.MIDDLE_AXIS;
  }

  @Override
  public Run prepare(Question question, QuestionData data) {
    float[] x = data.a();
    float[] out = new float[question.resultLength()];
    return switch (question.operation()) {
      case EXP -> new BufferRun(out, () -> exp(x, out));
      case SUM -> new BufferRun(out, () -> out[0] = sum(x));
      case MAX -> new BufferRun(out, () -> out[0] = max(x, 0, x.length));
      case DIVIDE -> new BufferRun(out, () -> divide(x, QuestionData.DIVISOR, out));
      case SOFTMAX -> softmax(question, data, out);
      case SIGMOID, GELU, NORM, SILU, ROPE -> PlainRows.prepare(question, data, out);
      case QK, PV -> {
        PlainProduct product = new PlainProduct(question, data.a(), data.b(), out);
        yield new BufferRun(out, product::compute);
      }
      case ATTENTION -> {
        PlainAttention attention = new PlainAttention(question, data, out);
        yield new BufferRun(out, attention::compute);
      }
    };
  }

  private static Run softmax(Question question, QuestionData data, float[] out) {
    float[] x = data.a();
    int columns = question.columns();
    if (question.variant() == Variant.BITS) {
      long[] bits = data.allowedBits(question);
      return new BufferRun(out, () -> PlainSoftmax.bits(x, columns, bits, out));
    }
    return switch (question.variant()) {
      case CAUSAL -> new BufferRun(out, () -> PlainSoftmax.causal(x, columns, out));
      case KEY_LENGTHS ->
          new BufferRun(out, () -> PlainSoftmax.lengths(x, columns, data.keyLengths(), out));
      case BOOLEAN ->
          new BufferRun(out, () -> PlainSoftmax.allowed(x, columns, data.allowed(), out));
      case LOGARITHMIC -> new BufferRun(out, () -> PlainSoftmax.logarithmic(x, columns, out));
      case BACKWARD -> new BufferRun(out, () -> PlainSoftmax.backward(x, data.b(), columns, out));
      default -> new BufferRun(out, () -> PlainSoftmax.plain(x, columns, out));
    };
  }

  static void exp(float[] x, float[] y) {
    for (int i = 0; i < x.length; i++) {
      y[i] = (float) Math.exp(x[i]);
    }
  }

  /** Eight sums in turn: C2 may not reorder a sum, and one alone waits for every addition. */
  static float sum(float[] x) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    float sum4 = 0;
    float sum5 = 0;
    float sum6 = 0;
    float sum7 = 0;
    int i = 0;
    for (; i <= x.length - 8; i += 8) {
      sum0 += x[i];
      sum1 += x[i + 1];
      sum2 += x[i + 2];
      sum3 += x[i + 3];
      sum4 += x[i + 4];
      sum5 += x[i + 5];
      sum6 += x[i + 6];
      sum7 += x[i + 7];
    }
    for (; i < x.length; i++) {
      sum0 += x[i];
    }
    return ((sum0 + sum1) + (sum2 + sum3)) + ((sum4 + sum5) + (sum6 + sum7));
  }

  static float max(float[] x, int from, int to) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = from; i < to; i++) {
      max = Math.max(max, x[i]);
    }
    return max;
  }

  static void divide(float[] x, float divisor, float[] y) {
    for (int i = 0; i < x.length; i++) {
      y[i] = x[i] / divisor;
    }
  }
}
