package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Operation;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Questions as ONNX graphs, by the nodes that answer them fastest and with the inputs in the order
 * that they like best. Which operators of attention those are was measured, with version 1.29.0 on
 * one thread of an AMD EPYC of family 26, 8 heads, in milliseconds:
 *
 * <pre>
 *                                128x64  512x64  1024x64  2048x64  512x64   2048x64  2048x64
 *                                                                  causal   causal   window
 * Attention of ONNX                0.17    2.61     13.5     48.4     2.8    81-137
 * FusedMatMul, Softmax, MatMul     0.17    2.57     13.9     49.9
 * MultiHeadAttention               0.21    2.67     11.2     45.0     3.2       136
 * GroupQueryAttention                                                 2.7       143       50
 * the same with a cache                                               3.7        68       67
 * </pre>
 *
 * <p>MultiHeadAttention is its flash attention, and so is GroupQueryAttention that also writes the
 * keys and values to a cache; they pay off for long sequences.
 */
final class OnnxQuestions {
  /** Keys from which on flash attention is faster. */
  private static final int LONG = 1024;

  private static final List<String> X = List.of("x");
  private static final Map<String, Integer> NONE = Map.of();

  private OnnxQuestions() {}

  static OnnxGraph graph(Question question, QuestionData data) {
    int rows = question.rows();
    int columns = question.columns();
    int depth = question.depth();
    OnnxGraph graph = new OnnxGraph();
    switch (question.operation()) {
      case EXP ->
          graph.input("x", data.a(), columns).node("Exp", X, "y", NONE).output("y", columns);
      case DIVIDE ->
          graph
              .input("x", data.a(), columns)
              .constant("d", QuestionData.DIVISOR)
              .node("Div", List.of("x", "d"), "y", NONE)
              .output("y", columns);
      case SUM, MAX -> {
        String operator = question.operation() == Operation.SUM ? "ReduceSum" : "ReduceMax";
        graph.input("x", data.a(), columns).node(operator, X, "y", Map.of("keepdims", 0));
        graph.output("y");
      }
      case SOFTMAX -> {
        boolean logarithmic = question.variant() == Variant.LOGARITHMIC;
        String operator = logarithmic ? "LogSoftmax" : "Softmax";
        if (question.variant() == Variant.MIDDLE_AXIS) {
          graph
              .input("x", data.a(), rows, columns, depth)
              .node(operator, X, "y", Map.of("axis", 1))
              .output("y", rows, columns, depth)
              .rowMajorBy(y -> QuestionData.rowByRow(question, y));
          break;
        }
        graph.input("x", data.a(), rows, columns).node(operator, X, "y", Map.of("axis", -1));
        graph.output("y", rows, columns);
      }
      case SIGMOID ->
          graph.input("x", data.a(), columns).node("Sigmoid", X, "y", NONE).output("y", columns);
      case GELU -> {
        String operator = question.variant() == Variant.TANH ? "FastGelu" : "Gelu";
        graph.input("x", data.a(), columns).ownNode(operator, X, List.of("y"), NONE);
        graph.output("y", columns);
      }
      case NORM, SILU, ROPE -> throw new IllegalArgumentException("no operator for " + question);
      case QK ->
          graph
              .input("a", data.a(), rows, depth)
              .input("b", data.b(), columns, depth)
              .ownNode("FusedMatMul", List.of("a", "b"), List.of("y"), Map.of("transB", 1))
              .output("y", rows, columns);
      case PV ->
          graph
              .input("a", data.a(), rows, depth)
              .input("b", data.b(), depth, columns)
              .node("MatMul", List.of("a", "b"), "y", NONE)
              .output("y", rows, columns);
      case ATTENTION -> addAttention(graph, question, data);
    }
    return graph;
  }

  private static void addAttention(OnnxGraph graph, Question question, QuestionData data) {
    boolean isLong = question.columns() >= LONG;
    switch (question.variant()) {
      case CAUSAL -> addGrouped(graph, question, data, -1, isLong);
      case WINDOW -> addGrouped(graph, question, data, QuestionData.WINDOW, false);
      case RAGGED -> addFlash(graph, question, data, data.keyLengths());
      default -> {
        if (isLong) {
          addFlash(graph, question, data, question.columns());
        } else {
          addStandard(graph, question, data);
        }
      }
    }
  }

  /** ONNX's own operator, which takes [batch, heads, length, depth] as it is. */
  private static void addStandard(OnnxGraph graph, Question question, QuestionData data) {
    int batch = question.batch();
    int heads = question.heads();
    int keyHeads = question.keyHeads();
    int rows = question.rows();
    int columns = question.columns();
    int depth = question.depth();
    graph
        .input("q", data.a(), batch, heads, rows, depth)
        .input("k", data.b(), batch, keyHeads, columns, depth)
        .input("v", data.c(), batch, keyHeads, columns, depth)
        .node("Attention", List.of("q", "k", "v"), "y", NONE)
        .output("y", batch, heads, rows, depth);
  }

  /**
   * Flash attention. It has no grouped heads, but none sees a mask either: the queries of all heads
   * of a group, one after another, are queries of one head.
   *
   * @param keyLengths keys of all sequences; or of each, which then has a node of its own: with a
   *     mask, all sequences take as long as the longest (13.6 ms instead of 8.3 for 4 x 8 512x64)
   */
  private static void addFlash(
      OnnxGraph graph, Question question, QuestionData data, int... keyLengths) {
    int batch = question.batch() / keyLengths.length;
    int heads = question.keyHeads();
    int rows = question.heads() / heads * question.rows();
    int depth = question.depth();
    int hidden = heads * depth;
    int queryFloats = batch * rows * hidden;
    int keyFloats = batch * question.columns() * hidden;
    float[] q = headsInside(data.a(), question.batch(), heads, rows, depth);
    float[] k = headsInside(data.b(), question.batch(), heads, question.columns(), depth);
    float[] v = headsInside(data.c(), question.batch(), heads, question.columns(), depth);
    for (int n = 0; n < keyLengths.length; n++) {
      int keys = keyLengths[n];
      int from = n * keyFloats;
      int to = from + batch * keys * hidden;
      float[] queries = Arrays.copyOfRange(q, n * queryFloats, (n + 1) * queryFloats);
      graph
          .input("q" + n, queries, batch, rows, hidden)
          .input("k" + n, Arrays.copyOfRange(k, from, to), batch, keys, hidden)
          .input("v" + n, Arrays.copyOfRange(v, from, to), batch, keys, hidden)
          .ownNode(
              "MultiHeadAttention",
              List.of("q" + n, "k" + n, "v" + n),
              List.of("y" + n),
              Map.of("num_heads", heads))
          .output("y" + n, batch, rows, hidden);
    }
    graph.rowMajorBy(y -> headsInside(y, question.batch(), rows, heads, depth));
  }

  /** The only operator with a window; it is always causal, with as many queries as keys. */
  private static void addGrouped(
      OnnxGraph graph, Question question, QuestionData data, int window, boolean cache) {
    int batch = question.batch();
    int heads = question.heads();
    int keyHeads = question.keyHeads();
    int length = question.columns();
    int depth = question.depth();
    long hidden = (long) heads * depth;
    long keyHidden = (long) keyHeads * depth;
    int[] lastKeys = new int[batch];
    Arrays.fill(lastKeys, length - 1);
    graph
        .input("q", headsInside(data.a(), batch, heads, length, depth), batch, length, hidden)
        .input("k", headsInside(data.b(), batch, keyHeads, length, depth), batch, length, keyHidden)
        .input("v", headsInside(data.c(), batch, keyHeads, length, depth), batch, length, keyHidden)
        .input("lastKeys", lastKeys, batch)
        .input("length", new int[] {length})
        .ownNode(
            "GroupQueryAttention",
            List.of("q", "k", "v", "", "", "lastKeys", "length"),
            cache ? List.of("y", "keyCache", "valueCache") : List.of("y"),
            Map.of("num_heads", heads, "kv_num_heads", keyHeads, "local_window_size", window))
        .output("y", batch, length, hidden)
        .rowMajorBy(y -> headsInside(y, batch, length, heads, depth));
    if (cache) {
      graph.output("keyCache", batch, keyHeads, length, depth);
      graph.output("valueCache", batch, keyHeads, length, depth);
    }
  }

  /**
   * [batch, heads, length, depth] to [batch, length, heads, depth]; with heads and length in the
   * other's place, back again.
   */
  static float[] headsInside(float[] values, int batch, int heads, int length, int depth) {
    float[] result = new float[values.length];
    for (int b = 0; b < batch; b++) {
      for (int h = 0; h < heads; h++) {
        for (int i = 0; i < length; i++) {
          int from = ((b * heads + h) * length + i) * depth;
          int to = ((b * length + i) * heads + h) * depth;
          System.arraycopy(values, from, result, to, depth);
        }
      }
    }
    return result;
  }
}
