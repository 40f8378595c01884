package io.github.lanewise.internal.cache;

import java.util.Arrays;

/**
 * The pages of one sequence. Tokens keep their positions for good; those that were released leave a
 * hole of whole pages in the table, which takes no room: its array holds the pages before the hole
 * and those behind it, one after the other.
 *
 * <p>Changes that readers could see are made under the cache's lock: a table whose array somebody
 * reads gets a new array, unless pages are only added behind the last.
 */
final class PageTable {

  private static final Page[] NONE = {};

  private final PageStore store;
  private final int pageLength;
  private final int pageShift;

  private Page[] pages = NONE;
  private int count;
  private long length;

  /** The hole; it begins on a page, and ends on one unless a truncation has ended it. */
  private long releasedFrom;

  private long releasedTo;

  /** The tokens that are not to be kept: more than the hole, which is made of whole pages. */
  private long forgottenFrom;

  private long forgottenTo;

  /** The pages that an append in progress writes to, from the one that holds {@link #length}. */
  private Page[] incoming = NONE;

  private int incomingCount;

  PageTable(PageStore store) {
    this.store = store;
    pageLength = store.layout.pageLength;
    pageShift = Integer.numberOfTrailingZeros(pageLength);
  }

  /** Where the page of a token stands in the array of a table with this hole. */
  static int slot(long token, long releasedFrom, long releasedTo, int pageShift) {
    long page = token >>> pageShift;
    long holeFrom = releasedFrom >>> pageShift;
    long skipped = page < holeFrom ? 0 : (releasedTo >>> pageShift) - holeFrom;
    return (int) (page - skipped);
  }

  private int slot(long token) {
    return slot(token, releasedFrom, releasedTo, pageShift);
  }

  long length() {
    return length;
  }

  long releasedFrom() {
    return releasedFrom;
  }

  long releasedTo() {
    return releasedTo;
  }

  Page[] pages() {
    return pages;
  }

  /** Tokens that count for the capacity. */
  long kept() {
    return length - (forgottenTo - forgottenFrom);
  }

  /**
   * Prepares pages for {@code tokens} more: new ones, the last one if there is room in it, or a
   * copy of it if somebody else holds it too. Nothing of that can be seen before {@link #publish}.
   */
  void reserve(long tokens) {
    assert incomingCount == 0;
    long last = (length + tokens - 1) >>> pageShift;
    int needed = tokens == 0 ? 0 : Math.toIntExact(last - (length >>> pageShift) + 1);
    if (incoming.length < needed) {
      incoming = new Page[needed];
    }
    int slot = needed == 0 ? 0 : slot(length);
    for (int i = 0; i < needed; i++, slot++) {
      Page there = slot < count ? pages[slot] : null;
      if (there == null || store.isShared(there)) {
        Page fresh = store.take();
        incoming[incomingCount++] = fresh; // first, so that a failing copy gives it back
        if (there != null) {
          fresh.copyFrom(there);
        }
      } else {
        incoming[incomingCount++] = there;
      }
    }
  }

  /** The page that an append in progress writes a token to. */
  Page incoming(long token) {
    return incoming[(int) ((token >>> pageShift) - (length >>> pageShift))];
  }

  /** Gives back what {@link #reserve} has prepared. */
  void cancel() {
    int slot = incomingCount == 0 ? 0 : slot(length);
    for (int i = 0; i < incomingCount; i++, slot++) {
      if (slot >= count || pages[slot] != incoming[i]) {
        store.drop(incoming[i]);
      }
    }
    forgetIncoming();
  }

  /** Shows the tokens that were written to the prepared pages. */
  void publish(long tokens, ReaderEpochs readers) {
    int slot = incomingCount == 0 ? 0 : slot(length);
    for (int i = 0; i < incomingCount; i++, slot++) {
      if (slot == count) {
        add(incoming[i]);
      } else if (pages[slot] != incoming[i]) {
        Page before = pages[slot];
        own(readers);
        pages[slot] = incoming[i];
        readers.remove(before);
      }
    }
    length += tokens;
    forgetIncoming();
  }

  private void add(Page page) {
    if (count == pages.length) {
      pages = Arrays.copyOf(pages, count + Math.max(4, count / 2));
    }
    pages[count++] = page;
  }

  private void own(ReaderEpochs readers) {
    if (readers.areReading()) {
      pages = pages.clone();
    }
  }

  private void forgetIncoming() {
    Arrays.fill(incoming, 0, incomingCount, null);
    incomingCount = 0;
    if (incoming.length > 16) { // a long append; the steps to come take one page or two
      incoming = NONE;
    }
  }

  /** Drops the tokens from {@code newLength} on; there are at least as many. */
  void truncate(long newLength, ReaderEpochs readers) {
    if (newLength == length) {
      return;
    }
    boolean intoHole = newLength > releasedFrom && newLength <= releasedTo;
    int kept = newLength == 0 ? 0 : intoHole ? slot(releasedFrom - 1) + 1 : slot(newLength - 1) + 1;
    if (intoHole && releasedFrom == 0) {
      kept = 0;
    }
    if (kept < count) {
      own(readers);
      for (int slot = kept; slot < count; slot++) {
        readers.remove(pages[slot]);
      }
      Arrays.fill(pages, kept, count, null);
      count = kept;
    }
    length = newLength;
    if (newLength <= releasedFrom) {
      releasedFrom = 0;
      releasedTo = 0;
    } else {
      releasedTo = Math.min(releasedTo, newLength);
    }
    if (newLength <= forgottenFrom) {
      forgottenFrom = 0;
      forgottenTo = 0;
    } else {
      forgottenTo = Math.min(forgottenTo, newLength);
    }
    holdForReaders(readers);
  }

  /** Readers still see the rest of the last page: they hold it, so that an append copies it. */
  private void holdForReaders(ReaderEpochs readers) {
    boolean partly = (length & (pageLength - 1)) != 0 && !(length == releasedTo && length > 0);
    if (partly && readers.areReading()) {
      Page last = pages[slot(length)];
      store.hold(last);
      readers.remove(last);
    }
  }

  /**
   * Checks that the hole stays in one piece.
   *
   * @throws IllegalArgumentException if keys that are to be kept would lie between two holes
   */
  void requireRetainable(long prefix, long firstKey) {
    long to = Math.min(firstKey, length);
    if (prefix >= to || forgottenTo <= forgottenFrom) {
      return;
    }
    if (prefix > forgottenTo || to < forgottenFrom) {
      throw new IllegalArgumentException(
          (prefix > forgottenTo ? "prefix is " + prefix : "firstKey is " + firstKey)
              + ", but the keys from "
              + forgottenFrom
              + " to "
              + forgottenTo
              + " have been let go before");
    }
  }

  /** Drops the pages whose tokens all lie in {@code [prefix, firstKey)}. */
  void retain(long prefix, long firstKey, ReaderEpochs readers) {
    long to = Math.min(firstKey, length);
    if (prefix >= to) {
      return;
    }
    boolean forgottenBefore = forgottenTo > forgottenFrom;
    forgottenFrom = forgottenBefore ? Math.min(forgottenFrom, prefix) : prefix;
    forgottenTo = forgottenBefore ? Math.max(forgottenTo, to) : to;
    long holeFrom = (forgottenFrom + pageLength - 1) & -(long) pageLength;
    long holeTo = Math.max(releasedTo, forgottenTo & -(long) pageLength);
    if (releasedTo > releasedFrom) {
      holeFrom = Math.min(holeFrom, releasedFrom);
    }
    if (holeTo <= holeFrom || (holeFrom == releasedFrom && holeTo == releasedTo)) {
      return;
    }
    own(readers);
    close(holeFrom, holeTo, readers);
    releasedFrom = holeFrom;
    releasedTo = holeTo;
  }

  /** Takes out the pages of a wider hole and moves those behind it down. */
  private void close(long holeFrom, long holeTo, ReaderEpochs readers) {
    long skipped = (releasedTo >>> pageShift) - (releasedFrom >>> pageShift);
    int kept = 0;
    for (int slot = 0; slot < count; slot++) {
      long page = slot < releasedFrom >>> pageShift ? slot : slot + skipped;
      if (page >= holeFrom >>> pageShift && page < holeTo >>> pageShift) {
        readers.remove(pages[slot]);
      } else {
        pages[kept++] = pages[slot];
      }
    }
    Arrays.fill(pages, kept, count, null);
    count = kept;
  }

  /** Becomes a table of the same pages as another, which are shared from now on. */
  void share(PageTable that) {
    pages = Arrays.copyOf(that.pages, that.count);
    count = that.count;
    length = that.length;
    releasedFrom = that.releasedFrom;
    releasedTo = that.releasedTo;
    forgottenFrom = that.forgottenFrom;
    forgottenTo = that.forgottenTo;
    for (int slot = 0; slot < count; slot++) {
      store.hold(pages[slot]);
    }
  }

  /** Drops all pages for good. */
  void clear(ReaderEpochs readers) {
    for (int slot = 0; slot < count; slot++) {
      readers.remove(pages[slot]);
    }
    pages = NONE; // readers keep the array they have
    count = 0;
  }
}
