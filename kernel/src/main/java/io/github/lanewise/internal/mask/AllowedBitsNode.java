package io.github.lanewise.internal.mask;

/** One bit per key; a row begins with a new long. */
final class AllowedBitsNode extends ArrayNode {

  private final long[] bits;

  AllowedBitsNode(long[] bits, long[] shape) {
    super(shape);
    requireLength(bits.length, rowWords(), "longs");
    this.bits = bits;
  }

  private long rowWords() {
    return Math.ceilDiv(rowSize(), Long.SIZE);
  }

  @Override
  long word(MaskPlan plan, long b, long h, long i, long key, int length) {
    long row = row(b, h, i);
    if (isOnePerRow()) {
      return (bits[(int) row] & 1) != 0 ? ones(0, length) : 0;
    }
    return bits[(int) (row * rowWords() + key / Long.SIZE)] & ones(0, length);
  }
}
