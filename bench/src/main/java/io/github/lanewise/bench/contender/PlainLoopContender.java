package io.github.lanewise.bench.contender;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;

/** What a good programmer writes without the Vector API, for C2 to vectorise where it can. */
public final class PlainLoopContender implements Contender {
  /** What the service loader calls. */
  public PlainLoopContender() {}

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
    return question.threads() == 1 && question.variant() != Variant.SOFTCAP;
  }

  @Override
  public Run prepare(Question question, QuestionData data) {
    float[] x = data.a();
    float[] out = ArrayRun.output(question);
    return switch (question.operation()) {
      case EXP -> new ArrayRun(out, () -> PlainLoops.exp(x, out));
      case SUM -> new ArrayRun(out, () -> out[0] = PlainLoops.sum(x));
      case MAX -> new ArrayRun(out, () -> out[0] = PlainLoops.max(x, 0, x.length));
      case DIVIDE -> new ArrayRun(out, () -> PlainLoops.divide(x, QuestionData.DIVISOR, out));
      case SOFTMAX -> softmax(question, data, out);
      case QK, PV -> {
        PlainProduct product = new PlainProduct(question, data.a(), data.b(), out);
        yield new ArrayRun(out, product::compute);
      }
      case ATTENTION -> {
        PlainAttention attention = new PlainAttention(question, data, out);
        yield new ArrayRun(out, attention::compute);
      }
    };
  }

  private static Run softmax(Question question, QuestionData data, float[] out) {
    float[] x = data.a();
    int columns = question.columns();
    if (question.variant() == Variant.BITS) {
      long[] bits = data.allowedBits(question);
      return new ArrayRun(out, () -> PlainSoftmax.bits(x, columns, bits, out));
    }
    return switch (question.variant()) {
      case CAUSAL -> new ArrayRun(out, () -> PlainSoftmax.causal(x, columns, out));
      case KEY_LENGTHS ->
          new ArrayRun(out, () -> PlainSoftmax.lengths(x, columns, data.keyLengths(), out));
      case BOOLEAN ->
          new ArrayRun(out, () -> PlainSoftmax.allowed(x, columns, data.allowed(), out));
      case LOGARITHMIC -> new ArrayRun(out, () -> PlainSoftmax.logarithmic(x, columns, out));
      case BACKWARD -> new ArrayRun(out, () -> PlainSoftmax.backward(x, data.b(), columns, out));
      default -> new ArrayRun(out, () -> PlainSoftmax.plain(x, columns, out));
    };
  }
}
