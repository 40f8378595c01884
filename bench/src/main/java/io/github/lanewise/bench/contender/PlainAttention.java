package io.github.lanewise.bench.contender;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import java.util.Arrays;

/**
 * Attention by four queries at a time: a row of scores each, its softmax, then the weighted sum of
 * the values. Scores are never kept for more than those four; keys that none of them sees are left
 * out.
 */
final class PlainAttention {
  /** Keys of a block; a window begins with a whole one. */
  private static final int BLOCK = 256;

  private final Question question;
  private final QuestionData data;
  private final float[] out;
  private final float[] scaledQueries;
  private final float[][][] keys; // transposed: [block][dim][BLOCK]
  private final float[][] values;
  private final float[][] scores; // of a block
  private final float[] weights; // four rows, one after another
  private final float[][] sums;

  PlainAttention(Question question, QuestionData data, float[] out) {
    this.question = question;
    this.data = data;
    this.out = out;
    int dim = question.depth();
    this.scaledQueries = new float[question.rows() * dim];
    this.keys = new float[(question.columns() + BLOCK - 1) / BLOCK][dim][BLOCK];
    this.values = new float[question.columns()][dim];
    this.scores = new float[4][BLOCK];
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
    for (int block = 0; block < keys.length; block++) {
      int first = block * BLOCK;
      int length = Math.min(BLOCK, columns - first);
      PlainProduct.transpose(data.b(), from + first * dim, length, keys[block]);
    }
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
    int from = from(i) / BLOCK * BLOCK;
    int to = to(sequence, i3);
    for (int first = from; first < to; first += BLOCK) {
      int length = Math.min(BLOCK, to - first);
      clear(scores, length);
      PlainProduct.accumulate(
          scaledQueries,
          i * dim,
          i1 * dim,
          i2 * dim,
          i3 * dim,
          keys[first / BLOCK],
          0,
          dim,
          scores,
          length);
      for (int r = 0; r < 4; r++) {
        System.arraycopy(scores[r], 0, weights, r * columns + first, length);
      }
    }
    for (int r = 0; r < 4; r++) {
      int query = Math.min(i + r, last);
      int row = r * columns;
      Arrays.fill(weights, row + from, row + from(query), 0f);
      Arrays.fill(weights, row + to(sequence, query), row + to, 0f);
      PlainSoftmax.row(weights, row + from(query), row + to(sequence, query), weights);
    }
    clear(sums, dim);
    PlainProduct.accumulate(
        weights,
        from,
        columns + from,
        2 * columns + from,
        3 * columns + from,
        values,
        from,
        to - from,
        sums,
        dim);
  }

  private static void clear(float[][] rows, int length) {
    for (float[] row : rows) {
      Arrays.fill(row, 0, length, 0f);
    }
  }

  /** The first key that a query sees. */
  private int from(int query) {
    return question.variant() == Variant.WINDOW
        ? Math.max(0, query + question.columns() - question.rows() - QuestionData.WINDOW + 1)
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
