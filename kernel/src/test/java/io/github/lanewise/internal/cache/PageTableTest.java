package io.github.lanewise.internal.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.github.lanewise.internal.cache.CacheSnapshot.ReaderEpochs;
import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import org.junit.jupiter.api.Test;

/** Readers that begin between the two steps of a change, when the lock is free. */
class PageTableTest {
  private static final int PAGE = 16;

  private final Page.Store store =
      new Page.Store(
          new PageLayout(Element.FLOAT32, Element.FLOAT32, 1, 4, 4, PAGE), null, new CacheMemory());
  private final ReaderEpochs readers = new ReaderEpochs(store);
  private final PageTable table = new PageTable(store);

  @Test
  void aReaderThatComesAfterRewritingWasPreparedSeesWhatWas() {
    append(3 * PAGE);
    Page second = table.page(PAGE);
    table.beginRewriting(PAGE);
    Page rewritten = table.rewritten(PAGE);
    readers.reserve(table.reserveRewriting(PAGE + 1));
    assertFalse(readers.areReading());
    ReaderEpochs.Epoch reader = readers.enter();
    Page[] seen = table.pages();
    table.rewrite(readers);
    assertEquals(PAGE + 1, table.length());
    assertSame(rewritten, table.page(PAGE));
    assertSame(second, seen[1]);
    assertEquals(0, store.spares(), "pages that are read were given back");
    readers.leave(reader);
    assertEquals(2, store.spares(), "pages that nobody reads were kept");
  }

  @Test
  void aReaderThatComesAfterAnAppendWasPreparedSeesWhatWas() {
    append(PAGE + 1);
    Page shared = table.page(PAGE);
    store.hold(shared); // as a fork would
    readers.reserve(table.reserve(1));
    ReaderEpochs.Epoch reader = readers.enter();
    Page[] seen = table.pages();
    table.publish(1, readers);
    store.drop(shared);
    assertSame(shared, seen[1]);
    assertEquals(0, store.spares(), "a page that is read was given back");
    readers.leave(reader);
    assertEquals(1, store.spares(), "a page that nobody reads was kept");
  }

  private void append(int tokens) {
    readers.reserve(table.reserve(tokens));
    table.publish(tokens, readers);
  }
}
