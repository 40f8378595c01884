package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.cache.CacheSnapshot.ReaderEpochs;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The pages of one sequence. Tokens keep their positions for good; those that were released leave a
 * hole in the table, which takes no room.
 *
 * <p>Changes that readers could see are made under the cache's lock: a table whose array somebody
 * reads gets a new array, unless pages are only added behind the last.
 *
 * <p>A change comes in two steps. The first makes what the second and {@link #cancel} need; only it
 * can fail.
 */
final class PageTable {

  private static final Page[] NONE = {};

  private final Page.Store store;
  private final int pageLength;
  private final int pageShift;
  private final ReleasedTokens released;

  private Page[] pages = NONE;
  private int count;
  private long length;

  /** The array that the change in progress ends with; null if it is {@link #pages}. */
  private Page @Nullable [] next;

  /** The pages that an append in progress writes to, from the one that holds {@link #length}. */
  private Page[] incoming = NONE;

  private int incomingCount;

  PageTable(Page.Store store) {
    this.store = store;
    pageLength = store.layout.pageLength;
    pageShift = Integer.numberOfTrailingZeros(pageLength);
    released = store.memory.released(pageLength);
  }

  long length() {
    return length;
  }

  ReleasedTokens released() {
    return released;
  }

  Page[] pages() {
    return pages;
  }

  /** Tokens that count for the capacity. */
  long kept() {
    return length - released.forgotten();
  }

  /**
   * Prepares pages for {@code tokens} more: new ones, the last one if there is room in it, or a
   * copy of it if somebody else holds it too. Nothing of that can be seen before {@link #publish}.
   *
   * @return how many removals that will be
   */
  int reserve(long tokens) {
    assert incomingCount == 0 && next == null;
    if (tokens == 0) {
      return 0;
    }
    long last = (length + tokens - 1) >>> pageShift;
    int needed = Math.toIntExact(last - (length >>> pageShift) + 1);
    if (incoming.length < needed) {
      incoming = store.memory.pages(NONE, needed);
    }
    int slot = released.slot(length);
    int copies = 0;
    for (int i = 0; i < needed; i++, slot++) {
      Page there = slot < count ? pages[slot] : null;
      if (there == null || store.isShared(there)) {
        Page fresh = store.take();
        incoming[incomingCount++] = fresh; // first, so that a failing copy gives it back
        if (there != null) {
          fresh.copyFrom(there);
          copies++;
        }
      } else {
        incoming[incomingCount++] = there;
      }
    }
    if (slot > pages.length) {
      next = store.memory.pages(pages, Math.max(slot, count + Math.max(4, count / 2)));
    } else if (copies > 0) { // readers may come while tokens are written
      next = store.memory.pages(pages, pages.length);
    }
    return copies;
  }

  /** The page that an append in progress writes a token to. */
  Page incoming(long token) {
    return incoming[(int) ((token >>> pageShift) - (length >>> pageShift))];
  }

  /** Gives back what the first step of a change has prepared. */
  void cancel() {
    next = null;
    int slot = incomingCount == 0 ? 0 : released.slot(length);
    for (int i = 0; i < incomingCount; i++, slot++) {
      if (slot >= count || pages[slot] != incoming[i]) {
        store.untake(incoming[i]);
      }
    }
    forgetIncoming();
  }

  /** Shows the tokens that were written to the prepared pages. */
  void publish(long tokens, ReaderEpochs readers) {
    Page[] before = takeNext();
    int slot = incomingCount == 0 ? 0 : released.slot(length);
    for (int i = 0; i < incomingCount; i++, slot++) {
      if (slot >= count) {
        count = slot + 1;
      } else if (before[slot] != incoming[i]) {
        readers.remove(before, slot, slot + 1);
      }
      pages[slot] = incoming[i];
    }
    length += tokens;
    forgetIncoming();
  }

  /** Goes over to the prepared array, if there is one, and returns that of before. */
  private Page[] takeNext() {
    Page[] before = pages;
    if (next != null) {
      pages = next;
      next = null;
    }
    return before;
  }

  private void forgetIncoming() {
    Arrays.fill(incoming, 0, incomingCount, null);
    incomingCount = 0;
    if (incoming.length > 16) { // a long append; the steps to come take one page or two
      incoming = NONE;
    }
  }

  /**
   * Prepares {@link #truncate}.
   *
   * @return how many removals it will be at most
   */
  int reserveTruncation(long newLength, ReaderEpochs readers) {
    if (newLength == length || !readers.areReading()) {
      return 0;
    }
    if (released.slots(newLength) < count) {
      next = store.memory.pages(pages, pages.length);
    }
    return 2; // the pages behind the end, and the one that it lies in
  }

  /** Drops the tokens from {@code newLength} on; there are at least as many. */
  void truncate(long newLength, ReaderEpochs readers) {
    if (newLength == length) {
      return;
    }
    int kept = released.slots(newLength);
    if (kept < count) {
      readers.remove(takeNext(), kept, count);
      Arrays.fill(pages, kept, count, null);
      count = kept;
    }
    length = newLength;
    released.truncate(newLength);
    holdForReaders(readers);
  }

  /** Readers still see the rest of the last page: they hold it, so that an append copies it. */
  private void holdForReaders(ReaderEpochs readers) {
    boolean partly = (length & (pageLength - 1)) != 0 && !(length == released.to() && length > 0);
    if (partly && readers.areReading()) {
      int last = released.slot(length);
      store.hold(pages[last]);
      readers.remove(pages, last, last + 1);
    }
  }

  /**
   * Prepares {@link #retain}.
   *
   * @return how many removals it will be
   */
  int reserveRetain(long prefix, long firstKey, ReaderEpochs readers) {
    long to = Math.min(firstKey, length);
    if (prefix >= to || !readers.areReading() || !released.widensWith(prefix, to)) {
      return 0;
    }
    next = store.memory.pages(pages, pages.length);
    return 1;
  }

  /** Drops the pages whose tokens all lie in {@code [prefix, firstKey)}. */
  void retain(long prefix, long firstKey, ReaderEpochs readers) {
    long to = Math.min(firstKey, length);
    if (prefix >= to) {
      return;
    }
    if (released.widensWith(prefix, to)) {
      int end = Math.min(count, released.slotsBefore(released.toWith(to)));
      takeOut(Math.min(count, released.slotsBefore(released.fromWith(prefix))), end, readers);
    }
    released.add(prefix, to);
  }

  /** Takes out the pages of a wider hole and moves those behind it down. */
  private void takeOut(int from, int to, ReaderEpochs readers) {
    readers.remove(takeNext(), from, to);
    System.arraycopy(pages, to, pages, from, count - to);
    Arrays.fill(pages, count - (to - from), count, null);
    count -= to - from;
  }

  /** Prepares this table, of which nobody knows yet, for {@link #share}. */
  void reserveShare(PageTable that) {
    pages = store.memory.pages(that.pages, that.count);
  }

  /** Becomes a table of the same pages as another, which are shared from now on. */
  void share(PageTable that) {
    count = that.count;
    length = that.length;
    released.copy(that.released);
    for (int slot = 0; slot < count; slot++) {
      store.hold(pages[slot]);
    }
  }

  /** Drops all pages for good; nobody reads. */
  void clear(ReaderEpochs readers) {
    readers.remove(pages, 0, count);
    pages = NONE;
    count = 0;
  }
}
