package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.cache.CacheSnapshot.ReaderEpochs;
import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.tensor.StagedRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Makes every array and object that a cache consists of. What changes a cache makes all that it
 * needs before it changes anything, also what undoing needs, so that it is all or nothing when
 * memory runs out at any of these requests. Tests refuse them one after the other.
 */
public class CacheMemory {

  public CacheMemory() {}

  /** Comes before anything is made, and throws if memory is to run out now. */
  protected void request() {}

  final float[] floats(int length) {
    request();
    return new float[length];
  }

  final short[] shorts(int length) {
    request();
    return new short[length];
  }

  final byte[] bytes(int length) {
    request();
    return new byte[length];
  }

  /** The first numbers of an array in a longer one. */
  final long[] longs(long[] first, int length) {
    request();
    return Arrays.copyOf(first, length);
  }

  /** A {@code float[]}, a {@code short[]} or a {@code byte[]}. */
  final Object array(Element element, int length) {
    request();
    return Array.newInstance(element.type.carrier(), length);
  }

  /** The first pages of an array in one of another length. */
  final Page[] pages(Page[] first, int length) {
    request();
    return Arrays.copyOf(first, length);
  }

  final MemorySegment segment(Arena arena, long bytes, long alignment) {
    request();
    return arena.allocate(bytes, alignment);
  }

  /** A page without keys and values as yet. */
  Page page(PageLayout layout) {
    request();
    return new Page(layout, this);
  }

  final PageTable[] tables(Page.Store store, int batch) {
    request();
    PageTable[] tables = new PageTable[batch];
    for (int b = 0; b < batch; b++) {
      request();
      tables[b] = new PageTable(store);
    }
    return tables;
  }

  final ReleasedTokens released(int pageLength) {
    request();
    return new ReleasedTokens(pageLength);
  }

  final ReaderEpochs readers(Page.Store store) {
    request();
    return new ReaderEpochs(store);
  }

  final ReaderEpochs.Epoch epoch() {
    request();
    return new ReaderEpochs.Epoch();
  }

  final ReaderEpochs.Removal removal() {
    request();
    return new ReaderEpochs.Removal();
  }

  final PageWriter writer(PageLayout layout) {
    request();
    return new PageWriter(layout, this);
  }

  final IncomingTokens incoming(int batch) {
    request();
    return new IncomingTokens(batch);
  }

  final StagedRows staging() {
    request();
    return new StagedRows();
  }

  final Object lock() {
    request();
    return new Object();
  }

  /** An empty cache over a store that it shares. */
  final PagedCache fork(PagedCache of, Page.Store store) {
    request();
    return new PagedCache(of.layout(), of.batch(), of.capacity(), store);
  }

  /** What users see of a cache. */
  final <T> T handle(PagedCache pages, Function<PagedCache, T> factory) {
    request();
    return factory.apply(pages);
  }
}
