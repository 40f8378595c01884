package io.github.lanewise.internal.cache;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a cache held at one moment: lengths and pages of all sequences. While it is open, nothing
 * that it shows is changed or given away, whatever happens to the cache. Reusable without
 * allocation; any number of threads may read an open snapshot.
 */
public final class CacheSnapshot implements AutoCloseable {

  private long[] lengths = new long[0];
  private ReleasedTokens[] released = new ReleasedTokens[0];
  private Page[][] pages = new Page[0][];
  private int batch;
  private long longest;
  private @Nullable PagedCache cache;
  private ReaderEpochs.@Nullable Epoch epoch;

  /** A snapshot of nothing. */
  public CacheSnapshot() {}

  /**
   * Takes the cache as it is now. {@link #close} must follow.
   *
   * @throws IllegalStateException if the cache is closed
   */
  public void open(PagedCache source) {
    source.show(this);
  }

  /** Lets go of the cache. Idempotent. */
  @Override
  public void close() {
    PagedCache source = cache;
    if (source != null) {
      Arrays.fill(pages, null);
      Arrays.fill(released, null);
      source.leave(Objects.requireNonNull(epoch));
      cache = null;
      epoch = null;
    }
  }

  /** Makes room for so many sequences, in all arrays or, if memory runs out, in none. */
  void makeRoom(int sequences) {
    if (lengths.length < sequences) {
      long[] newLengths = new long[sequences];
      ReleasedTokens[] newReleased = new ReleasedTokens[sequences];
      pages = new Page[sequences][];
      lengths = newLengths;
      released = newReleased;
    }
  }

  void begin(PagedCache source, ReaderEpochs.Epoch reader, int sequences) {
    cache = source;
    epoch = reader;
    batch = sequences;
    longest = 0;
  }

  void set(int sequence, PageTable table) {
    lengths[sequence] = table.length();
    released[sequence] = table.released();
    pages[sequence] = table.pages();
    longest = Math.max(longest, lengths[sequence]);
  }

  public PageLayout layout() {
    return Objects.requireNonNull(cache).layout();
  }

  /** A byte of the arena that the pages lie in; null if they lie on the heap. */
  public @Nullable MemorySegment probe() {
    return Objects.requireNonNull(cache).probe();
  }

  /** Whether the pages lie in an arena. */
  public boolean isNative() {
    return probe() != null;
  }

  /** Number of sequences. */
  public int batch() {
    return batch;
  }

  /** Tokens of a sequence, those included that were released. */
  public long length(int sequence) {
    return lengths[sequence];
  }

  /** The lengths of all sequences, not to be written to. */
  public long[] lengths() {
    return lengths;
  }

  /** Length of the longest sequence. */
  public long longest() {
    return longest;
  }

  /** Number of holes that whole pages have left in a sequence. */
  public int holes(int sequence) {
    return released[sequence].holes();
  }

  /** First token of a hole; a multiple of the page length. */
  public long holeFrom(int sequence, int hole) {
    return released[sequence].holeFrom(hole);
  }

  /** One past its last token. */
  public long holeTo(int sequence, int hole) {
    return released[sequence].holeTo(hole);
  }

  /** What a sequence has let go of. */
  ReleasedTokens released(int sequence) {
    return released[sequence];
  }

  /** Tokens of a sequence that are there. */
  public long held(int sequence) {
    return lengths[sequence] - released[sequence].inHoles();
  }

  /**
   * The first token from {@code token} on that lies in a page which is there; the largest long if
   * there is none. A truncation may have ended the released tokens in the middle of a page: it is
   * there as soon as a token follows.
   */
  public long nextHeld(int sequence, long token) {
    return released[sequence].nextHeld(token, lengths[sequence]);
  }

  /** The page that holds a token which is there; it is the token's position modulo pageLength. */
  public Page page(int sequence, long token) {
    return pages[sequence][released[sequence].slot(token)];
  }

  /**
   * Who reads a cache, and the pages that were taken out of it while somebody did. A page goes back
   * to the store when all those have ended who may still see it. Guarded by the cache's lock.
   *
   * <p>Readers belong to the epoch that was the newest when they began. A page that is taken out
   * waits in the newest epoch, which is then over: readers that come later belong to the next. When
   * no reader of an epoch and of those before it is left, its pages are free. Readers that overlap
   * without end therefore do not keep pages for ever.
   */
  static final class ReaderEpochs {

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

    private final Page.Store store;
    private Epoch oldest;
    private Epoch newest;
    private @Nullable Removal free;
    private int frees;

    ReaderEpochs(Page.Store store) {
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
}
