package io.github.lanewise.bench.peers;

import com.github.tjake.jlama.math.VectorMath;
import com.github.tjake.jlama.tensor.FloatBufferTensor;
import com.github.tjake.jlama.tensor.TensorShape;
import com.github.tjake.jlama.tensor.operations.PanamaTensorOperations;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import java.nio.FloatBuffer;

/**
 * Attention by the steps of Jlama's CausalSelfAttention, with its own operations: for a query, the
 * scores of all keys that it sees, their scale, their softmax in place, and the values added up. A
 * head's keys lie next to each other, which is kinder to the caches than Jlama's own order.
 */
final class JlamaAttention {
  private final PanamaTensorOperations operations;
  private final Question question;
  private final QuestionData data;
  private final float scale;
  private final Matrix queries;
  private final FloatBufferTensor[] keys;
  private final FloatBufferTensor[] values;
  private final Matrix scores;
  private final Matrix output;

  JlamaAttention(
      Question question, QuestionData data, PanamaTensorOperations operations, Matrix output) {
    this.operations = operations;
    this.output = output;
    this.question = question;
    this.data = data;
    int depth = question.depth();
    int heads = question.batch() * question.heads();
    scale = (float) (1 / StrictMath.sqrt(depth));
    queries = new Matrix(data.a(), heads * question.rows(), depth);
    keys = heads(data.b());
    values = heads(data.c());
    scores = new Matrix(heads, question.columns());
  }

  /** The keys or values of a head from each key on at which a query begins to see: mostly 0. */
  private FloatBufferTensor[] heads(float[] elements) {
    int count = question.batch() * question.keyHeads();
    int columns = question.columns();
    Matrix all = new Matrix(elements, count * columns, question.depth());
    FloatBufferTensor[] tensors = new FloatBufferTensor[count * columns];
    int begins = question.variant() == Variant.WINDOW ? columns : 1;
    for (int h = 0; h < count; h++) {
      for (int from = 0; from < begins; from++) {
        tensors[h * columns + from] = all.block(h * columns + from, columns - from);
      }
    }
    return tensors;
  }

  /** All queries of one head, counted through all sequences. */
  void head(int index) {
    int sequence = index / question.heads();
    int group = question.heads() / question.keyHeads();
    int keyHead = index / group * question.columns();
    FloatBufferTensor weights = scores.row(index);
    int depth = question.depth();
    for (int i = 0; i < question.rows(); i++) {
      int to = end(sequence, i);
      int from = question.variant() == Variant.WINDOW ? Math.max(0, to - QuestionData.WINDOW) : 0;
      int count = to - from;
      FloatBufferTensor k = keys[keyHead + from];
      FloatBufferTensor v = values[keyHead + from];
      FloatBufferTensor q = queries.row(index * question.rows() + i);
      FloatBufferTensor y = output.row(index * question.rows() + i);
      operations.batchDotProduct(weights, q, k, 0, 0, depth, 0, 0, count);
      operations.scale(scale, weights, 0, count);
      VectorMath.softMax(weights, 0, count);
      y.clear();
      operations.saxpy(weights, v, y, 0, 0, depth, 0, 0, count);
    }
  }

  /** Behind the last key that a query sees. */
  private int end(int sequence, int query) {
    return switch (question.variant()) {
      case CAUSAL, WINDOW -> query + question.columns() - question.rows() + 1;
      case RAGGED -> data.keyLengths()[sequence];
      default -> question.columns();
    };
  }

  /** Rows outside the heap, where Jlama keeps them, each also as a tensor of its own. */
  static final class Matrix {
    private final FloatBuffer buffer;
    private final int columns;
    private final FloatBufferTensor[] rows;

    Matrix(int rows, int columns) {
      this.columns = columns;
      buffer = NativeMemory.floats(Math.multiplyExact(rows, columns));
      this.rows = new FloatBufferTensor[rows];
      for (int i = 0; i < rows; i++) {
        this.rows[i] = block(i, 1);
      }
    }

    Matrix(float[] values, int rows, int columns) {
      this(rows, columns);
      buffer.put(0, values, 0, rows * columns);
    }

    /** One row, [1, columns]. */
    FloatBufferTensor row(int index) {
      return rows[index];
    }

    /** Some rows, as a tensor that is made here: not for a loop. */
    FloatBufferTensor block(int from, int count) {
      return new FloatBufferTensor(
          buffer.slice(from * columns, count * columns), TensorShape.of(count, columns), false);
    }

    FloatBuffer elements() {
      return buffer;
    }
  }
}
