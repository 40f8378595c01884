package io.github.lanewise.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class OnnxRuntimeEncoderTest {
  @Test
  void countsWhatLiesBetweenTheLinearLayersOfAttention() {
    List<Double> nanos =
        OnnxRuntimeEncoder.attentionNanos(
            List.of(
                "[",
                "{\"cat\" : \"Session\",\"dur\" :9999,\"name\" :\"session_initialization\"},",
                node(7, "/embeddings/Shape"),
                node(100, "/encoder/layer.0/attention/self/query/MatMul"),
                node(3, "/encoder/layer.0/attention/self/MatMul/MatMulScaleFusion/"),
                node(4, "/encoder/layer.0/attention/self/Softmax"),
                node(5, "/encoder/layer.5/attention/self/MatMul_1"),
                node(100, "/encoder/layer.5/attention/output/dense/MatMul"),
                node(7, "/embeddings/Shape"),
                node(20, "/encoder/layer.0/attention/self/Softmax"),
                "]"));
    assertEquals(List.of(12_000.0, 20_000.0), nanos);
  }

  private static String node(int micros, String name) {
    return "{\"cat\" : \"Node\",\"pid\" :1,\"dur\" :"
        + micros
        + ",\"ts\" :1,\"ph\" : \"X\",\"name\" :\""
        + name
        + "_kernel_time\",\"args\" : {}},";
  }
}
