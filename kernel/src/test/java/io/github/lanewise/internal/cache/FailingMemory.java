package io.github.lanewise.internal.cache;

import org.jspecify.annotations.Nullable;

/** Memory that runs out when it is told to, for the thread that has told it. */
public final class FailingMemory extends CacheMemory {
  private long left = Long.MAX_VALUE;
  private volatile @Nullable Thread teller;
  private long pages;

  /** After so many requests more, every one is refused. */
  public void runOutAfter(long requests) {
    left = requests;
    teller = Thread.currentThread();
  }

  /** There is memory again. */
  public void recover() {
    teller = null;
  }

  /** Pages that were made so far. */
  public long pages() {
    return pages;
  }

  @Override
  protected void request() {
    if (teller != Thread.currentThread()) {
      return;
    }
    if (left == 0) {
      throw new OutOfMemoryError("a test's");
    }
    left--;
  }

  @Override
  Page page(PageLayout layout) {
    Page page = super.page(layout);
    pages++;
    return page;
  }
}
