package io.github.lanewise.bench.peers;

import com.github.tjake.jlama.math.VectorMath;
import com.github.tjake.jlama.tensor.FloatBufferTensor;
import com.github.tjake.jlama.tensor.operations.PanamaTensorOperations;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;

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
  private final JlamaMatrix queries;
  private final FloatBufferTensor[] keys;
  private final FloatBufferTensor[] values;
  private final JlamaMatrix scores;
  private final JlamaMatrix output;

  JlamaAttention(Question question, QuestionData data, PanamaTensorOperations operations) {
    this.operations = operations;
    this.question = question;
    this.data = data;
    int depth = question.depth();
    int heads = question.batch() * question.heads();
    scale = (float) (1 / StrictMath.sqrt(depth));
    queries = new JlamaMatrix(data.a(), heads * question.rows(), depth);
    keys = heads(data.b());
    values = heads(data.c());
    scores = new JlamaMatrix(heads, question.columns());
    output = new JlamaMatrix(heads * question.rows(), depth);
  }

  /** The keys or values of a head from each key on at which a query begins to see: mostly 0. */
  private FloatBufferTensor[] heads(float[] elements) {
    int count = question.batch() * question.keyHeads();
    int columns = question.columns();
    JlamaMatrix all = new JlamaMatrix(elements, count * columns, question.depth());
    FloatBufferTensor[] tensors = new FloatBufferTensor[count * columns];
    int begins = question.variant() == Variant.WINDOW ? columns : 1;
    for (int h = 0; h < count; h++) {
      for (int from = 0; from < begins; from++) {
        tensors[h * columns + from] = all.block(h * columns + from, columns - from);
      }
    }
    return tensors;
  }

  JlamaMatrix output() {
    return output;
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
    switch (question.variant()) {
      case CAUSAL, WINDOW:
        return query + question.columns() - question.rows() + 1;
      case RAGGED:
        return data.keyLengths()[sequence];
      default:
        return question.columns();
    }
  }
}
