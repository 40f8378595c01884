package io.github.lanewise.internal.mask;

/** One boolean per key. */
final class AllowedNode extends ArrayNode {

  private final boolean[] allowed;

  AllowedNode(boolean[] allowed, long[] shape) {
    super(shape);
    requireLength(allowed.length, rowSize(), "elements");
    this.allowed = allowed;
  }

  @Override
  long word(MaskPlan plan, long b, long h, long i, long key, int length) {
    long row = row(b, h, i);
    if (isOnePerRow()) {
      return allowed[(int) row] ? ones(0, length) : 0;
    }
    return pack(allowed, (int) (row * rowSize() + key), length);
  }

  /**
   * Bit j is allowed[from + j]. Eight at a time: the eight shifts by a constant run in parallel.
   */
  static long pack(boolean[] allowed, int from, int length) {
    long word = 0;
    int j = 0;
    for (; j <= length - 8; j += 8) {
      int at = from + j;
      int low =
          (allowed[at] ? 1 : 0)
              | (allowed[at + 1] ? 2 : 0)
              | (allowed[at + 2] ? 4 : 0)
              | (allowed[at + 3] ? 8 : 0);
      int high =
          (allowed[at + 4] ? 16 : 0)
              | (allowed[at + 5] ? 32 : 0)
              | (allowed[at + 6] ? 64 : 0)
              | (allowed[at + 7] ? 128 : 0);
      word |= (long) (low | high) << j;
    }
    for (; j < length; j++) {
      word |= (allowed[from + j] ? 1L : 0L) << j;
    }
    return word;
  }
}
