package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.Practice;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Flags packed to bits: one comparison for as many as a vector has bytes. */
final class BooleanPacking {

  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, LaneSpecies.FLOATS.vectorShape());

  private BooleanPacking() {}

  /**
   * Bit j is flags[from + j]. The ends of rows are in here too: with them the method is too large
   * to be inlined, so that its vectors never become objects, however deep the caller stands.
   */
  static long pack(boolean[] flags, int from, int length) {
    long word = 0;
    int j = 0;
    if (B.length() == 64 && length == 64) {
      return ByteVector.fromBooleanArray(B, flags, from).compare(VectorOperators.NE, 0).toLong();
    }
    if (B.length() == 32 && length >= 32) {
      word = ByteVector.fromBooleanArray(B, flags, from).compare(VectorOperators.NE, 0).toLong();
      j = 32;
      if (length == 64) {
        ByteVector high = ByteVector.fromBooleanArray(B, flags, from + 32);
        return word | high.compare(VectorOperators.NE, 0).toLong() << 32;
      }
    }
    if (B.length() == 16) {
      for (; j <= length - 16; j += 16) {
        ByteVector v = ByteVector.fromBooleanArray(B, flags, from + j);
        word |= v.compare(VectorOperators.NE, 0).toLong() << j;
      }
    }
    for (; j <= length - 8; j += 8) {
      int at = from + j;
      int low =
          (flags[at] ? 1 : 0)
              | (flags[at + 1] ? 2 : 0)
              | (flags[at + 2] ? 4 : 0)
              | (flags[at + 3] ? 8 : 0);
      int high =
          (flags[at + 4] ? 16 : 0)
              | (flags[at + 5] ? 32 : 0)
              | (flags[at + 6] ? 64 : 0)
              | (flags[at + 7] ? 128 : 0);
      word |= (long) (low | high) << j;
    }
    for (; j < length; j++) {
      word |= (flags[from + j] ? 1L : 0L) << j;
    }
    return word;
  }

  /** As {@link #pack}, of any number of flags: bit j of word w is flags[from + 64·w + j]. */
  static void pack(boolean[] flags, int from, int length, long[] bits, int at) {
    for (int round = Practice.rounds; round > 0; round--) {}
    assert length >= 0 && from >= 0 && from + length <= flags.length
        : length + " at " + from + " of " + flags.length;
    assert at >= 0 && at + (length + Long.SIZE - 1) / Long.SIZE <= bits.length
        : length + " bits at word " + at + " of " + bits.length;
    int words = length / Long.SIZE;
    if (B.length() == 64) {
      for (int w = 0; w < words; w++) {
        ByteVector v = ByteVector.fromBooleanArray(B, flags, from + w * Long.SIZE);
        bits[at + w] = v.compare(VectorOperators.NE, 0).toLong();
      }
    } else if (B.length() == 32) {
      for (int w = 0; w < words; w++) {
        int flag = from + w * Long.SIZE;
        ByteVector low = ByteVector.fromBooleanArray(B, flags, flag);
        ByteVector high = ByteVector.fromBooleanArray(B, flags, flag + 32);
        long lowBits = low.compare(VectorOperators.NE, 0).toLong();
        bits[at + w] = lowBits | high.compare(VectorOperators.NE, 0).toLong() << 32;
      }
    } else {
      for (int w = 0; w < words; w++) {
        bits[at + w] = pack(flags, from + w * Long.SIZE, Long.SIZE);
      }
    }
    int rest = length % Long.SIZE;
    if (rest > 0) {
      bits[at + words] = pack(flags, from + words * Long.SIZE, rest);
    }
  }
}
