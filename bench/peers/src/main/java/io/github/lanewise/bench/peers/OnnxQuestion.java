package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import java.util.List;
import java.util.Map;

/**
 * A question as an ONNX graph, by the nodes that answer it fastest and with the inputs in the order
 * that they like best; how its outputs become the answer.
 *
 * @param parts the outputs that make the answer, one after another
 */
record OnnxQuestion(OnnxGraph graph, List<String> parts, Layout layout) {

  /** Order of the answer's elements in the outputs. */
  interface Layout {
    float[] toRowMajor(float[] values);
  }

  /** The graph of any question but attention. */
  static OnnxQuestion of(Question question, QuestionData data) {
    int rows = question.rows();
    int columns = question.columns();
    int depth = question.depth();
    OnnxGraph graph = new OnnxGraph();
    switch (question.operation()) {
      case EXP -> graph.input("x", data.a(), columns).output("y", columns);
      case DIVIDE ->
          graph
              .input("x", data.a(), columns)
              .constant("d", QuestionData.DIVISOR)
              .output("y", columns);
      case SUM, MAX -> graph.input("x", data.a(), columns).output("y");
      case SOFTMAX -> graph.input("x", data.a(), rows, columns).output("y", rows, columns);
      case QK ->
          graph
              .input("a", data.a(), rows, depth)
              .input("b", data.b(), columns, depth)
              .output("y", rows, columns);
      case PV ->
          graph
              .input("a", data.a(), rows, depth)
              .input("b", data.b(), depth, columns)
              .output("y", rows, columns);
      case ATTENTION -> {
        return OnnxAttention.of(question, data);
      }
    }
    List<String> x = List.of("x");
    List<String> ab = List.of("a", "b");
    List<String> y = List.of("y");
    switch (question.operation()) {
      case EXP -> graph.node(OnnxGraph.ONNX, "Exp", x, y, Map.of());
      case DIVIDE -> graph.node(OnnxGraph.ONNX, "Div", List.of("x", "d"), y, Map.of());
      case SUM -> graph.node(OnnxGraph.ONNX, "ReduceSum", x, y, Map.of("keepdims", 0));
      case MAX -> graph.node(OnnxGraph.ONNX, "ReduceMax", x, y, Map.of("keepdims", 0));
      case SOFTMAX -> {
        boolean logarithmic = question.variant() == Variant.LOGARITHMIC;
        String operator = logarithmic ? "LogSoftmax" : "Softmax";
        graph.node(OnnxGraph.ONNX, operator, x, y, Map.of("axis", -1));
      }
      case QK -> graph.node(OnnxGraph.MICROSOFT, "FusedMatMul", ab, y, Map.of("transB", 1));
      default -> graph.node(OnnxGraph.ONNX, "MatMul", ab, y, Map.of());
    }
    return new OnnxQuestion(graph, y, values -> values);
  }
}
