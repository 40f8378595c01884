package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.mask.MaskPlan;

/** Keys that a cache has let go, and that therefore nobody may look at. */
public final class ReleasedKeys {

  private final long[] bits = new long[MaskPlan.CHUNK_WORDS];

  /** Scratch for one call at a time. */
  public ReleasedKeys() {}

  /**
   * Checks that no query sees a key that is not there any more.
   *
   * @param mask bound to the call
   * @throws IllegalArgumentException if one does
   */
  public void requireUnseen(CacheSnapshot cache, MaskPlan mask, long heads, long queries) {
    for (int b = 0; b < cache.batch(); b++) {
      if (cache.releasedTo(b) > cache.releasedFrom(b)) {
        for (long h = 0; h < heads; h++) {
          for (long i = 0; i < queries; i++) {
            requireUnseen(cache, mask, b, h, i);
          }
        }
      }
    }
  }

  private void requireUnseen(CacheSnapshot cache, MaskPlan mask, int b, long h, long i) {
    long from = cache.releasedFrom(b);
    long to = cache.releasedTo(b);
    long first = mask.first(b, h, i);
    long end = Math.min(to, mask.end(b, h, i));
    long key = Math.max(from, first);
    while (key < end) {
      key = mask.next(b, h, i, key);
      if (key >= end) {
        return;
      }
      long chunk0 = key / CHUNK * CHUNK;
      if (sees(cache, mask, b, h, i, key, Math.min(end, chunk0 + CHUNK))) {
        throw new IllegalArgumentException(
            "query "
                + i
                + " of head "
                + h
                + " of sequence "
                + b
                + " sees keys from "
                + from
                + " to "
                + to
                + ", which were released: the mask must hide them");
      }
      key = chunk0 + CHUNK;
    }
  }

  /** Whether a row sees one of the keys {@code [from, to)} of one chunk. */
  private boolean sees(
      CacheSnapshot cache, MaskPlan mask, int b, long h, long i, long from, long to) {
    long chunk0 = from / CHUNK * CHUNK;
    int length = (int) (Math.min(cache.length(b), chunk0 + CHUNK) - chunk0);
    int state = mask.chunk(b, h, i, chunk0, length, bits, 0);
    if (state != MaskPlan.SOME) {
      return state == MaskPlan.ALL;
    }
    for (long key = from; key < to; key++) {
      int j = (int) (key - chunk0);
      if ((bits[j / Long.SIZE] >>> j & 1) != 0) {
        return true;
      }
    }
    return false;
  }
}
