package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.kernel.ChunkSums;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of bias, temperature and sinks of one call: what each row or key of a head adds to
 * them while the heads are differentiated, and the sums over queries, heads and batch at the end.
 */
final class OptionSums {

  private static final int PANEL = TileKernels.PANEL;

  /** Which axes the bias serves as a whole, and so where its gradient is summed. */
  enum Bias {
    /** There is none, or its gradient is not wanted. */
    NONE,
    /** All keys: each row has a sum. */
    ROWS,
    /** All queries, but not all keys: each key has a sum. */
    COLUMNS,
    /** Neither: a pass of its own, block by block. */
    PAIRS
  }

  Bias bias = Bias.NONE;

  private @Nullable StridedFloats biasGradient;
  private float @Nullable [] temperature;
  private float @Nullable [] sinks;
  private BackwardCall call;

  /** Floats from one head to the next: of queries, of keys, and of chunks of queries. */
  private int queryPitch;

  private int keyPitch;
  private int chunkPitch;

  private float[] temperatureRows = new float[0];
  private float[] biasRows = new float[0];
  private float[] biasColumns = new float[0];
  private float[] sinkNodes = new float[0];
  private float[] nodes = new float[0];
  private float[] headSum = new float[0];
  private float[] total = new float[0];
  private float[] summand = new float[0];

  @SuppressWarnings("NullAway.Init") // bound before use
  OptionSums() {}

  /** Binds what is wanted; the call is bound to its operands. */
  void bind(
      BackwardCall call,
      @Nullable FloatTensor ofBias,
      float @Nullable [] ofTemperature,
      float @Nullable [] ofSinks) {
    this.call = call;
    temperature = ofTemperature;
    sinks = ofSinks;
    biasGradient = ofBias == null ? null : StridedFloats.of(ofBias);
    bias = biasGradient == null ? Bias.NONE : kind(biasGradient);
    queryPitch = whole(call.mostQueries());
    keyPitch = whole(call.sequences.mostKeys());
    chunkPitch = Math.toIntExact((call.mostQueries() + CHUNK - 1) / CHUNK);
    long heads = call.sequences.count() * call.q.size(1);
    if (temperature != null) {
      temperatureRows = cleared(temperatureRows, heads * queryPitch);
    }
    if (bias == Bias.ROWS) {
      biasRows = cleared(biasRows, heads * queryPitch);
    }
    if (bias == Bias.COLUMNS) {
      biasColumns = cleared(biasColumns, heads * keyPitch);
    }
    if (sinks != null) {
      sinkNodes = cleared(sinkNodes, heads * chunkPitch);
    }
  }

  @SuppressWarnings("NullAway") // bound again before use
  void unbind() {
    call = null;
    temperature = null;
    sinks = null;
    biasGradient = null;
    bias = Bias.NONE;
  }

  private static Bias kind(StridedFloats b) {
    if (b.size(b.rank() - 1) == 1) {
      return Bias.ROWS;
    }
    return b.rank() < 2 || b.size(b.rank() - 2) == 1 ? Bias.COLUMNS : Bias.PAIRS;
  }

  private static int whole(long length) {
    return Math.toIntExact((length + PANEL - 1) / PANEL * PANEL);
  }

  private static float[] cleared(float[] array, long length) {
    float[] grown = QueryChunk.grown(array, Math.toIntExact(length));
    Arrays.fill(grown, 0, (int) length, 0f);
    return grown;
  }

  boolean wantsTemperature() {
    return temperature != null;
  }

  boolean wantsSinks() {
    return sinks != null;
  }

  /** Whether some sum of each row is wanted, and how many of them. */
  int rowSums() {
    return (temperature == null ? 0 : 1) + (bias == Bias.ROWS ? 1 : 0);
  }

  private int head(long batch, long head) {
    return (int) (batch * call.q.size(1) + head);
  }

  /** Takes the sums of a chunk's rows, one kind behind the other. */
  void takeRows(QueryChunk chunk, float[] from, int at) {
    int to = head(chunk.batch, chunk.head) * queryPitch + (int) chunk.first();
    int next = at;
    if (temperature != null) {
      System.arraycopy(from, next, temperatureRows, to, chunk.count);
      next += CHUNK;
    }
    if (bias == Bias.ROWS) {
      System.arraycopy(from, next, biasRows, to, chunk.count);
    }
  }

  /** Takes the sums of a panel's keys. */
  void takeColumns(KeyChunk chunk, long queryHead, int panel, float[] from, int at) {
    int to = head(chunk.batch, queryHead) * keyPitch + (int) chunk.first() + panel * PANEL;
    System.arraycopy(from, at, biasColumns, to, chunk.lanes(panel));
  }

  /** Takes a chunk of queries' share of the sink's gradient. */
  void takeSink(QueryChunk chunk) {
    float[] logits = call.options.sinks;
    assert logits != null;
    float sink = logits[(int) chunk.head];
    sinkNodes[head(chunk.batch, chunk.head) * chunkPitch + chunk.index] =
        Kernels.gradients().sinkSum(sink, chunk.logSumExp, chunk.dots, chunk.count);
  }

  /** Sums over queries, heads and batch, in this order, ascending. */
  void finish() {
    nodes = QueryChunk.grown(nodes, chunkPitch);
    if (temperature != null) {
      finishTemperature(temperature);
    }
    if (sinks != null) {
      finishSinks(sinks);
    }
    if (biasGradient != null && bias != Bias.PAIRS) {
      finishBias(biasGradient);
    }
  }

  private void finishTemperature(float[] to) {
    float[] divisors = call.options.temperatures;
    assert divisors != null;
    for (int h = 0; h < to.length; h++) {
      float sum = 0f;
      for (int b = 0; b < call.sequences.count(); b++) {
        sum = ChunkSums.plus(sum, overQueries(temperatureRows, b, h));
      }
      to[h] = ChunkSums.negated(sum, divisors[h]);
    }
  }

  private float overQueries(float[] rows, int b, int h) {
    return ChunkSums.of(rows, head(b, h) * queryPitch, (int) call.queries(b), nodes);
  }

  private void finishSinks(float[] to) {
    for (int h = 0; h < to.length; h++) {
      float sum = 0f;
      for (int b = 0; b < call.sequences.count(); b++) {
        int chunks = (int) ((call.queries(b) + CHUNK - 1) / CHUNK);
        sum = ChunkSums.plus(sum, ChunkSums.tree(sinkNodes, head(b, h) * chunkPitch, chunks));
      }
      to[h] = ChunkSums.negated(sum, 1f);
    }
  }

  private void finishBias(StridedFloats to) {
    int rank = to.rank();
    long batches = rank < 4 ? 1 : to.size(rank - 4);
    long heads = rank < 3 ? 1 : to.size(rank - 3);
    long rows = rank < 2 ? 1 : to.size(rank - 2);
    boolean perRow = bias == Bias.ROWS && rows != 1;
    int length = perRow ? queryPitch : bias == Bias.COLUMNS ? keyPitch : PANEL;
    headSum = QueryChunk.grown(headSum, length);
    total = QueryChunk.grown(total, length);
    summand = QueryChunk.grown(summand, PANEL);
    for (int b = 0; b < batches; b++) {
      for (int h = 0; h < heads; h++) {
        sum(batches == 1 ? -1 : b, heads == 1 ? -1 : h, perRow, length);
        Kernels.gradients().addZero(total, 0, length);
        write(to, b, h, perRow);
      }
    }
  }

  /** Heads ascending, then batch elements; -1 stands for all. */
  private void sum(int ofBatch, int ofHead, boolean perRow, int length) {
    Arrays.fill(total, 0, length, 0f);
    int endBatch = ofBatch < 0 ? (int) call.sequences.count() : ofBatch + 1;
    int endHead = ofHead < 0 ? (int) call.q.size(1) : ofHead + 1;
    for (int b = Math.max(0, ofBatch); b < endBatch; b++) {
      Arrays.fill(headSum, 0, length, 0f);
      for (int h = Math.max(0, ofHead); h < endHead; h++) {
        if (perRow) {
          Kernels.gradients().add(headSum, 0, biasRows, head(b, h) * queryPitch, length);
        } else if (bias == Bias.COLUMNS) {
          Kernels.gradients().add(headSum, 0, biasColumns, head(b, h) * keyPitch, length);
        } else {
          Arrays.fill(summand, 0f);
          summand[0] = overQueries(biasRows, b, h);
          Kernels.gradients().add(headSum, 0, summand, 0, length);
        }
      }
      Kernels.gradients().add(total, 0, headSum, 0, length);
    }
  }

  private void write(StridedFloats to, long batch, long head, boolean perRow) {
    int rank = to.rank();
    long at = Operands.biasRow(to, batch, head, 0);
    if (perRow) {
      for (int i = 0; i < to.size(rank - 2); i++) {
        to.setElement(total[i], at + i * to.stride(rank - 2));
      }
      return;
    }
    long length = to.size(rank - 1);
    int known = (int) Math.min(length, bias == Bias.COLUMNS ? keyPitch : PANEL);
    to.write(total, 0, at, known);
    for (long j = known; j < length; j++) {
      to.setElement(0f, at + j); // an open bias goes on beyond the last key
    }
  }

  /** The gradient of a bias with an element for each query and key. */
  StridedFloats pairs() {
    StridedFloats t = biasGradient;
    assert t != null;
    return t;
  }
}
