package io.github.lanewise.internal.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
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
  private final @Nullable Arena arena;
  private final @Nullable MemorySegment probe; // shows whether the arena is open, and to whom
  private final List<Page> spare = new ArrayList<>();

  /**
   * A store without pages.
   *
   * @throws IllegalStateException if the arena is closed
   */
  PageStore(PageLayout layout, @Nullable Arena arena) {
    this.layout = layout;
    this.arena = arena;
    probe = arena == null ? null : arena.allocate(1);
  }

  /** A byte of the arena's memory; null if pages lie on the heap. */
  @Nullable MemorySegment probe() {
    return probe;
  }

  /** A page of zeros with one holder. */
  Page take() {
    Page page = takeSpare();
    if (page == null) {
      page = new Page(layout, arena);
    } else {
      page.clear();
    }
    page.holders = 1;
    return page;
  }

  private synchronized @Nullable Page takeSpare() {
    return spare.isEmpty() ? null : spare.remove(spare.size() - 1);
  }

  /** One more holder. */
  synchronized void hold(Page page) {
    page.holders++;
  }

  /** One holder less. */
  synchronized void drop(Page page) {
    page.holders--;
    if (page.holders == 0 && (arena != null || spare.size() < MOST_SPARE)) {
      spare.add(page);
    }
  }

  /** Whether anybody else holds the page: then it must not be written to. */
  synchronized boolean isShared(Page page) {
    return page.holders > 1;
  }
}
