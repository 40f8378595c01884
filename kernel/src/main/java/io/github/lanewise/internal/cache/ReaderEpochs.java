package io.github.lanewise.internal.cache;

import java.util.ArrayList;
import java.util.List;
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

  /** The readers that began between two removals, and what the second removed. */
  static final class Epoch {
    private int readers;
    private boolean over;
    private final List<Page> removed = new ArrayList<>();
    private @Nullable Epoch next;
  }

  private final PageStore store;
  private Epoch oldest = new Epoch();
  private Epoch newest = oldest;

  ReaderEpochs(PageStore store) {
    this.store = store;
  }

  /** A reader begins. */
  Epoch enter() {
    if (newest.over) {
      Epoch next = new Epoch();
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

  /** Gives a page back as soon as nobody can see it any more. */
  void remove(Page page) {
    if (areReading()) {
      newest.removed.add(page);
      newest.over = true;
    } else {
      store.drop(page);
    }
  }

  private void settle() {
    while (oldest.readers == 0) {
      for (int i = 0;
          i < oldest.removed.size();
          i++) { // an iterator would be garbage of every call
        store.drop(oldest.removed.get(i));
      }
      oldest.removed.clear();
      Epoch next = oldest.next;
      if (next == null) {
        oldest.over = false;
        return;
      }
      oldest = next;
    }
  }
}
