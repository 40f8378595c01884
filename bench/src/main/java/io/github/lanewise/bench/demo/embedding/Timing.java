package io.github.lanewise.bench.demo.embedding;

/**
 * Median times for one sentence on one thread, in milliseconds, without tokenizer and pooling of
 * the two peers; attention is what lies between q, k, v and its output.
 *
 * @param tokens length of the sentence
 */
public record Timing(
    int tokens,
    double lanewise,
    double lanewiseAttention,
    double onnxRuntime,
    double onnxRuntimeAttention,
    double oracle,
    double oracleAttention) {

  /** Returns Lanewise's time in units of ONNX Runtime's. */
  public double ratio() {
    return lanewise / onnxRuntime;
  }
}
