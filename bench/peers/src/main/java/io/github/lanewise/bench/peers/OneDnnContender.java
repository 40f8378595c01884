package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;

/** oneDNN, what PyTorch and others compute with on CPUs: primitives that are created once. */
public final class OneDnnContender implements Contender {
  @Override
  public String name() {
    return "oneDNN";
  }

  @Override
  public String description() {
    return "oneDNN "
        + JavaCpp.version("dnnl")
        + ": softmax_accurate, softmax_log and their backward, eltwise_exp, matmul on plain row-major"
        + " memory (both factors are new in every call, so neither is packed beforehand; Bᵀ by"
        + " strides); GNU's OpenMP; a primitive is created once and executed in place of a call";
  }

  @Override
  public boolean answers(Question question) {
    Variant variant = question.variant();
    switch (question.operation()) {
      case EXP:
      case QK:
      case PV:
        return true;
      case SOFTMAX:
        return variant == Variant.PLAIN
            || variant == Variant.LOGARITHMIC
            || variant == Variant.BACKWARD;
      default:
        return false;
    }
  }

  @Override
  public List<String> jvmArguments() {
    return JavaCpp.jvmArguments();
  }

  @Override
  public Run prepare(Question question, QuestionData data) {
    JavaCpp.load("oneDNN", dnnl.class);
    return OneDnnRun.of(question, data);
  }
}
