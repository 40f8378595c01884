package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;

/**
 * Keys and values of the heads in flight, laid out for the tiles: keys as {@code
 * [keys/16][headDim][16]}, values as {@code [valueDim/16][keys][16]}.
 *
 * <p>Only keys inside the hull of what the head's queries see are read; the rest of their groups of
 * 16 is zero.
 */
final class PackedHeads {

  private static final TileKernels TILES = Kernels.TILES;
  private static final int GROUP = TileKernels.GROUP;
  private static final int CHUNK = TileKernels.CHUNK;

  float[] keys = new float[0];
  float[] values = new float[0];

  private long[] firstKey = new long[0];
  private long[] endKey = new long[0];
  private boolean[] finite = new boolean[0];
  private int headDim;
  private int valueDim;
  private int valueGroups;
  private int chunks;
  private int keyStride;
  private int valueStride;

  /** Floats that one head takes, both arrays together. */
  static long floatsPerHead(long keyLength, long headDim, long valueDim) {
    long rounded = Math.addExact(keyLength, GROUP - 1L) / GROUP * GROUP;
    long dims = Math.addExact(headDim, (valueDim + GROUP - 1) / GROUP * GROUP);
    return Math.multiplyExact(rounded, dims);
  }

  /** Prepares {@code slots} heads whose hulls {@link #setHull} is to tell. */
  void begin(int slots, int headDim, int valueDim) {
    this.headDim = headDim;
    this.valueDim = valueDim;
    valueGroups = (valueDim + GROUP - 1) / GROUP;
    if (firstKey.length < slots) {
      firstKey = new long[slots];
      endKey = new long[slots];
    }
  }

  /** The hull of the keys that any query of the group sees. */
  void setHull(
      int slot, MaskPlan mask, long batch, long firstHead, long heads, long queries, long length) {
    long first = 0;
    long end = length;
    if (!mask.isNone()) {
      first = length;
      end = 0;
      for (long head = firstHead; head < firstHead + heads; head++) {
        for (long i = 0; i < queries && (first > 0 || end < length); i++) {
          long rowFirst = mask.first(batch, head, i);
          long rowEnd = mask.end(batch, head, i);
          if (rowFirst < rowEnd) {
            first = Math.min(first, rowFirst);
            end = Math.max(end, rowEnd);
          }
        }
      }
    }
    firstKey[slot] = Math.min(first, end);
    endKey[slot] = end;
  }

  /** Makes room for the hulls of all slots; returns the number of chunks to be packed for each. */
  int allocate(int slots) {
    long most = 0;
    chunks = 0;
    for (int slot = 0; slot < slots; slot++) {
      most = Math.max(most, endKey[slot] - base(slot));
      chunks = Math.max(chunks, (int) (lastChunk(slot) - firstChunk(slot)));
    }
    int rounded = (int) ((most + GROUP - 1) / GROUP * GROUP);
    keyStride = rounded * headDim;
    valueStride = rounded * valueGroups * GROUP;
    keys = grown(keys, slots * (long) keyStride);
    values = grown(values, slots * (long) valueStride);
    if (finite.length < slots * chunks) {
      finite = new boolean[slots * chunks];
    }
    return chunks;
  }

  private static float[] grown(float[] array, long length) {
    return array.length >= length ? array : new float[Math.toIntExact(length)];
  }

  /** Key that the slot's first group starts at. */
  private long base(int slot) {
    return firstKey[slot] / GROUP * GROUP;
  }

  private long firstChunk(int slot) {
    return firstKey[slot] / CHUNK;
  }

  private long lastChunk(int slot) {
    return (endKey[slot] + CHUNK - 1) / CHUNK;
  }

  /** Distance between the groups of 16 value columns. */
  int valueGroupStride() {
    return valueStride / Math.max(1, valueGroups);
  }

  int keyAt(int slot, long key) {
    return slot * keyStride + (int) (key - base(slot)) * headDim;
  }

  int valueAt(int slot, long key) {
    return slot * valueStride + (int) (key - base(slot)) * GROUP;
  }

  boolean isFinite(int slot, long chunk) {
    return finite[slot * chunks + (int) (chunk - firstChunk(slot))];
  }

  /** Where the slot's {@code index}-th chunk of keys begins, counted from key 0. */
  long chunkStart(int slot, int index) {
    return (firstChunk(slot) + index) * CHUNK;
  }

  /** Where its keys end; not after its start if the slot has fewer chunks. */
  long chunkEnd(int slot, int index) {
    return Math.min(endKey[slot], chunkStart(slot, index) + CHUNK);
  }

  /**
   * Packs those keys of the slot's {@code index}-th chunk that are seen; the rest is zero.
   *
   * @param firstRow the key that row 0 of k and v holds
   */
  void pack(
      int slot,
      int index,
      SeenKeys seen,
      StridedFloats k,
      StridedFloats v,
      long batch,
      long head,
      long firstRow,
      StagedRows stage) {
    long chunk0 = chunkStart(slot, index);
    long kRow = k.offset() + batch * k.stride(0) + head * k.stride(1) - firstRow * k.stride(2);
    long vRow = v.offset() + batch * v.stride(0) + head * v.stride(1) - firstRow * v.stride(2);
    int from = (int) (Math.max(firstKey[slot], chunk0) - chunk0);
    int end = (int) (chunkEnd(slot, index) - chunk0);
    boolean allFinite = true;
    for (int group = from / GROUP * GROUP; group < end; group += GROUP) {
      int groupEnd = Math.min(end, group + GROUP);
      int first = seen.next(Math.max(from, group), groupEnd);
      if (first > group || seen.endOfRun(first, groupEnd) < group + GROUP) {
        clear(slot, chunk0 + group);
      }
      while (first < groupEnd) {
        int runEnd = seen.endOfRun(first, groupEnd);
        long key = chunk0 + first;
        packKeys(k, kRow + key * k.stride(2), runEnd - first, slot, key, stage);
        allFinite &= packValues(v, vRow + key * v.stride(2), runEnd - first, slot, key, stage);
        first = seen.next(runEnd, groupEnd);
      }
    }
    finite[slot * chunks + index] = allFinite;
  }

  /** Zeros for a whole group of keys and values. */
  private void clear(int slot, long group) {
    int to = keyAt(slot, group);
    Arrays.fill(keys, to, to + headDim * GROUP, 0f);
    int at = valueAt(slot, group);
    for (int g = 0; g < valueGroups; g++) {
      Arrays.fill(values, at, at + GROUP * GROUP, 0f);
      at += valueGroupStride();
    }
  }

  private void packKeys(
      StridedFloats k, long from, int rows, int slot, long key, StagedRows stage) {
    int skip = (int) (key % GROUP);
    int to = keyAt(slot, key - skip) + skip;
    stage.load(k, from, k.stride(2), rows, headDim);
    TILES.transpose(
        stage.array, stage.from, stage.stride, rows, headDim, keys, to, GROUP, stage.scratch);
  }

  private boolean packValues(
      StridedFloats v, long from, int rows, int slot, long first, StagedRows stage) {
    stage.load(v, from, v.stride(2), rows, valueDim);
    return TILES.packGroups(
        stage.array,
        stage.from,
        stage.stride,
        rows,
        valueDim,
        values,
        valueAt(slot, first),
        valueGroupStride());
  }
}
