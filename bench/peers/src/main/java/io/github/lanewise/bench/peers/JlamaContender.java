package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import java.util.List;

/** Jlama: language models on the JVM, by the Vector API. */
public final class JlamaContender implements Contender {
  /** Its products have no tails: the lanes of the widest vectors divide what they go along. */
  private static final int LANES = 16;

  /** For the service loader. */
  public JlamaContender() {}

  @Override
  public String name() {
    return "Jlama";
  }

  @Override
  public String description() {
    return "Jlama 0.8.4, its Vector API operations, which for one query at a time are faster than"
        + " its own native library and its own products of matrices; in the order of its"
        + " CausalSelfAttention: batchDotProduct, scale, softMax, saxpy. Its softMax works in place:"
        + " the time includes a copy of the logits";
  }

  @Override
  public boolean answers(Question question) {
    Variant variant = question.variant();
    switch (question.operation()) {
      case SOFTMAX:
        return variant == Variant.PLAIN;
      case QK, ATTENTION:
        if (variant == Variant.SOFTCAP) {
          return false;
        }
        return question.depth() % LANES == 0;
      case PV:
        return question.columns() % LANES == 0;
      default:
        return false;
    }
  }

  /** What Jlama sets itself, but only when its first class is loaded. */
  @Override
  public List<String> jvmArguments() {
    return List.of("-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0");
  }

  @Override
  public Run prepare(Question question, QuestionData data) {
    return JlamaRun.of(question, data);
  }
}
