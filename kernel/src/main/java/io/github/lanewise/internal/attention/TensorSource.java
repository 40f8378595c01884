package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;

/**
 * Keys and values in tensors of any layout, where {@link Sequences} says. Only keys that some query
 * sees are read; the rest of the room is zero.
 */
final class TensorSource implements KeyValueSource {

  private static final int GROUP = TileKernels.GROUP;

  private StridedFloats k;
  private StridedFloats v;
  private Sequences sequences;
  private long firstRow;
  private int headDim;
  private int valueDim;

  @SuppressWarnings("NullAway.Init") // bound before use
  TensorSource() {}

  /**
   * Binds to the operands of a call.
   *
   * @param sequences where the rows lie
   * @param firstRow the key that row 0 of k and v holds
   * @param valueDim 0 if v is not to be read
   */
  void bind(
      StridedFloats k,
      StridedFloats v,
      Sequences sequences,
      long firstRow,
      int headDim,
      int valueDim) {
    this.k = k;
    this.v = v;
    this.sequences = sequences;
    this.firstRow = firstRow;
    this.headDim = headDim;
    this.valueDim = valueDim;
  }

  @SuppressWarnings("NullAway") // a source at rest holds nothing of the caller's
  void unbind() {
    k = null;
    v = null;
    sequences = null;
  }

  StridedFloats keys() {
    return k;
  }

  /** Where a key lies. */
  long keyAt(int sequence, int head, long key) {
    return sequences.keyAt(k, sequence, head, key - firstRow);
  }

  /** Distance between two keys. */
  int keyStride() {
    return (int) sequences.rowStride(k);
  }

  /**
   * Brings keys that are about to be read in pieces into the cache, unless they follow one another:
   * then it only takes time.
   */
  void bringScatteredKeysNear(int sequence, int head, long from, long end, StagedRows staging) {
    if (keyStride() != headDim) {
      long row = keyAt(sequence, head, from);
      staging.bringNear(k, row, keyStride(), (int) (end - from), headDim);
    }
  }

  StridedFloats values() {
    return v;
  }

  /** Where the values of a key lie. */
  long valueAt(int sequence, int head, long key) {
    return sequences.keyAt(v, sequence, head, key - firstRow);
  }

  /** Distance between the values of two keys. */
  int valueStride() {
    return (int) sequences.rowStride(v);
  }

  @Override
  public long mostPacked() {
    return sequences.mostKeys() - firstRow;
  }

  @Override
  public boolean place(PackedChunk chunk) {
    return false;
  }

  @Override
  public void pack(PackedChunk chunk, QueryBlock worker) {
    pack(chunk, worker.packedFor, worker.staging);
  }

  /**
   * Fills the chunk's room.
   *
   * @param rows those that the chunk is for; they have found what they see of it
   */
  void pack(PackedChunk chunk, RowGroup rows, StagedRows staging) {
    long chunk0 = chunk.index * CHUNK;
    long kStride = sequences.rowStride(k);
    long vStride = sequences.rowStride(v);
    long kRow = sequences.keyAt(k, chunk.sequence, chunk.head, -firstRow);
    long vRow = sequences.keyAt(v, chunk.sequence, chunk.head, -firstRow);
    int from = (int) (chunk.from - chunk0);
    int end = (int) (chunk.end - chunk0);
    boolean allFinite = true;
    staging.bringNear(k, kRow + chunk.from * kStride, kStride, end - from, headDim);
    if (valueDim > 0) {
      staging.bringNear(v, vRow + chunk.from * vStride, vStride, end - from, valueDim);
    }
    for (int group = from / GROUP * GROUP; group < end; group += GROUP) {
      int groupEnd = Math.min(end, group + GROUP);
      int first = rows.nextSeen(Math.max(from, group), groupEnd);
      if (first > group || rows.endOfSeen(first, groupEnd) < group + GROUP) {
        clear(chunk, chunk0 + group);
      }
      while (first < groupEnd) {
        int runEnd = rows.endOfSeen(first, groupEnd);
        long key = chunk0 + first;
        packKeys(chunk, kRow + key * kStride, runEnd - first, key, staging);
        if (valueDim > 0) {
          allFinite &= packValues(chunk, vRow + key * vStride, runEnd - first, key, staging);
        }
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
    stage.load(k, from, sequences.rowStride(k), rows, headDim);
    Kernels.tiles()
        .transpose(stage.array, stage.from, stage.stride, rows, headDim, chunk.keys, to, GROUP);
  }

  private boolean packValues(PackedChunk chunk, long from, int rows, long first, StagedRows stage) {
    stage.load(v, from, sequences.rowStride(v), rows, valueDim);
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
