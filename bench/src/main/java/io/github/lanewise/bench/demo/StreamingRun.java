package io.github.lanewise.bench.demo;

import static io.github.lanewise.bench.demo.MiniLm.HEADS;
import static io.github.lanewise.bench.demo.MiniLm.HEAD_DIM;
import static io.github.lanewise.bench.demo.MiniLm.LAYERS;
import static io.github.lanewise.reference.Primitives.widen;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.KeyValueCache;
import io.github.lanewise.bench.demo.LanewiseEncoder.AttentionStep;
import io.github.lanewise.bench.stage.Terminal.ProgressBar;
import io.github.lanewise.reference.AttentionOptions;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.ReferenceAttention;
import io.github.lanewise.reference.Visibility;
import java.util.Arrays;
import org.apache.commons.math3.stat.StatUtils;

/**
 * A text read token by token. Each token's keys and values join the memory of every layer, then its
 * query looks at what the mask shows of it; at some tokens the result is compared with one call
 * over all keys as plain tensors, and with the oracle.
 */
final class StreamingRun {
  private static final int CHECKS = 4;

  /**
   * The queries, keys and values of a text in all layers, [LAYERS, HEADS, length, HEAD_DIM] each:
   * every sentence as the model computes them, one after the other.
   */
  record TokenStream(int length, FloatTensor queries, FloatTensor keys, FloatTensor values) {
    static TokenStream allocate(int length) {
      return new TokenStream(length, states(length), states(length), states(length));
    }

    private static FloatTensor states(int length) {
      return FloatTensor.allocate(LAYERS, HEADS, length, HEAD_DIM);
    }

    /** Copies what a layer attends to in the sentence that begins at a token. */
    void copy(AttentionStep step, int from) {
      copy(step.query(), queries, step.layer(), from);
      copy(step.key(), keys, step.layer(), from);
      copy(step.value(), values, step.layer(), from);
    }

    private static void copy(FloatTensor part, FloatTensor all, int layer, int from) {
      all.slice(0, layer, layer + 1).slice(2, from, from + part.size(2)).copyFrom(part);
    }
  }

  private final TokenStream stream;
  private final int prefix;
  private final int window;
  private final Attention attention;

  /** Per token: the time to append and to attend, and the mean entropy of all heads. */
  final double[] micros;

  final double[] entropy;

  /** Whether every compared result had the bits of the single call. */
  boolean sameBits = true;

  /** Largest difference to the oracle, relative to its largest value. */
  double oracleError;

  /**
   * A run that has yet to be made.
   *
   * @param window how many tokens before its own a query sees, besides the first {@code prefix}; 0:
   *     all
   */
  StreamingRun(TokenStream stream, int prefix, int window) {
    this.stream = stream;
    this.prefix = prefix;
    this.window = window;
    Mask seen = window == 0 ? Mask.causal() : Mask.prefix(prefix).or(Mask.window(window, 0));
    attention = Attention.builder().mask(seen).build();
    micros = new double[stream.length()];
    entropy = new double[stream.length()];
  }

  /** Reads the first tokens. */
  void read(int tokens, ProgressBar progress) {
    FloatTensor out = FloatTensor.allocate(LAYERS, HEADS, 1, HEAD_DIM);
    FloatTensor entropies = FloatTensor.allocate(LAYERS, HEADS, 1);
    RowStatistics statistics = new RowStatistics(null, entropies, null);
    try (KeyValueCache memory = KeyValueCache.builder(LAYERS, HEADS, HEAD_DIM, HEAD_DIM).build()) {
      for (int token = 0; token < tokens; token++) {
        FloatTensor query = stream.queries().slice(2, token, token + 1);
        FloatTensor key = stream.keys().slice(2, token, token + 1);
        FloatTensor value = stream.values().slice(2, token, token + 1);
        long start = System.nanoTime();
        memory.append(key, value);
        if (window > 0) {
          memory.retain(prefix, memory.length() - 1 - window);
        }
        attention.forward(query, memory, out, statistics, Workers.caller());
        micros[token] = (System.nanoTime() - start) / 1e3;
        entropy[token] = StatUtils.mean(widen(entropies.toArray()));
        if ((token + 1) % Math.max(1, stream.length() / CHECKS) == 0) {
          check(token, query, out.toArray());
        }
        progress.step();
      }
    }
  }

  private void check(int token, FloatTensor query, float[] out) {
    FloatTensor keys = stream.keys().slice(2, 0, token + 1);
    FloatTensor values = stream.values().slice(2, 0, token + 1);
    FloatTensor whole = FloatTensor.allocate(LAYERS, HEADS, 1, HEAD_DIM);
    attention.forward(query, keys, values, whole);
    sameBits &= Arrays.equals(whole.toArray(), out);
    Visibility visibility =
        (batch, head, row, key) -> window == 0 || key < prefix || key >= token - window;
    double[] expected =
        ReferenceAttention.forward(
                new AttentionShape(LAYERS, HEADS, HEADS, 1, token + 1, HEAD_DIM, HEAD_DIM),
                AttentionOptions.standard(HEAD_DIM).withVisibility(visibility),
                widen(query.toArray()),
                widen(keys.toArray()),
                widen(values.toArray()))
            .out();
    double error = OracleAgreement.relativeError(widen(out), expected, 0, out.length);
    oracleError = Math.max(oracleError, error);
  }
}
