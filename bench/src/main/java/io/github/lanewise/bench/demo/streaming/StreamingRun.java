package io.github.lanewise.bench.demo.streaming;

import static io.github.lanewise.bench.demo.minilm.MiniLm.HEADS;
import static io.github.lanewise.bench.demo.minilm.MiniLm.HEAD_DIM;
import static io.github.lanewise.bench.demo.minilm.MiniLm.LAYERS;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.KeyValueCache;
import io.github.lanewise.bench.stage.ProgressBar;
import io.github.lanewise.reference.AttentionOptions;
import io.github.lanewise.reference.AttentionResult;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceAttention;
import io.github.lanewise.reference.Visibility;
import java.util.Arrays;

/**
 * A text read token by token. Each token's keys and values join the memory of every layer, then its
 * query looks at what the mask shows of it; at some tokens the result is compared with one call
 * over all keys as plain tensors, and with the oracle.
 */
final class StreamingRun {
  private static final int CHECKS = 4;
  private static final int STATISTICS = LAYERS * HEADS;

  private final TokenStream stream;
  private final int prefix;
  private final int window;
  private final Attention attention;

  /** Per token: the time to append and to attend, and the mean entropy of all heads. */
  final double[] micros;

  final double[] entropy;
  private boolean sameBits = true;
  private double oracleError;

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
    micros = new double[stream.length];
    entropy = new double[stream.length];
  }

  /** Whether every compared result had the bits of the single call. */
  boolean sameBits() {
    return sameBits;
  }

  /** Largest difference to the oracle, relative to its largest value. */
  double oracleError() {
    return oracleError;
  }

  /** Reads the first tokens. */
  void read(int tokens, Workers workers, ProgressBar progress) {
    FloatTensor out = FloatTensor.allocate(LAYERS, HEADS, 1, HEAD_DIM);
    FloatTensor entropies = FloatTensor.allocate(LAYERS, HEADS, 1);
    RowStatistics statistics = new RowStatistics(null, entropies, null);
    try (KeyValueCache memory = KeyValueCache.builder(LAYERS, HEADS, HEAD_DIM, HEAD_DIM).build()) {
      for (int token = 0; token < tokens; token++) {
        FloatTensor query = stream.query(token);
        FloatTensor key = stream.keys(token, token + 1);
        FloatTensor value = stream.values(token, token + 1);
        long start = System.nanoTime();
        memory.append(key, value);
        if (window > 0) {
          memory.retain(prefix, memory.length() - 1 - window);
        }
        attention.forward(query, memory, out, statistics, workers);
        micros[token] = (System.nanoTime() - start) / 1e3;
        entropy[token] = mean(entropies);
        if ((token + 1) % Math.max(1, stream.length / CHECKS) == 0) {
          check(token, out);
        }
        progress.step();
      }
    }
  }

  private static double mean(FloatTensor entropies) {
    double sum = 0;
    for (float value : entropies.toArray()) {
      sum += value;
    }
    return sum / STATISTICS;
  }

  private void check(int token, FloatTensor out) {
    FloatTensor query = stream.query(token);
    FloatTensor keys = stream.keys(0, token + 1);
    FloatTensor values = stream.values(0, token + 1);
    FloatTensor whole = FloatTensor.allocate(LAYERS, HEADS, 1, HEAD_DIM);
    attention.forward(query, keys, values, whole);
    sameBits &= Arrays.equals(bits(whole), bits(out));
    AttentionResult expected =
        ReferenceAttention.forward(
            new AttentionShape(LAYERS, HEADS, HEADS, 1, token + 1, HEAD_DIM, HEAD_DIM),
            AttentionOptions.standard(HEAD_DIM).withVisibility(visibility(token)),
            Primitives.widen(query.toArray()),
            Primitives.widen(keys.toArray()),
            Primitives.widen(values.toArray()));
    double largest = 0;
    double difference = 0;
    float[] actual = out.toArray();
    for (int i = 0; i < actual.length; i++) {
      largest = Math.max(largest, Math.abs(expected.out()[i]));
      difference = Math.max(difference, Math.abs(actual[i] - expected.out()[i]));
    }
    oracleError = Math.max(oracleError, difference / largest);
  }

  private Visibility visibility(int token) {
    return window == 0
        ? Visibility.everything()
        : (batch, head, query, key) -> key < prefix || key >= token - window;
  }

  private static int[] bits(FloatTensor t) {
    float[] values = t.toArray();
    int[] bits = new int[values.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToIntBits(values[i]);
    }
    return bits;
  }
}
