package io.github.lanewise.bench.contender;

import io.github.lanewise.bench.comparison.Data;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.Variant;
import java.util.Arrays;

/**
 * Attention by four queries at a time: a row of scores each, its softmax, then the weighted sum of
 * the values. Scores are never kept for more than those four; keys that none of them sees are left
 * out.
 */
final class PlainAttention {
  private final Question question;
  private final Data data;
  private final float[] out;
  private final float[] scaledQueries;
  private final float[][] keys; // transposed: [dim][keyLength]
  private final float[][] values;
  private final float[][] scores;
  private final float[] weights; // the same, one after another
  private final float[][] sums;

  PlainAttention(Question question, Data data, float[] out) {
    this.question = question;
    this.data = data;
    this.out = out;
    int dim = question.depth();
    this.scaledQueries = new float[question.rows() * dim];
    this.keys = new float[dim][question.columns()];
    this.values = new float[question.columns()][dim];
    this.scores = new float[4][question.columns()];
    this.weights = new float[4 * question.columns()];
    this.sums = new float[4][dim];
  }

  void compute() {
    int group = question.heads() / question.keyHeads();
    for (int b = 0; b < question.batch(); b++) {
      for (int h = 0; h < question.heads(); h++) {
        if (h % group == 0) {
          unpack(b * question.keyHeads() + h / group);
        }
        head(b, b * question.heads() + h);
      }
    }
  }

  /** Keys and values of a head, in arrays of their own. */
  private void unpack(int keyHead) {
    int columns = question.columns();
    int dim = question.depth();
    int from = keyHead * columns * dim;
    PlainProduct.transpose(data.b(), from, columns, keys);
    for (int j = 0; j < columns; j++) {
      System.arraycopy(data.c(), from + j * dim, values[j], 0, dim);
    }
  }

  private void head(int sequence, int head) {
    int rows = question.rows();
    int dim = question.depth();
    float scale = (float) (1 / Math.sqrt(dim));
    int first = head * rows * dim;
    System.arraycopy(data.a(), first, scaledQueries, 0, rows * dim);
    for (int i = 0; i < rows * dim; i++) {
      scaledQueries[i] *= scale;
    }
    for (int i = 0; i < rows; i += 4) {
      queries(sequence, i);
      for (int r = 0; r < 4 && i + r < rows; r++) {
        System.arraycopy(sums[r], 0, out, first + (i + r) * dim, dim);
      }
    }
  }

  /** Queries i to i + 3; beyond the last, the last again. */
  private void queries(int sequence, int i) {
    int dim = question.depth();
    int columns = question.columns();
    int last = question.rows() - 1;
    int i1 = Math.min(i + 1, last);
    int i2 = Math.min(i + 2, last);
    int i3 = Math.min(i + 3, last);
    int from = from(i);
    int to = to(sequence, i3);
    for (int r = 0; r < 4; r++) {
      Arrays.fill(scores[r], from, to, 0f);
      Arrays.fill(sums[r], 0f);
    }
    PlainProduct.accumulate(
        scaledQueries, i * dim, i1 * dim, i2 * dim, i3 * dim, keys, 0, dim, scores, from, to);
    for (int r = 0; r < 4; r++) {
      int query = Math.min(i + r, last);
      Arrays.fill(scores[r], from, from(query), 0f);
      Arrays.fill(scores[r], to(sequence, query), to, 0f);
      PlainSoftmax.row(scores[r], from(query), to(sequence, query), scores[r]);
      System.arraycopy(scores[r], from, weights, r * columns, to - from);
    }
    PlainProduct.accumulate(
        weights, 0, columns, 2 * columns, 3 * columns, values, from, to - from, sums, 0, dim);
  }

  /** The first key that a query sees. */
  private int from(int query) {
    return question.variant() == Variant.WINDOW
        ? Math.max(0, query + question.columns() - question.rows() - Data.WINDOW + 1)
        : 0;
  }

  /** Behind the last key that it sees. */
  private int to(int sequence, int query) {
    return switch (question.variant()) {
      case CAUSAL, WINDOW ->
          Math.clamp(query + 1L + question.columns() - question.rows(), 0, question.columns());
      case RAGGED -> data.keyLengths()[sequence];
      default -> question.columns();
    };
  }
}
