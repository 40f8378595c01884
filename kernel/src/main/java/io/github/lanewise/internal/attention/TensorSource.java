package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;

/**
 * Keys and values in tensors [batch, keyHeads, keys, dim] of any layout. Only keys that some query
 * sees are read; the rest of the room is zero.
 */
final class TensorSource implements KeyValueSource {

  private static final int GROUP = TileKernels.GROUP;

  private StridedFloats k;
  private StridedFloats v;
  private long firstRow;
  private int headDim;
  private int valueDim;

  @SuppressWarnings("NullAway.Init") // bound before use
  TensorSource() {}

  /**
   * Binds to the operands of a call.
   *
   * @param firstRow the key that row 0 of k and v holds
   * @param valueDim 0 if v is not to be read
   */
  void bind(StridedFloats k, StridedFloats v, long firstRow, int headDim, int valueDim) {
    this.k = k;
    this.v = v;
    this.firstRow = firstRow;
    this.headDim = headDim;
    this.valueDim = valueDim;
  }

  @SuppressWarnings("NullAway") // a source at rest holds nothing of the caller's
  void unbind() {
    k = null;
    v = null;
  }

  @Override
  public long mostPacked() {
    return k.size(2);
  }

  @Override
  public boolean place(PackedChunk chunk, long batch, long head) {
    return false;
  }

  @Override
  public void pack(PackedChunk chunk, long batch, long head, QueryBlock worker) {
    RowGroup rows = worker.packedFor;
    long chunk0 = chunk.index * CHUNK;
    long kRow = k.offset() + batch * k.stride(0) + head * k.stride(1) - firstRow * k.stride(2);
    long vRow = v.offset() + batch * v.stride(0) + head * v.stride(1) - firstRow * v.stride(2);
    int from = (int) (chunk.from - chunk0);
    int end = (int) (chunk.end - chunk0);
    boolean allFinite = true;
    for (int group = from / GROUP * GROUP; group < end; group += GROUP) {
      int groupEnd = Math.min(end, group + GROUP);
      int first = rows.nextSeen(Math.max(from, group), groupEnd);
      if (first > group || rows.endOfSeen(first, groupEnd) < group + GROUP) {
        clear(chunk, chunk0 + group);
      }
      while (first < groupEnd) {
        int runEnd = rows.endOfSeen(first, groupEnd);
        long key = chunk0 + first;
        packKeys(chunk, kRow + key * k.stride(2), runEnd - first, key, worker.staging);
        allFinite &=
            packValues(chunk, vRow + key * v.stride(2), runEnd - first, key, worker.staging);
        first = rows.nextSeen(runEnd, groupEnd);
      }
    }
    chunk.finite = allFinite;
  }

  /** Zeros for a whole group of keys and values. */
  private void clear(PackedChunk chunk, long group) {
    int to = chunk.keyAt(group);
    Arrays.fill(chunk.keys, to, to + headDim * GROUP, 0f);
    int at = chunk.valueAt(group);
    for (int column = 0; column < valueDim; column += GROUP) {
      Arrays.fill(chunk.values, at, at + GROUP * GROUP, 0f);
      at += chunk.valueGroupStride;
    }
  }

  private void packKeys(PackedChunk chunk, long from, int rows, long key, StagedRows stage) {
    int skip = (int) (key % GROUP);
    int to = chunk.keyAt(key - skip) + skip;
    stage.load(k, from, k.stride(2), rows, headDim);
    Kernels.tiles()
        .transpose(stage.array, stage.from, stage.stride, rows, headDim, chunk.keys, to, GROUP);
  }

  private boolean packValues(PackedChunk chunk, long from, int rows, long first, StagedRows stage) {
    stage.load(v, from, v.stride(2), rows, valueDim);
    return Kernels.tiles()
        .packGroups(
            stage.array,
            stage.from,
            stage.stride,
            rows,
            valueDim,
            GROUP,
            chunk.values,
            chunk.valueAt(first),
            chunk.valueGroupStride);
  }
}
