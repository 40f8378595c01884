package io.github.lanewise.bench.demo.streaming;

import static io.github.lanewise.bench.demo.minilm.MiniLm.HEADS;
import static io.github.lanewise.bench.demo.minilm.MiniLm.HEAD_DIM;
import static io.github.lanewise.bench.demo.minilm.MiniLm.LAYERS;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.bench.demo.minilm.AttentionObserver;
import io.github.lanewise.bench.demo.minilm.LanewiseEncoder;
import io.github.lanewise.bench.demo.minilm.MiniLm;
import io.github.lanewise.bench.demo.minilm.Tokens;
import io.github.lanewise.bench.stage.ProgressBar;
import java.util.List;

/**
 * The queries, keys and values of a text in all layers, [LAYERS, HEADS, tokens, HEAD_DIM] each:
 * every sentence as the model computes them, one after the other.
 */
final class TokenStream implements AttentionObserver {
  final int length;
  private final FloatTensor queries;
  private final FloatTensor keys;
  private final FloatTensor values;
  private int from;

  private TokenStream(int length) {
    this.length = length;
    queries = FloatTensor.allocate(LAYERS, HEADS, length, HEAD_DIM);
    keys = FloatTensor.allocate(LAYERS, HEADS, length, HEAD_DIM);
    values = FloatTensor.allocate(LAYERS, HEADS, length, HEAD_DIM);
  }

  static TokenStream of(List<Tokens> sentences, LanewiseEncoder encoder, ProgressBar progress) {
    TokenStream stream = new TokenStream(sentences.stream().mapToInt(Tokens::count).sum());
    float[] embedding = new float[MiniLm.HIDDEN];
    for (Tokens sentence : sentences) {
      encoder.embed(sentence, embedding, stream);
      stream.from += sentence.count();
      progress.step();
    }
    return stream;
  }

  @Override
  public void attended(
      int layer,
      FloatTensor query,
      FloatTensor key,
      FloatTensor value,
      FloatTensor out,
      RowStatistics statistics) {
    copy(query, queries, layer);
    copy(key, keys, layer);
    copy(value, values, layer);
  }

  private void copy(FloatTensor part, FloatTensor all, int layer) {
    for (int head = 0; head < HEADS; head++) {
      for (long i = 0; i < part.size(2); i++) {
        for (int c = 0; c < HEAD_DIM; c++) {
          all.set(part.get(0, head, i, c), layer, head, from + i, c);
        }
      }
    }
  }

  /** The query of one token, [LAYERS, HEADS, 1, HEAD_DIM]. */
  FloatTensor query(int token) {
    return queries.slice(2, token, token + 1);
  }

  /** The keys of tokens [from, to). */
  FloatTensor keys(int from, int to) {
    return keys.slice(2, from, to);
  }

  /** The values of tokens [from, to). */
  FloatTensor values(int from, int to) {
    return values.slice(2, from, to);
  }
}
