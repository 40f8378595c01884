package io.github.lanewise.bench.peers;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;

/** ONNX Runtime on the processor. */
public final class OnnxRuntimeContender implements Contender {

  /** For the service loader. */
  public OnnxRuntimeContender() {}

  @Override
  public String name() {
    return "ONNX Runtime";
  }

  @Override
  public String description() {
    return "ONNX Runtime "
        + OrtEnvironment.class.getPackage().getImplementationVersion()
        + ", processor, all graph optimisations, threads that do not spin, inputs and outputs"
        + " outside the heap and never copied: Exp, ReduceSum, ReduceMax, Div, Softmax, LogSoftmax,"
        + " FusedMatMul (QKᵀ), MatMul (P·V); attention by Attention (ONNX 23), from 1024 keys on by"
        + " MultiHeadAttention (flash), causal and window by GroupQueryAttention (causal from 1024"
        + " keys on with a cache, which is flash), ragged by a MultiHeadAttention a sequence";
  }

  @Override
  public boolean answers(Question question) {
    Variant variant = question.variant();
    switch (question.operation()) {
      case SOFTMAX:
        return variant == Variant.PLAIN || variant == Variant.LOGARITHMIC;
      case ATTENTION:
        boolean causal = variant == Variant.CAUSAL || variant == Variant.WINDOW;
        return variant == Variant.PLAIN
            || variant == Variant.RAGGED
            || (causal && question.rows() == question.columns());
      default:
        return variant == Variant.PLAIN;
    }
  }

  @Override
  public Run prepare(Question question, QuestionData data) throws OrtException {
    return new OnnxRun(OnnxQuestion.of(question, data), question.threads());
  }
}
