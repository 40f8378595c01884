package io.github.lanewise.internal.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Makes the pages of a cache and of all its forks, counts who holds them, and keeps those that
 * nobody holds any more for the next that is needed. Of heap pages it keeps a few, so that a stream
 * makes no garbage, and leaves the others to the collector; of native pages all, because an arena
 * gives nothing back before it is closed.
 */
final class PageStore {

  private static final int MOST_SPARE = 4;

  final PageLayout layout;
  final CacheMemory memory;
  private final @Nullable Arena arena;
  private final @Nullable MemorySegment probe; // shows whether the arena is open, and to whom
  private @Nullable Page spare; // a chain: a page that comes back must not need memory
  private int spares;

  /**
   * A store without pages.
   *
   * @throws IllegalStateException if the arena is closed
   */
  PageStore(PageLayout layout, @Nullable Arena arena, CacheMemory memory) {
    this.layout = layout;
    this.arena = arena;
    this.memory = memory;
    probe = arena == null ? null : memory.segment(arena, 1, 1);
  }

  /** A byte of the arena's memory; null if pages lie on the heap. */
  @Nullable MemorySegment probe() {
    return probe;
  }

  /** A page of zeros with one holder. */
  Page take() {
    Page page = takeSpare();
    boolean made = page == null;
    if (page == null) {
      page = memory.page(layout, arena == null);
    }
    boolean taken = false;
    try {
      if (arena != null) {
        page.complete(layout, arena, memory);
      }
      if (!made) {
        page.clear();
      }
      taken = true;
    } finally {
      if (!taken) {
        untake(page); // an arena would never get back what it has already given
      }
    }
    page.holders = 1;
    return page;
  }

  private synchronized @Nullable Page takeSpare() {
    Page page = spare;
    if (page != null) {
      spare = page.nextSpare;
      spares--;
      page.nextSpare = null;
    }
    return page;
  }

  /** Undoes {@link #take}: what was spare is so again, heap pages just made are garbage. */
  synchronized void untake(Page page) {
    page.holders = 0;
    if (arena != null || page.wasSpare) {
      keep(page);
    }
  }

  /** One more holder. */
  synchronized void hold(Page page) {
    page.holders++;
  }

  /** One holder less. */
  synchronized void drop(Page page) {
    page.holders--;
    if (page.holders == 0) {
      keep(page);
    }
  }

  private void keep(Page page) {
    if (arena != null || spares < MOST_SPARE) {
      page.wasSpare = true;
      page.nextSpare = spare;
      spare = page;
      spares++;
    }
  }

  /** Whether anybody else holds the page: then it must not be written to. */
  synchronized boolean isShared(Page page) {
    return page.holders > 1;
  }

  /** How many pages nobody holds. */
  synchronized int spares() {
    return spares;
  }
}
