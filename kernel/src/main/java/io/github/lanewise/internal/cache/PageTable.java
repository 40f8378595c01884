package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.cache.CacheSnapshot.ReaderEpochs;
import java.util.Arrays;
import java.util.Objects;
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
  private ReleasedTokens released;

  /** What a change may write to, as nobody reads it; null if there is none. */
  private @Nullable ReleasedTokens spareReleased;

  /** What the change in progress ends with; null if it is {@link #released}. */
  private @Nullable ReleasedTokens nextReleased;

  private Page[] pages = NONE;
  private int count;
  private long length;

  /** The array that the change in progress ends with; null if it is {@link #pages}. */
  private Page @Nullable [] next;

  /** Tokens that there are after the change in progress. */
  private long nextLength;

  /** The pages that a change in progress writes to, from the one that holds its first token. */
  private Page[] incoming = NONE;

  private int incomingCount;

  private long firstIncoming;

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

  /** The page of a token that is there. */
  Page page(long token) {
    return pages[released.slot(token)];
  }

  /** Tokens that count for the capacity. */
  long kept() {
    return length - released.forgotten();
  }

  /** Whether a page for each token of {@code [from, to)} is there. */
  boolean allHeld(long from, long to) {
    return released.allHeld(from, to);
  }

  /**
   * Prepares pages for {@code tokens} more: new ones, the last one if there is room in it, or a
   * copy of it if somebody else holds it too. Nothing of that can be seen before {@link #publish}.
   *
   * @return how many removals that will be
   */
  int reserve(long tokens) {
    assert incomingCount == 0 && next == null && nextReleased == null;
    if (tokens == 0) {
      return 0;
    }
    firstIncoming = length;
    long last = (length + tokens - 1) >>> pageShift;
    int needed = Math.toIntExact(last - (length >>> pageShift) + 1);
    makeRoomForIncoming(needed);
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

  private void makeRoomForIncoming(int pages) {
    if (incoming.length < pages) {
      incoming = store.memory.pages(incoming, pages);
    }
  }

  /** The page that a change in progress writes a token to. */
  Page incoming(long token) {
    return incoming[(int) ((token >>> pageShift) - (firstIncoming >>> pageShift))];
  }

  /** Makes a copy of what was released, for the change in progress to write to. */
  private ReleasedTokens copyReleased(ReleasedTokens of) {
    ReleasedTokens copy = spareReleased;
    if (copy == null) {
      copy = store.memory.released(pageLength);
      spareReleased = copy;
    }
    copy.copy(of, store.memory);
    return copy;
  }

  /** The copy is what the change ends with. */
  private void willRelease(ReleasedTokens copy) {
    nextReleased = copy;
    spareReleased = null;
  }

  /** Goes over to it. */
  private void takeReleased(ReaderEpochs readers) {
    if (nextReleased != null) {
      spareReleased = readers.areReading() ? null : released;
      released = nextReleased;
      nextReleased = null;
    }
  }

  /** Gives back what the first step of a change has prepared. */
  void cancel() {
    next = null;
    if (nextReleased != null) {
      spareReleased = nextReleased;
      nextReleased = null;
    }
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
    if (newLength == length) {
      return 0;
    }
    if (released.reachesBeyond(newLength)) {
      ReleasedTokens copy = copyReleased(released);
      copy.truncate(newLength);
      willRelease(copy);
    }
    if (!readers.areReading()) {
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
    takeReleased(readers);
    holdForReaders(readers);
  }

  /** Readers still see the rest of the last page: they hold it, so that an append copies it. */
  private void holdForReaders(ReaderEpochs readers) {
    if (endsWithinPage(length, released) && readers.areReading()) {
      int last = released.slot(length);
      store.hold(pages[last]);
      readers.remove(pages, last, last + 1);
    }
  }

  /** Whether the page that the next token belongs to is there. */
  private boolean endsWithinPage(long end, ReleasedTokens gone) {
    return (end & (pageLength - 1)) != 0 && !gone.holeEndsAt(end);
  }

  /**
   * Prepares {@link #release}.
   *
   * @return how many removals it will be
   */
  int reserveRelease(long from, long to, ReaderEpochs readers) {
    if (from >= to) {
      return 0;
    }
    ReleasedTokens copy = copyReleased(released);
    copy.add(from, to, store.memory);
    int removals = takeOut(copy, null);
    if (!readers.areReading()) {
      removals = 0;
    } else if (removals > 0) {
      next = store.memory.pages(pages, pages.length);
    }
    willRelease(copy);
    return removals;
  }

  /** Lets the tokens go for which it was prepared: drops the pages that have none left. */
  void release(ReaderEpochs readers) {
    if (nextReleased != null) {
      takeOut(nextReleased, readers);
      next = null;
      takeReleased(readers);
    }
  }

  /**
   * Takes out the pages that lie in holes now and did not before, and moves those behind down; the
   * last first, so that the slots of the others stay what they were.
   *
   * @param readers null: only counts
   * @return how many runs of pages that are
   */
  private int takeOut(ReleasedTokens after, @Nullable ReaderEpochs readers) {
    Page[] before = readers == null ? pages : takeNext();
    int runs = 0;
    for (int hole = after.holes() - 1; hole >= 0; hole--) {
      long first = after.holeFrom(hole) >>> pageShift;
      long end = released.endOfHeld(after.holeTo(hole) >>> pageShift);
      while (end > first) {
        long begin = Math.max(first, released.startOfHeld(end));
        int from = Math.min(count, released.slot(begin << pageShift));
        int to = Math.min(count, from + (int) (end - begin));
        if (from < to) {
          runs++;
          if (readers != null) {
            takeOut(before, from, to, readers);
          }
        }
        end = begin == 0 ? 0 : released.endOfHeld(begin);
      }
    }
    return runs;
  }

  private void takeOut(Page[] before, int from, int to, ReaderEpochs readers) {
    readers.remove(before, from, to);
    System.arraycopy(pages, to, pages, from, count - to);
    Arrays.fill(pages, count - (to - from), count, null);
    count -= to - from;
  }

  /**
   * Prepares {@link #replace}: a table of the same pages as another.
   *
   * @return how many removals it will be
   */
  int reserveReplacement(PageTable that, ReaderEpochs readers) {
    Page[] shared = store.memory.pages(that.pages, that.count);
    willRelease(copyReleased(that.released));
    next = shared;
    nextLength = that.length;
    return readers.areReading() ? 1 : 0;
  }

  /** Holds the pages that this table is going to share, before any of them is dropped. */
  void holdReplacement() {
    Page[] shared = next;
    for (int slot = 0; shared != null && slot < shared.length; slot++) {
      store.hold(shared[slot]);
    }
  }

  /** Goes over to the pages that are held. */
  void replace(ReaderEpochs readers) {
    int dropped = count;
    Page[] before = takeNext();
    count = pages.length;
    length = nextLength;
    takeReleased(readers);
    if (dropped > 0) {
      readers.remove(before, 0, dropped);
    }
  }

  /**
   * Begins a change that ends with other tokens from {@code from} on, on pages of their own: {@link
   * #rewritten} follows for each of them, in ascending order, and then {@link #reserveRewriting}.
   */
  void beginRewriting(long from) {
    ReleasedTokens copy = copyReleased(released);
    copy.truncate(from);
    willRelease(copy);
    firstIncoming = from;
  }

  /** What will have been released; to be written to before the first token. */
  ReleasedTokens nextReleased() {
    return Objects.requireNonNull(nextReleased);
  }

  /** Restores what two others have released; false if that cannot be. */
  boolean restoreReleased(long[] ranges, long[] holes, long newLength) {
    return nextReleased().restore(ranges, holes, newLength, store.memory);
  }

  /** The page that a token is to be written to. */
  Page rewritten(long token) {
    ReleasedTokens gone = nextReleased();
    int at = gone.slot(token) - gone.slot(firstIncoming);
    if (at == incomingCount) {
      if (incoming.length == at) {
        incoming = store.memory.pages(incoming, Math.max(4, at + at / 2));
      }
      Page fresh = store.take();
      incoming[incomingCount++] = fresh; // first, so that a failing copy gives it back
      if (at == 0 && endsWithinPage(firstIncoming, gone)) {
        fresh.copyFrom(pages[released.slot(firstIncoming)]);
      }
    }
    return incoming[at];
  }

  /**
   * Prepares {@link #rewrite}. Readers may come before that follows.
   *
   * @param newLength of the sequence
   * @return how many removals it will be
   */
  int reserveRewriting(long newLength) {
    int kept = nextReleased().slot(firstIncoming);
    Page[] rewritten = store.memory.pages(pages, kept + incomingCount);
    System.arraycopy(incoming, 0, rewritten, kept, incomingCount);
    next = rewritten;
    nextLength = newLength;
    return kept < count ? 1 : 0;
  }

  /** Goes over to the tokens that were written. */
  void rewrite(ReaderEpochs readers) {
    int kept = nextReleased().slot(firstIncoming);
    int before = count;
    Page[] dropped = takeNext();
    count = pages.length;
    length = nextLength;
    takeReleased(readers);
    forgetIncoming();
    if (kept < before) {
      readers.remove(dropped, kept, before);
    }
  }

  /** Drops all pages for good; nobody reads. */
  void clear(ReaderEpochs readers) {
    readers.remove(pages, 0, count);
    pages = NONE;
    count = 0;
  }
}
