package io.github.lanewise.bench.peers;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.github.lanewise.bench.comparison.Contender;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A session with one graph. Inputs and outputs lie outside the heap, are made once and are used
 * where they lie: a call copies and allocates no tensor.
 */
final class OnnxRun implements Contender.Run {
  private final OnnxQuestion question;
  private final OrtSession session;
  private final Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
  private final Map<String, OnnxTensor> outputs = new LinkedHashMap<>();
  private final Map<String, FloatBuffer> buffers = new LinkedHashMap<>();

  OnnxRun(OnnxQuestion question, int threads) throws OrtException {
    this.question = question;
    OrtEnvironment environment = environment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.setInterOpNumThreads(1);
      options.setIntraOpNumThreads(threads);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      session = environment.createSession(question.graph().bytes(), options);
    }
    try {
      for (Map.Entry<String, OnnxGraph.Tensor> input : question.graph().inputs().entrySet()) {
        inputs.put(input.getKey(), tensor(environment, input.getValue()));
      }
      for (Map.Entry<String, long[]> output : question.graph().outputs().entrySet()) {
        long[] shape = output.getValue();
        int length = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
        FloatBuffer buffer = OffHeap.allocate(length).asFloatBuffer();
        buffers.put(output.getKey(), buffer);
        outputs.put(output.getKey(), OnnxTensor.createTensor(environment, buffer, shape));
      }
    } catch (OrtException e) {
      close();
      throw e;
    }
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

  private static OnnxTensor tensor(OrtEnvironment environment, OnnxGraph.Tensor tensor)
      throws OrtException {
    ByteBuffer bytes = OffHeap.allocate(tensor.floats.length + tensor.ints.length);
    if (tensor.ints.length > 0) {
      bytes.asIntBuffer().put(0, tensor.ints);
      return OnnxTensor.createTensor(environment, bytes.asIntBuffer(), tensor.shape);
    }
    bytes.asFloatBuffer().put(0, tensor.floats);
    return OnnxTensor.createTensor(environment, bytes.asFloatBuffer(), tensor.shape);
  }

  @Override
  public void run() {
    try {
      session.run(inputs, outputs).close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot run: " + e.getMessage(), e);
    }
  }

  @Override
  public void spoil() {
    for (FloatBuffer buffer : buffers.values()) {
      for (int i = 0; i < buffer.capacity(); i++) {
        buffer.put(i, Float.NaN);
      }
    }
  }

  @Override
  public float[] result() {
    int length = 0;
    for (String part : question.parts()) {
      length += buffer(part).capacity();
    }
    float[] values = new float[length];
    int from = 0;
    for (String part : question.parts()) {
      buffer(part).get(0, values, from, buffer(part).capacity());
      from += buffer(part).capacity();
    }
    return question.layout().toRowMajor(values);
  }

  private FloatBuffer buffer(String part) {
    FloatBuffer buffer = buffers.get(part);
    if (buffer == null) {
      throw new IllegalStateException("the graph has no output " + part);
    }
    return buffer;
  }

  @Override
  public void close() {
    inputs.values().forEach(OnnxTensor::close);
    outputs.values().forEach(OnnxTensor::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close: " + e.getMessage(), e);
    }
  }
}
