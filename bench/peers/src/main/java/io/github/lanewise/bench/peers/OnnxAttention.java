package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Attention as ONNX Runtime computes it fastest. Which of its operators that is was measured, with
 * version 1.29.0 on one thread of an AMD EPYC of family 26, 8 heads, in milliseconds:
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
final class OnnxAttention {
  /** Keys from which on flash attention is faster. */
  private static final int LONG = 1024;

  private OnnxAttention() {}

  static OnnxQuestion of(Question question, QuestionData data) {
    switch (question.variant()) {
      case CAUSAL:
        return grouped(question, data, -1, question.columns() >= LONG);
      case WINDOW:
        return grouped(question, data, QuestionData.WINDOW, false);
      case RAGGED:
        return ragged(question, data);
      default:
        return question.columns() < LONG ? onnx(question, data) : flash(question, data);
    }
  }

  /** ONNX's own operator, which takes [batch, heads, length, depth] as it is. */
  private static OnnxQuestion onnx(Question question, QuestionData data) {
    int batch = question.batch();
    int heads = question.heads();
    int keyHeads = question.keyHeads();
    int rows = question.rows();
    int columns = question.columns();
    int depth = question.depth();
    OnnxGraph graph =
        new OnnxGraph()
            .input("q", data.a(), batch, heads, rows, depth)
            .input("k", data.b(), batch, keyHeads, columns, depth)
            .input("v", data.c(), batch, keyHeads, columns, depth)
            .node(OnnxGraph.ONNX, "Attention", List.of("q", "k", "v"), List.of("y"), Map.of())
            .output("y", batch, heads, rows, depth);
    return new OnnxQuestion(graph, List.of("y"), values -> values);
  }

  /**
   * Flash attention. It has no grouped heads, but none sees a mask either: the queries of all heads
   * of a group, one after another, are queries of one head.
   */
  private static OnnxQuestion flash(Question question, QuestionData data) {
    int batch = question.batch();
    int heads = question.keyHeads();
    int rows = question.heads() / heads * question.rows();
    int columns = question.columns();
    int depth = question.depth();
    int hidden = heads * depth;
    OnnxGraph graph =
        new OnnxGraph()
            .input("q", headsInside(data.a(), batch, heads, rows, depth), batch, rows, hidden)
            .input("k", headsInside(data.b(), batch, heads, columns, depth), batch, columns, hidden)
            .input("v", headsInside(data.c(), batch, heads, columns, depth), batch, columns, hidden)
            .node(
                OnnxGraph.MICROSOFT,
                "MultiHeadAttention",
                List.of("q", "k", "v"),
                List.of("y"),
                Map.of("num_heads", heads))
            .output("y", batch, rows, hidden);
    return new OnnxQuestion(
        graph, List.of("y"), values -> headsInside(values, batch, rows, heads, depth));
  }

  /** The only operator with a window; it is always causal, with as many queries as keys. */
  private static OnnxQuestion grouped(
      Question question, QuestionData data, int window, boolean cache) {
    int batch = question.batch();
    int heads = question.heads();
    int keyHeads = question.keyHeads();
    int length = question.columns();
    int depth = question.depth();
    int[] lastKeys = new int[batch];
    Arrays.fill(lastKeys, length - 1);
    OnnxGraph graph =
        new OnnxGraph()
            .input(
                "q",
                headsInside(data.a(), batch, heads, length, depth),
                batch,
                length,
                (long) heads * depth)
            .input(
                "k",
                headsInside(data.b(), batch, keyHeads, length, depth),
                batch,
                length,
                (long) keyHeads * depth)
            .input(
                "v",
                headsInside(data.c(), batch, keyHeads, length, depth),
                batch,
                length,
                (long) keyHeads * depth)
            .input("lastKeys", lastKeys, batch)
            .input("length", new int[] {length})
            .node(
                OnnxGraph.MICROSOFT,
                "GroupQueryAttention",
                List.of("q", "k", "v", "", "", "lastKeys", "length"),
                cache ? List.of("y", "keyCache", "valueCache") : List.of("y"),
                Map.of("num_heads", heads, "kv_num_heads", keyHeads, "local_window_size", window))
            .output("y", batch, length, (long) heads * depth);
    if (cache) {
      graph.output("keyCache", batch, keyHeads, length, depth);
      graph.output("valueCache", batch, keyHeads, length, depth);
    }
    return new OnnxQuestion(
        graph, List.of("y"), values -> headsInside(values, batch, length, heads, depth));
  }

  /**
   * A node of its own for each sequence, with just its keys: with a mask, all sequences take as
   * long as the longest (13.6 ms instead of 8.3 for 4 x 8 512x64).
   */
  private static OnnxQuestion ragged(Question question, QuestionData data) {
    int heads = question.heads();
    int group = heads / question.keyHeads();
    int rows = question.rows();
    int depth = question.depth();
    int queryFloats = heads * rows * depth;
    int keyFloats = heads / group * question.columns() * depth;
    OnnxGraph graph = new OnnxGraph();
    List<String> parts = new ArrayList<>();
    for (int b = 0; b < question.batch(); b++) {
      int keys = data.keyLengths()[b];
      float[] q = Arrays.copyOfRange(data.a(), b * queryFloats, (b + 1) * queryFloats);
      float[] k = Arrays.copyOfRange(data.b(), b * keyFloats, (b + 1) * keyFloats);
      float[] v = Arrays.copyOfRange(data.c(), b * keyFloats, (b + 1) * keyFloats);
      int keyHeads = question.keyHeads();
      int hidden = keyHeads * depth;
      int queries = group * rows;
      k = headsInside(k, 1, keyHeads, question.columns(), depth);
      v = headsInside(v, 1, keyHeads, question.columns(), depth);
      graph
          .input("q" + b, headsInside(q, 1, keyHeads, queries, depth), 1, queries, hidden)
          .input("k" + b, Arrays.copyOf(k, keys * hidden), 1, keys, hidden)
          .input("v" + b, Arrays.copyOf(v, keys * hidden), 1, keys, hidden)
          .node(
              OnnxGraph.MICROSOFT,
              "MultiHeadAttention",
              List.of("q" + b, "k" + b, "v" + b),
              List.of("y" + b),
              Map.of("num_heads", keyHeads))
          .output("y" + b, 1, queries, hidden);
      parts.add("y" + b);
    }
    int keyHeads = question.keyHeads();
    return new OnnxQuestion(
        graph,
        parts,
        values -> headsInside(values, question.batch(), group * rows, keyHeads, depth));
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
          System.arraycopy(
              values,
              ((b * heads + h) * length + i) * depth,
              result,
              ((b * length + i) * heads + h) * depth,
              depth);
        }
      }
    }
    return result;
  }
}
