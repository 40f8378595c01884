package io.github.lanewise.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.github.lanewise.bench.comparison.BufferRun;
import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Operation;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * ONNX Runtime on the processor. Inputs and outputs lie outside the heap, are made once and are
 * used where they lie: a call copies and allocates no tensor.
 */
public final class OnnxRuntimeContender implements Contender {
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
        + " keys on with a cache, which is flash), ragged by a MultiHeadAttention a sequence. Its"
        + " MatMul and Attention give a row other bits alone than in a batch: 85 % of the elements";
  }

  @Override
  public boolean answers(Question question) {
    boolean attention = question.operation() == Operation.ATTENTION;
    return switch (question.variant()) {
      case PLAIN ->
          switch (question.operation()) {
            case NORM, SILU, ROPE -> false;
            default -> true;
          };
      case TANH -> true;
      case LOGARITHMIC, MIDDLE_AXIS -> question.operation() == Operation.SOFTMAX;
      case CAUSAL, WINDOW -> attention && question.rows() == question.columns();
      case RAGGED -> attention;
      default -> false;
    };
  }

  @Override
  public Run prepare(Question question, QuestionData data) throws OrtException {
    OnnxGraph graph = OnnxQuestions.graph(question, data);
    OrtEnvironment environment = environment();
    OrtSession session = session(environment, graph, question.threads());
    Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
    for (Map.Entry<String, OnnxGraph.Input> entry : graph.inputs().entrySet()) {
      OnnxGraph.Input input = entry.getValue();
      inputs.put(
          entry.getKey(),
          OnnxTensor.createTensor(environment, input.elements(), input.shape(), input.type()));
    }
    FloatBuffer answer = NativeMemory.floats(question.resultLength());
    Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
    int from = 0;
    for (Map.Entry<String, long[]> output : graph.outputs().entrySet()) {
      int length = 1;
      for (long size : output.getValue()) {
        length = Math.toIntExact(length * size);
      }
      FloatBuffer buffer =
          from < answer.capacity() ? answer.slice(from, length) : NativeMemory.floats(length);
      outputs.put(output.getKey(), OnnxTensor.createTensor(environment, buffer, output.getValue()));
      from += length;
    }
    Runnable close =
        () -> {
          inputs.values().forEach(OnnxTensor::close);
          outputs.values().forEach(OnnxTensor::close);
          close(session);
        };
    return new BufferRun(answer, () -> run(session, inputs, outputs), close) {
      @Override
      public float[] result() {
        return graph.rowMajor(super.result());
      }
    };
  }

  /**
   * Loads the native library; not where it would report its use to its maker, for the code that
   * does so crashes when the command line of the process is longer than 4 kB (version 1.29.0 on
   * Linux), and a JVM's class path alone is that long.
   */
  private static OrtEnvironment environment() {
    if (!"1".equals(System.getenv("ORT_DISABLE_TELEMETRY"))) {
      throw new IllegalStateException(
          "ONNX Runtime would report its use to its maker, and may crash in doing so: set"
              + " ORT_DISABLE_TELEMETRY=1 in the environment");
    }
    try {
      return OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
    } catch (LinkageError e) {
      Throwable reason = e;
      while (reason.getCause() != null) {
        reason = reason.getCause();
      }
      UnsatisfiedLinkError clear =
          new UnsatisfiedLinkError(
              "ONNX Runtime's native library cannot be loaded: " + reason.getMessage());
      clear.initCause(e);
      throw clear;
    }
  }

  private static OrtSession session(OrtEnvironment environment, OnnxGraph graph, int threads)
      throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setInterOpNumThreads(1);
      options.setIntraOpNumThreads(threads);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      return environment.createSession(graph.bytes(), options);
    }
  }

  private static void run(
      OrtSession session, Map<String, OnnxTensor> inputs, Map<String, OnnxTensor> outputs) {
    try {
      session.run(inputs, outputs).close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot run: " + e.getMessage(), e);
    }
  }

  private static void close(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close: " + e.getMessage(), e);
    }
  }
}
