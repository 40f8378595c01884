package io.github.lanewise.internal.cache;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who reads a cache, and the pages that were taken out of it while somebody did. A page goes back
 * to the store when all those have ended who may still see it. Guarded by the cache's lock.
 *
 * <p>Readers belong to the epoch that was the newest when they began. A page that is taken out
 * waits in the newest epoch, which is then over: readers that come later belong to the next. When
 * no reader of an epoch and of those before it is left, its pages are free. Readers that overlap
 * without end therefore do not keep pages for ever.
 */
final class ReaderEpochs {

  /** Nodes that are kept for the removals to come. */
  private static final int MOST_FREE = 16;

  private static final Page[] NONE = {};

  /** The readers that began between two removals, and what the second removed. */
  static final class Epoch {
    private int readers;
    private boolean over;
    private @Nullable Removal removed;
    private @Nullable Epoch next;
  }

  /** Pages taken out of a table at once: a part of an array that is not changed any more. */
  static final class Removal {
    private Page[] pages = NONE;
    private int from;
    private int to;
    private @Nullable Removal next;
  }

  private final PageStore store;
  private Epoch oldest;
  private Epoch newest;
  private @Nullable Removal free;
  private int frees;

  ReaderEpochs(PageStore store) {
    this.store = store;
    oldest = store.memory.epoch();
    newest = oldest;
  }

  /** A reader begins. */
  Epoch enter() {
    if (newest.over) {
      Epoch next = store.memory.epoch();
      newest.next = next;
      newest = next;
    }
    newest.readers++;
    return newest;
  }

  /** A reader ends. */
  void leave(Epoch epoch) {
    epoch.readers--;
    settle();
  }

  /** Whether anybody may still look at what is changed now. */
  boolean areReading() {
    return oldest != newest || oldest.readers > 0;
  }

  /** Makes what so many calls of {@link #remove} need, which then cannot fail. */
  void reserve(int removals) {
    while (frees < removals) {
      recycle(store.memory.removal());
    }
  }

  /** Lets go of what was reserved, but for the little that steps to come will need. */
  void trim() {
    if (frees > MOST_FREE) {
      free = null;
      frees = 0;
    }
  }

  /**
   * Gives pages back as soon as nobody can see them any more. If anybody is reading, the array is
   * not to be changed there from now on, and a removal has been reserved.
   */
  void remove(Page[] pages, int from, int to) {
    if (!areReading()) {
      drop(pages, from, to);
      return;
    }
    Removal removal = Objects.requireNonNull(free, "reserved");
    free = removal.next;
    frees--;
    removal.pages = pages;
    removal.from = from;
    removal.to = to;
    removal.next = newest.removed;
    newest.removed = removal;
    newest.over = true;
  }

  private void drop(Page[] pages, int from, int to) {
    for (int i = from; i < to; i++) {
      store.drop(pages[i]);
    }
  }

  private void recycle(Removal removal) {
    removal.pages = NONE;
    removal.next = free;
    free = removal;
    frees++;
  }

  private void settle() {
    while (oldest.readers == 0) {
      Removal removal = oldest.removed;
      oldest.removed = null;
      while (removal != null) {
        Removal next = removal.next;
        drop(removal.pages, removal.from, removal.to);
        if (frees < MOST_FREE) {
          recycle(removal);
        }
        removal = next;
      }
      Epoch next = oldest.next;
      if (next == null) {
        oldest.over = false;
        return;
      }
      oldest = next;
    }
  }
}
