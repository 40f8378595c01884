package io.github.lanewise;

import io.github.lanewise.RotaryEmbedding.Pairs;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.AttentionState;
import io.github.lanewise.classification.CrossEntropy;
import io.github.lanewise.internal.jvm.Jvm;
import io.github.lanewise.sampling.TokenSampler;
import io.github.lanewise.sampling.TokenSampler.LogProbabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Calls every operation on small data, in all the forms that have kernels of their own, until the
 * compilers have nothing left to do.
 *
 * <p>Attention comes first, and on very small data: a kernel is compiled when it has been called
 * some hundred times, and until then every vector operation is an interpreted call. The fewer of
 * those there are, the less time goes to them, and to compiling the JDK's own slow paths.
 */
final class WarmUpCalls {

  /** So long the compilers must have been idle: a few times what one large method takes. */
  private static final long IDLE_NANOS = 250_000_000;

  /** The same before going on to the next operations: those that were left run again later. */
  private static final long SHORT_IDLE_NANOS = 60_000_000;

  private static final int LENGTH = 320; // more than a chunk of keys, no multiple of 64
  private static final int QUERIES = 96; // more than a block
  private static final int DIM = 64;

  private static final int FEW_KEYS = 48;
  private static final int FEW_QUERIES = 80;
  private static final int SMALL_DIM = 32;

  private final float[] row = filled(2048);
  private final float[] rowOut = new float[row.length];
  private final FloatTensor scores = FloatTensor.of(filled(QUERIES * LENGTH), QUERIES, LENGTH);
  private final FloatTensor weights = FloatTensor.allocate(QUERIES, LENGTH);
  private final FloatTensor gradient = FloatTensor.allocate(QUERIES, LENGTH);
  private final int[] labels = new int[QUERIES];
  private final RowStatistics rowStatistics =
      new RowStatistics(
          FloatTensor.allocate(QUERIES),
          FloatTensor.allocate(QUERIES),
          FloatTensor.allocate(QUERIES));

  private final FloatTensor fewQueries = small(FEW_QUERIES);
  private final FloatTensor fewKeys = small(FEW_KEYS);
  private final FloatTensor fewOut = small(FEW_QUERIES);

  private final FloatTensor q = FloatTensor.of(filled(QUERIES * DIM), 1, 1, QUERIES, DIM);
  private final FloatTensor k = FloatTensor.of(filled(LENGTH * DIM), 1, 1, LENGTH, DIM);
  private final FloatTensor out = FloatTensor.allocate(1, 1, QUERIES, DIM);
  private final FloatTensor attended = FloatTensor.allocate(1, 1, QUERIES, LENGTH);
  private final RowStatistics headStatistics =
      new RowStatistics(
          FloatTensor.allocate(1, 1, QUERIES),
          FloatTensor.allocate(1, 1, QUERIES),
          FloatTensor.allocate(1, 1, QUERIES));

  private final FloatTensor sums = FloatTensor.allocate(1, 1, QUERIES);
  private final FloatTensor ofQueries = FloatTensor.allocate(1, 1, QUERIES, DIM);
  private final FloatTensor ofKeys = FloatTensor.allocate(1, 1, LENGTH, DIM);
  private final FloatTensor ofValues = FloatTensor.allocate(1, 1, LENGTH, DIM);

  private final Mask allowed = Mask.allowed(everyThird(QUERIES * LENGTH), QUERIES, LENGTH);
  private final Softmax warm = Softmax.builder().temperature(0.7f).build();
  private final Softmax logarithmic = Softmax.builder().logarithmic(true).build();
  private final CrossEntropy smooth =
      CrossEntropy.builder().temperature(0.7f).labelSmoothing(0.1).build();
  private final Attention plain = Attention.builder().build();
  private final Attention causal = Attention.builder().mask(Mask.causal()).build();
  private final Attention masked = Attention.builder().mask(allowed).build();
  private final Attention everyOption =
      Attention.builder()
          .softcap(30f)
          .bias(FloatTensor.allocate(1, LENGTH))
          .alibi(0.1f)
          .temperature(0.9f)
          .sinks(0f)
          .mask(Mask.prefix(4).or(Mask.window(100, 0)))
          .build();

  private final FloatTensor normWeight = FloatTensor.of(filled(LENGTH), LENGTH);
  private final int[] positions = new int[QUERIES / 4];
  private final RotaryEmbedding[] embeddings = {
    RotaryEmbedding.of(RotaryEmbedding.frequencies(1e4, DIM), 1, Pairs.HALVES),
    RotaryEmbedding.of(RotaryEmbedding.frequencies(1e4, DIM), 1, Pairs.INTERLEAVED)
  };

  private final float[] logits = filled(8192); // enough for a search among them
  private final RandomGenerator random = new SplittableRandom(1);
  private @Nullable DecodeWarmUpCalls
      decoding; // filled caches: not before attention has had its turn
  private final TokenSampler[] samplers = {
    TokenSampler.builder().temperature(0.9f).topK(20).topP(0.9f).minP(0.01f).build(),
    TokenSampler.builder().topK(5000).topP(0.9f).build(),
    TokenSampler.builder().minP(0.01f).build(),
    TokenSampler.builder().temperature(0.9f).topP(0.9f).temperatureLast(true).build()
  };
  private final LogProbabilities logProbabilities = LogProbabilities.of(5);

  private final List<PackedMatrix> packed = new ArrayList<>(); // not before it is their turn

  private long deadline;

  /**
   * Works for at most the given time; less if the compilers come to rest.
   *
   * @return whether they did, and the thread was not interrupted
   */
  boolean run(long nanos) {
    deadline = System.nanoTime() + nanos;
    untilAtRest(SHORT_IDLE_NANOS, this::fewRows);
    untilAtRest(SHORT_IDLE_NANOS, this::plainAttention);
    return untilAtRest(
        IDLE_NANOS,
        this::plainAttention,
        this::matmul,
        this::softmax,
        this::loss,
        this::sampling,
        this::layers,
        this::decode,
        this::packedProducts,
        this::primitives,
        this::gradients,
        this::attentionWithOptions);
  }

  /** Goes through the steps until no method has been compiled for some time. */
  private boolean untilAtRest(long idleNanos, Runnable... steps) {
    long idleSince = System.nanoTime();
    long compiled = -1;
    while (true) {
      for (Runnable step : steps) {
        if (System.nanoTime() >= deadline || Thread.currentThread().isInterrupted()) {
          return false;
        }
        step.run();
      }
      long now = Jvm.compilationMillis();
      if (now != compiled) {
        compiled = now;
        idleSince = System.nanoTime();
      } else if (now >= 0 && System.nanoTime() - idleSince > idleNanos) {
        return true;
      }
    }
  }

  private void fewRows() {
    plain.forward(fewQueries, fewKeys, fewKeys, fewOut);
    causal.forward(fewQueries, fewKeys, fewKeys, fewOut);
  }

  private void plainAttention() {
    plain.forward(q, k, k, out);
    causal.forward(q, k, k, out);
  }

  private void matmul() {
    FloatTensor queries = q.reshape(QUERIES, DIM);
    FloatTensor keys = k.reshape(LENGTH, DIM);
    Matmul.multiplyTransposed(1f, queries, keys, weights, Workers.caller());
    Matmul.multiply(1f, weights, keys, out.reshape(QUERIES, DIM), Workers.caller());
  }

  private void packedProducts() {
    FloatTensor rows = q.reshape(QUERIES, DIM);
    FloatTensor products = weights; // [QUERIES, LENGTH]
    for (PackedMatrix matrix : packed()) {
      for (int count : new int[] {1, 2, 4, QUERIES}) {
        Matmul.multiplyTransposed(
            1f, rows.slice(0, 0, count), matrix, products.slice(0, 0, count), Workers.caller());
      }
    }
  }

  private List<PackedMatrix> packed() {
    if (packed.isEmpty()) {
      for (PackedMatrix.Storage storage : PackedMatrix.Storage.values()) {
        packed.add(PackedMatrix.pack(k.reshape(LENGTH, DIM), storage));
      }
    }
    return packed;
  }

  private void primitives() {
    for (int length : new int[] {row.length, 1000, 100, 7}) {
      Lanes.exp(row, 0, rowOut, 0, length);
      Lanes.divide(row, 0, 3f, rowOut, 0, length);
      float sink = Lanes.max(row, 0, length) + Lanes.sum(row, 0, length);
      rowOut[0] = sink + Lanes.logSumExp(row, 0, length);
    }
  }

  private void softmax() {
    Workers caller = Workers.caller();
    Softmax.standard().apply(scores, weights);
    Softmax.standard().backward(weights, scores, gradient);
    Softmax.standard().apply(scores, Mask.causal(), weights, rowStatistics, caller);
    warm.apply(scores, allowed, weights);
    logarithmic.apply(scores, weights);
    logarithmic.backward(weights, scores, gradient);
  }

  private void loss() {
    Workers caller = Workers.caller();
    CrossEntropy.standard().apply(scores, labels, gradient, caller);
    CrossEntropy.standard().apply(scores, labels, null, caller);
    smooth.apply(scores, labels, gradient, caller);
  }

  private void decode() {
    DecodeWarmUpCalls own = decoding;
    if (own == null) {
      own = new DecodeWarmUpCalls();
      decoding = own;
    }
    own.run();
  }

  private void sampling() {
    for (TokenSampler sampler : samplers) {
      sampler.sample(logits, 0, logits.length, random);
      sampler.sample(logits, 0, logits.length, 0.5, logProbabilities, Workers.caller());
    }
  }

  private void gradients() {
    differentiate(plain);
    differentiate(causal);
    differentiate(everyOption);
  }

  /** What is differentiated need not have been the result. */
  private void differentiate(Attention attention) {
    attention.backward(q, k, k, out, q, sums, ofQueries, ofKeys, ofValues, Workers.caller());
  }

  private void layers() {
    Rows.rmsNorm(scores, normWeight, 1e-5f, weights);
    Rows.rmsNorm(scores, normWeight, 1e-6f, true, weights, Workers.caller());
    Rows.siluMultiply(scores, weights, gradient);
    Rows.sigmoid(scores, gradient);
    Rows.gelu(scores, gradient);
    Rows.geluTanh(scores, gradient);
    FloatTensor heads = q.reshape(QUERIES / 4, 4, DIM);
    for (RotaryEmbedding embedding : embeddings) {
      Rows.rotate(embedding, heads, positions, out.reshape(QUERIES / 4, 4, DIM));
    }
  }

  private void attentionWithOptions() {
    Workers caller = Workers.caller();
    masked.forward(q, k, k, out);
    everyOption.forward(q, k, k, out, headStatistics, caller);
    plain.weights(q, k, attended, caller);
    AttentionState state = AttentionState.empty(1, 1, QUERIES, DIM);
    plain.partial(q, k, k, 0, state, caller);
    state.writeTo(out, headStatistics);
  }

  private static FloatTensor small(int rows) {
    return FloatTensor.of(filled(rows * SMALL_DIM), 1, 1, rows, SMALL_DIM);
  }

  static float[] filled(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (i * 37 % 101 - 50) / 25f;
    }
    return values;
  }

  private static boolean[] everyThird(int length) {
    boolean[] allowed = new boolean[length];
    for (int i = 0; i < length; i++) {
      allowed[i] = i % 3 != 1;
    }
    return allowed;
  }
}
