package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;

/**
 * The keys and values of a part of one chunk, for one key head, laid out for the tiles: keys {@code
 * [keys/16][headDim][16]}, values {@code [valueDim/16][keys][16]}. They lie in a room of the call
 * or, where the cache holds them in this very layout, in its page.
 */
final class PackedChunk {

  private static final int GROUP = TileKernels.GROUP;

  /** Heads in flight are numbered by slots. */
  int slot;

  /** Where its keys and values come from. */
  int sequence;

  int head;

  /** Number of the chunk, counted from key 0. */
  long index;

  /** First key that has room; a multiple of 16. */
  long firstKey;

  /** First key that may be seen; in the first group that has room. */
  long from;

  /** One past the last key that may be seen. */
  long end;

  float[] keys = NONE;
  int keysAt;
  float[] values = NONE;
  int valuesAt;

  /** Distance between the groups of 16 value columns. */
  int valueGroupStride;

  /** Whether no value that may be seen is infinite or NaN; false if unknown. */
  boolean finite;

  /** Whether dots are multiplied by {@link #keyScales}. */
  boolean keysScaled;

  /** Whether weights are multiplied by {@link #valueScales}. */
  boolean valuesScaled;

  /** One for each key of the whole chunk; there only if scaled. */
  float[] keyScales = NONE;

  float[] valueScales = NONE;

  private static final float[] NONE = {};
  private int headDim;

  void set(int slot, int sequence, int head, long index, long from, long end, int headDim) {
    this.slot = slot;
    this.sequence = sequence;
    this.head = head;
    this.index = index;
    this.from = from;
    this.end = end;
    this.headDim = headDim;
    firstKey = from / GROUP * GROUP;
    keysScaled = false;
    valuesScaled = false;
  }

  /** Keys that have room: whole groups of 16. */
  int roomKeys() {
    return (int) ((end - firstKey + GROUP - 1) / GROUP * GROUP);
  }

  /** Where the group of 16 begins that starts with this key. */
  int keyAt(long key) {
    return keysAt + (int) (key - firstKey) * headDim;
  }

  /** Where the values of this key begin, in the first group of columns. */
  int valueAt(long key) {
    return valuesAt + (int) (key - firstKey) * GROUP;
  }

  /** Copies the values of one key, times their scale. */
  void readValues(long key, float[] to, int at, int valueDim) {
    for (int column = 0; column < valueDim; column++) {
      int group = column / GROUP * valueGroupStride;
      to[at + column] = values[valueAt(key) + group + column % GROUP];
    }
    if (valuesScaled) {
      Kernels.lanes().scale(to, at, valueScales[scaleAt(key)], to, at, valueDim);
    }
  }

  /** Index of a key in the scales. */
  static int scaleAt(long key) {
    return (int) (key % CHUNK);
  }

  /** Room for the scales of the keys, which apply from now on. */
  float[] scaledKeys() {
    keysScaled = true;
    if (keyScales.length == 0) {
      keyScales = new float[CHUNK];
    }
    return keyScales;
  }

  /** Room for the scales of the values, which apply from now on. */
  float[] scaledValues() {
    valuesScaled = true;
    if (valueScales.length == 0) {
      valueScales = new float[CHUNK];
    }
    return valueScales;
  }

  /** Lets go of pages and rooms. */
  void release() {
    keys = NONE;
    values = NONE;
  }
}
