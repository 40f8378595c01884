package io.github.lanewise.internal.cache;

/** Memory that runs out when it is told to. One thread uses it. */
public final class FailingMemory extends CacheMemory {
  private long left = Long.MAX_VALUE;
  private long pages;

  /** After so many requests more, every one is refused. */
  public void runOutAfter(long requests) {
    left = requests;
  }

  /** There is memory again. */
  public void recover() {
    left = Long.MAX_VALUE;
  }

  /** Pages that were made so far. */
  public long pages() {
    return pages;
  }

  @Override
  protected void request() {
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
