package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of some consecutive tokens, laid out as {@link PageLayout} says.
 *
 * <p>What lies at and beyond a reader's length means nothing: it may be left over from before a
 * truncation, it may be a token that is being appended just now, and it may be NaN.
 */
public final class Page {

  private static final long ALIGNMENT = 64; // a cache line, and the widest vector register
  private static final float[] NONE = {};

  /**
   * The keys: a {@code float[]}, a {@code short[]} (bfloat16 and float16), a {@code byte[]} (int8),
   * or a native segment of elements of the same type. Set once, before anybody holds this page.
   */
  public Object keys = NONE;

  /** The values, of elements of their own type. */
  public Object values = NONE;

  /** Scales of the keys; empty unless their elements are INT8. Always on the heap. */
  public final float[] keyScales;

  /** Scales of the values; empty unless their elements are INT8. Always on the heap. */
  public final float[] valueScales;

  /** Whether every value that was ever written is finite. */
  public boolean allFinite = true;

  /** How many tables and how many past readers hold this page; guarded by the store. */
  private int holders;

  /** The next of those that nobody holds; guarded by the store. */
  private @Nullable Page nextSpare;

  /** Whether this page was one of those before; guarded by the store. */
  private boolean wasSpare;

  /** A page that {@link #complete} has to follow. */
  Page(PageLayout layout, CacheMemory memory) {
    int scales = layout.keyHeads * layout.pageLength;
    keyScales = layout.keysScaled() ? memory.floats(scales) : NONE;
    valueScales = layout.valuesScaled() ? memory.floats(scales) : NONE;
  }

  /** Makes what this page does not have yet; may be called again if that fails. */
  private void complete(PageLayout layout, @Nullable Arena arena, CacheMemory memory) {
    if (keys == NONE) {
      keys = make(layout.keyElement, layout.keyCount(), arena, memory);
    }
    if (values == NONE) {
      values = make(layout.valueElement, layout.valueCount(), arena, memory);
    }
  }

  private static Object make(
      Element element, int count, @Nullable Arena arena, CacheMemory memory) {
    return arena == null
        ? memory.array(element, count)
        : memory.segment(arena, (long) count * element.bytes, ALIGNMENT);
  }

  /** Makes this page one of zeros again. */
  private void clear() {
    clear(keys);
    clear(values);
    Arrays.fill(keyScales, 0f);
    Arrays.fill(valueScales, 0f);
    allFinite = true;
  }

  private static void clear(Object memory) {
    if (memory instanceof float[] floats) {
      Arrays.fill(floats, 0f);
    } else if (memory instanceof short[] shorts) {
      Arrays.fill(shorts, (short) 0);
    } else if (memory instanceof byte[] bytes) {
      Arrays.fill(bytes, (byte) 0);
    } else {
      ((MemorySegment) memory).fill((byte) 0);
    }
  }

  /** Makes this page a copy of another of the same layout and memory. */
  void copyFrom(Page that) {
    copy(that.keys, keys);
    copy(that.values, values);
    copy(that.keyScales, keyScales);
    copy(that.valueScales, valueScales);
    allFinite = that.allFinite;
  }

  @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one type
  private static void copy(Object from, Object to) {
    if (from instanceof MemorySegment source) {
      ((MemorySegment) to).copyFrom(source);
    } else {
      System.arraycopy(from, 0, to, 0, Array.getLength(from));
    }
  }

  /**
   * Makes the pages of a cache and of all its forks, counts who holds them, and keeps those that
   * nobody holds any more for the next that is needed. Of heap pages it keeps a few, so that a
   * stream makes no garbage, and leaves the others to the collector; of native pages all, because
   * an arena gives nothing back before it is closed.
   */
  static final class Store {

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
    Store(PageLayout layout, @Nullable Arena arena, CacheMemory memory) {
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
        page = memory.page(layout);
      }
      boolean taken = false;
      try {
        page.complete(layout, arena, memory);
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
}
