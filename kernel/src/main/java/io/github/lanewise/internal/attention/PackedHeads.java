package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.RowGroup;
import java.util.Arrays;

/**
 * The chunks of keys and values of the heads in flight. Only those that some query sees are there,
 * in ascending order for each head, so that a prefix and a window over millions of keys take no
 * more room than the prefix and the window.
 */
final class PackedHeads {

  private static final int GROUP = TileKernels.GROUP;

  private float[] keys = new float[0];
  private float[] values = new float[0];

  private PackedChunk[] chunks = new PackedChunk[0];
  private int count;
  private int slots;

  /** Where the chunks of each slot end in {@link #chunks}. */
  private int[] slotEnd = new int[0];

  private int headDim;
  private int valueDim;

  /** Floats that the room for so many keys of one head takes. */
  static long floatsPerHead(long keyLength, long headDim, long valueDim) {
    long rounded = Math.addExact(keyLength, GROUP - 1L) / GROUP * GROUP;
    long dims = Math.addExact(headDim, (valueDim + GROUP - 1) / GROUP * GROUP);
    return Math.multiplyExact(rounded, dims);
  }

  /** Prepares for {@code slots} heads, to be listed in ascending order. */
  void begin(int slots, int headDim, int valueDim) {
    this.headDim = headDim;
    this.valueDim = valueDim;
    this.slots = slots;
    count = 0;
    if (slotEnd.length < slots) {
      slotEnd = new int[slots];
    }
  }

  /** Heads in flight. */
  int slots() {
    return slots;
  }

  /** Lists the chunks of a sequence's key head that any row of its group sees. */
  void list(int slot, int sequence, int head, RowGroup rows) {
    rows.findHull();
    long end = rows.endKey();
    long key = rows.firstKey();
    while (key < end) {
      long chunk = key / CHUNK;
      long chunkEnd = Math.min(end, (chunk + 1) * CHUNK);
      if (rows.seesAny(chunk * CHUNK, chunkEnd)) {
        add(slot, sequence, head, chunk, key, chunkEnd);
      }
      key = rows.next(chunkEnd);
    }
    slotEnd[slot] = count;
  }

  private void add(int slot, int sequence, int head, long index, long from, long end) {
    if (count == chunks.length) {
      chunks = Arrays.copyOf(chunks, Math.max(8, 2 * count));
      for (int at = count; at < chunks.length; at++) {
        chunks[at] = new PackedChunk();
      }
    }
    chunks[count++].set(slot, sequence, head, index, from, end, headDim);
  }

  /**
   * Gives every chunk its place, in the source or in a room that is to be packed.
   *
   * @return the number of chunks to be packed: all or none
   */
  int place(KeyValueSource source) {
    long keysAt = 0;
    long valuesAt = 0;
    int valueWidth = (valueDim + GROUP - 1) / GROUP * GROUP;
    int placed = 0;
    for (int at = 0; at < count; at++) {
      PackedChunk chunk = chunks[at];
      if (source.place(chunk)) {
        placed++;
        continue;
      }
      int room = chunk.roomKeys();
      chunk.keysAt = Math.toIntExact(keysAt);
      chunk.valuesAt = Math.toIntExact(valuesAt);
      chunk.valueGroupStride = room * GROUP;
      keysAt += (long) room * headDim;
      valuesAt += (long) room * valueWidth;
    }
    assert placed == 0 || placed == count;
    if (placed == count) {
      return 0;
    }
    keys = grown(keys, keysAt);
    values = grown(values, valuesAt);
    for (int at = 0; at < count; at++) {
      chunks[at].keys = keys;
      chunks[at].values = values;
    }
    return count;
  }

  /** An eighth more than before at least, so that a row that grows by one each call settles. */
  private static float[] grown(float[] array, long length) {
    if (array.length >= length) {
      return array;
    }
    long slack = Math.min(Integer.MAX_VALUE - 64L, array.length + (long) array.length / 8);
    return new float[Math.toIntExact(Math.max(length, slack))];
  }

  /** The chunk at an index below {@link #end} of the last slot. */
  PackedChunk chunk(int at) {
    return chunks[at];
  }

  /** Index of the slot's first chunk that is not before chunk number {@code index}. */
  int find(int slot, long index) {
    int low = slot == 0 ? 0 : slotEnd[slot - 1];
    int high = slotEnd[slot];
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (chunks[middle].index < index) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** One past the index of the slot's last chunk. */
  int end(int slot) {
    return slotEnd[slot];
  }

  /** Lets go of what is not this call's own. */
  void release() {
    for (int at = 0; at < count; at++) {
      chunks[at].release();
    }
    count = 0;
  }
}
