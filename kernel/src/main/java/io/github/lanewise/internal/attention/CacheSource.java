package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.cache.Page;
import io.github.lanewise.internal.cache.PageLayout;
import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.kernel.TileKernels;
import java.util.Arrays;

/**
 * Keys and values in the pages of a cache, which have the layout of the tiles: floats on the heap
 * are used where they lie as long as a page holds a whole chunk; everything else is copied, and
 * widened on the way.
 *
 * <p>Keys that no query sees are copied as well: unlike a caller's memory, pages are all there.
 */
final class CacheSource implements KeyValueSource {

  private static final int GROUP = TileKernels.GROUP;

  private CacheSnapshot cache;

  @SuppressWarnings("NullAway.Init") // bound before use
  CacheSource() {}

  void bind(CacheSnapshot snapshot) {
    cache = snapshot;
  }

  @SuppressWarnings("NullAway") // a source at rest holds nothing of the caller's
  void unbind() {
    cache = null;
  }

  /** Whether pages are read where they lie. */
  static boolean isInPlace(CacheSnapshot cache) {
    PageLayout layout = cache.layout();
    return layout.keyElement == Element.FLOAT32
        && layout.valueElement == Element.FLOAT32
        && layout.pageLength >= CHUNK
        && !cache.isNative();
  }

  @Override
  public long mostPacked() {
    long most = 0;
    for (int b = 0; b < cache.batch() && !isInPlace(cache); b++) {
      most = Math.max(most, cache.held(b));
    }
    return most;
  }

  @Override
  public boolean place(PackedChunk chunk) {
    if (!isInPlace(cache)) {
      return false;
    }
    PageLayout layout = cache.layout();
    Page page = cache.page(chunk.sequence, chunk.from);
    int token = (int) (chunk.firstKey % layout.pageLength);
    chunk.keys = (float[]) page.keys;
    chunk.keysAt = layout.keyAt(chunk.head, token);
    chunk.values = (float[]) page.values;
    chunk.valuesAt = layout.valueAt(chunk.head, token);
    chunk.valueGroupStride = layout.valueGroupStride();
    chunk.finite = page.allFinite;
    return true;
  }

  @Override
  public void pack(PackedChunk chunk, QueryBlock worker) {
    PageLayout layout = cache.layout();
    int sequence = chunk.sequence;
    int head = chunk.head;
    boolean allFinite = true;
    for (long key = chunk.firstKey; key < chunk.end; ) {
      long held = cache.nextHeld(sequence, key);
      if (held > key) {
        long gapEnd = Math.min(held, chunk.firstKey + chunk.roomKeys());
        clear(chunk, layout, key, (int) (gapEnd - key));
        key = gapEnd;
        continue;
      }
      long pageEnd = (key / layout.pageLength + 1) * layout.pageLength;
      int token = (int) (key % layout.pageLength);
      int tokens = (int) (Math.min(chunk.end, pageEnd) - key);
      int groups = (tokens + GROUP - 1) / GROUP;
      Page page = cache.page(sequence, key);
      worker.pages.copyKeys(layout, page, head, token, groups, chunk.keys, chunk.keyAt(key));
      worker.pages.copyValues(
          layout,
          page,
          head,
          token,
          tokens,
          chunk.values,
          chunk.valueAt(key),
          chunk.valueGroupStride);
      packScales(chunk, layout, page, key, tokens);
      allFinite &= page.allFinite;
      key += tokens;
    }
    chunk.finite = allFinite;
  }

  /** Zeros for keys that were released, in whole groups. */
  private static void clear(PackedChunk chunk, PageLayout layout, long key, int tokens) {
    int keysAt = chunk.keyAt(key);
    Arrays.fill(chunk.keys, keysAt, keysAt + tokens * layout.headDim, 0f);
    int at = chunk.valueAt(key);
    for (int column = 0; column < layout.valueDim; column += GROUP) {
      Arrays.fill(chunk.values, at, at + tokens * GROUP, 0f);
      at += chunk.valueGroupStride;
    }
    int scalesAt = PackedChunk.scaleAt(key);
    if (layout.keysScaled()) {
      Arrays.fill(chunk.scaledKeys(), scalesAt, scalesAt + tokens, 0f);
    }
    if (layout.valuesScaled()) {
      Arrays.fill(chunk.scaledValues(), scalesAt, scalesAt + tokens, 0f);
    }
  }

  private static void packScales(
      PackedChunk chunk, PageLayout layout, Page page, long key, int tokens) {
    int from = layout.scaleAt(chunk.head, (int) (key % layout.pageLength));
    int to = PackedChunk.scaleAt(key);
    if (layout.keysScaled()) {
      System.arraycopy(page.keyScales, from, chunk.scaledKeys(), to, tokens);
    }
    if (layout.valuesScaled()) {
      System.arraycopy(page.valueScales, from, chunk.scaledValues(), to, tokens);
    }
  }
}
