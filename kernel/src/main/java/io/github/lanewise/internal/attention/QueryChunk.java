package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.GradientKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import java.util.Arrays;

/**
 * Up to 256 queries of one head, and the gradients of their results, laid out for the tiles in
 * either direction: as rows {@code [queries/16][dim][16]} of the products that make scores, and as
 * columns {@code [dim/16][queries][16]} of those that make the gradients of keys and values.
 *
 * <p>Queries that saw nothing, those with logSumExp -inf, are zero here: neither they nor their
 * gradients are read.
 */
final class QueryChunk {

  private static final int GROUP = TileKernels.GROUP;

  /** Batch element and query head. */
  long batch;

  long head;

  /** Number of the chunk, counted from the sequence's first query. */
  int index;

  /** Number of queries. */
  int count;

  float[] queries = new float[0];
  float[] gradients = new float[0];
  float[] queryColumns = new float[0];
  float[] gradientColumns = new float[0];

  final float[] logSumExp = new float[CHUNK + GradientKernels.ROWS];

  /** D: the product of each query's result and its gradient. */
  final float[] dots = new float[CHUNK + GradientKernels.ROWS];

  /** What dropout decides by, if there is one. */
  final DropoutBits bits = new DropoutBits(CHUNK);

  /** Whether some query has logSumExp -inf. */
  boolean anyEmpty;

  /** Whether no infinity and no NaN is in the columns. */
  boolean finite;

  void set(long batch, long head, int index, int count) {
    this.batch = batch;
    this.head = head;
    this.index = index;
    this.count = count;
  }

  /** The chunk's first query, counted from the sequence's first. */
  long first() {
    return (long) index * CHUNK;
  }

  /** Queries that have room: whole groups of 16. */
  int room() {
    return (count + GROUP - 1) / GROUP * GROUP;
  }

  /** Whether a query of this chunk saw nothing. */
  boolean isEmpty(int r) {
    return logSumExp[r] == Float.NEGATIVE_INFINITY;
  }

  void pack(BackwardCall call, GradientBlock worker) {
    queries = grown(queries, room() * call.headDim);
    queryColumns = grown(queryColumns, room() * rounded(call.headDim));
    gradients = grown(gradients, room() * call.valueDim);
    gradientColumns = grown(gradientColumns, room() * rounded(call.valueDim));
    readStatistics(call);
    if (call.options.drops()) {
      bits.clear();
      bits.addRows(call.options, batch, head, first() + call.alibiOffset(batch), count);
    }
    if (anyEmpty) {
      Arrays.fill(queries, 0f);
      Arrays.fill(queryColumns, 0f);
      Arrays.fill(gradients, 0f);
      Arrays.fill(gradientColumns, 0f);
      Arrays.fill(dots, 0f);
    }
    finite = true;
    for (int r = 0; r < count; ) {
      int end = r;
      while (end < count && !isEmpty(end)) {
        end++;
      }
      if (r < end) {
        packRows(call, r, end, worker);
      }
      r = end + 1;
    }
  }

  private void readStatistics(BackwardCall call) {
    call.logSumExp.read(batch, head, first(), count, logSumExp);
    anyEmpty = false;
    for (int r = 0; r < count; r++) {
      anyEmpty |= isEmpty(r);
    }
  }

  private void packRows(BackwardCall call, int from, int end, GradientBlock worker) {
    StagedRows stage = worker.staging;
    int rows = end - from;
    call.queries.load(stage, batch, head, first() + from, rows, call.headDim);
    packGroups(stage, from, end, call.headDim, queries);
    finite &= packColumns(stage, from, rows, call.headDim, queryColumns);
    call.dOut.load(stage, batch, head, first() + from, rows, call.valueDim);
    packGroups(stage, from, end, call.valueDim, gradients);
    finite &= packColumns(stage, from, rows, call.valueDim, gradientColumns);
    StagedRows results = worker.results;
    call.out.load(results, batch, head, first() + from, rows, call.valueDim);
    Kernels.gradients()
        .rowDots(
            stage.array,
            stage.from,
            stage.stride,
            results.array,
            results.from,
            results.stride,
            rows,
            call.valueDim,
            dots,
            from,
            worker.lanes);
  }

  private static void packGroups(StagedRows stage, int from, int end, int dim, float[] to) {
    for (int r = from; r < end; ) {
      int stop = Math.min(end, (r / GROUP + 1) * GROUP);
      Kernels.tiles()
          .transpose(
              stage.array,
              stage.from + (r - from) * stage.stride,
              stage.stride,
              stop - r,
              dim,
              to,
              r / GROUP * GROUP * dim + r % GROUP,
              GROUP);
      r = stop;
    }
  }

  private boolean packColumns(StagedRows stage, int from, int rows, int dim, float[] to) {
    return Kernels.tiles()
        .packGroups(
            stage.array,
            stage.from,
            stage.stride,
            rows,
            dim,
            GROUP,
            to,
            from * GROUP,
            room() * GROUP);
  }

  /** Columns in whole groups of 16. */
  static int rounded(int dim) {
    return (dim + GROUP - 1) / GROUP * GROUP;
  }

  static float[] grown(float[] array, int length) {
    return array.length >= length ? array : new float[length];
  }
}
