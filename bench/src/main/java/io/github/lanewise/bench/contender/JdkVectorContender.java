package io.github.lanewise.bench.contender;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;

/** The JDK's Vector API as its documentation shows it, with the exponential that it brings. */
public final class JdkVectorContender implements Contender {
  /** What the service loader calls. */
  public JdkVectorContender() {}

  @Override
  public String name() {
    return "JDK Vector EXP";
  }

  @Override
  public String description() {
    return "jdk.incubator.vector, preferred species, one vector at a time, lanewise(EXP) and"
        + " reduceLanes";
  }

  @Override
  public boolean answers(Question question) {
    return question.threads() == 1
        && question.variant() == Variant.PLAIN
        && switch (question.operation()) {
          case EXP, SUM, MAX, DIVIDE, SOFTMAX -> true;
          default -> false;
        };
  }

  @Override
  public Run prepare(Question question, QuestionData data) {
    float[] x = data.a();
    float[] out = ArrayRun.output(question);
    int columns = question.columns();
    return switch (question.operation()) {
      case EXP -> new ArrayRun(out, () -> JdkVectorLoops.exp(x, out));
      case SUM -> new ArrayRun(out, () -> out[0] = JdkVectorLoops.sum(x));
      case MAX -> new ArrayRun(out, () -> out[0] = JdkVectorLoops.max(x, 0, x.length));
      case DIVIDE -> new ArrayRun(out, () -> JdkVectorLoops.divide(x, QuestionData.DIVISOR, out));
      case SOFTMAX -> new ArrayRun(out, () -> JdkVectorLoops.softmax(x, columns, out));
      default -> throw new IllegalArgumentException("no answer to " + question);
    };
  }
}
