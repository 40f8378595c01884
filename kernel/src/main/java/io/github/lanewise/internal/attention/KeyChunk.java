package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.attention.QueryChunk.grown;
import static io.github.lanewise.internal.attention.QueryChunk.rounded;
import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import java.util.Arrays;

/**
 * The keys and values of one chunk of a key head, laid out for the tiles: panels {@code
 * [keys/32][dim][32]} of the products that make scores and the gradients of weights, and the keys
 * as columns {@code [headDim/16][keys][16]} of the one that makes the gradients of queries.
 *
 * <p>Keys that no query sees are zero here, and not read.
 */
final class KeyChunk {

  private static final int GROUP = TileKernels.GROUP;
  private static final int PANEL = TileKernels.PANEL;

  /** Batch element and key head. */
  long batch;

  long head;

  /** Number of the chunk, counted from key 0. */
  long index;

  /** Number of keys. */
  int count;

  /** The keys that some query may see, counted from the chunk's first: {@code [from, end)}. */
  int from;

  int end;

  float[] keys = new float[0];
  float[] values = new float[0];
  float[] columns = new float[0];

  /** What dropout decides by, if there is one. */
  final DropoutBits bits = new DropoutBits(CHUNK);

  /** Whether no infinity and no NaN is in the columns. */
  boolean finite;

  /**
   * @param firstSeen first key that some query may see
   * @param endSeen one past the last
   */
  void set(long batch, long head, long index, int count, long firstSeen, long endSeen) {
    this.batch = batch;
    this.head = head;
    this.index = index;
    this.count = count;
    from = Math.clamp(firstSeen - first(), 0, count);
    end = Math.clamp(endSeen - first(), from, count);
  }

  /** The chunk's first key. */
  long first() {
    return index * CHUNK;
  }

  /** Panels of 32 keys. */
  int panels() {
    return (count + PANEL - 1) / PANEL;
  }

  /** Keys of a panel. */
  int lanes(int panel) {
    return Math.min(PANEL, count - panel * PANEL);
  }

  /** Keys that have room: whole panels. */
  int room() {
    return panels() * PANEL;
  }

  /** Where a panel's keys begin. */
  int keysAt(int panel, int headDim) {
    return panel * headDim * PANEL;
  }

  /** Where a panel's values begin. */
  int valuesAt(int panel, int valueDim) {
    return panel * valueDim * PANEL;
  }

  void pack(BackwardCall call, GradientBlock worker) {
    finite = true;
    if (from == end) {
      return;
    }
    if (call.options.drops()) {
      bits.clear();
      bits.addKeys(call.options, first(), count);
    }
    keys = grown(keys, room() * call.headDim);
    values = grown(values, room() * call.valueDim);
    columns = grown(columns, room() * rounded(call.headDim));
    RowGroup rows = worker.packedFor;
    call.setRowsOf(rows, batch, head);
    rows.findSeen(first(), first() + count);
    if (rows.endOfSeen(from, end) != end || from > 0 || end < count) {
      Arrays.fill(keys, 0f);
      Arrays.fill(values, 0f);
      Arrays.fill(columns, 0f);
    }
    int k = rows.nextSeen(from, end);
    while (k < end) {
      int stop = rows.endOfSeen(k, end);
      packRun(call, k, stop, worker.staging);
      k = rows.nextSeen(stop, end);
    }
  }

  private void packRun(BackwardCall call, int first, int stop, StagedRows stage) {
    call.keys.load(stage, batch, head, first() + first, stop - first, call.headDim);
    packPanels(stage, first, stop, call.headDim, keys);
    finite &=
        Kernels.tiles()
            .packGroups(
                stage.array,
                stage.from,
                stage.stride,
                stop - first,
                call.headDim,
                GROUP,
                columns,
                first * GROUP,
                room() * GROUP);
    call.values.load(stage, batch, head, first() + first, stop - first, call.valueDim);
    packPanels(stage, first, stop, call.valueDim, values);
  }

  private static void packPanels(StagedRows stage, int first, int stop, int dim, float[] to) {
    for (int k = first; k < stop; ) {
      int end = Math.min(stop, (k / PANEL + 1) * PANEL);
      Kernels.tiles()
          .transpose(
              stage.array,
              stage.from + (k - first) * stage.stride,
              stage.stride,
              end - k,
              dim,
              to,
              k / PANEL * PANEL * dim + k % PANEL,
              PANEL);
      k = end;
    }
  }
}
