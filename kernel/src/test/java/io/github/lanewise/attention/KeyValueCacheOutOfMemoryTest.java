package io.github.lanewise.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What changes a cache is all or nothing: memory runs out at the first request of an operation, at
 * the second, and so on until it passes. Each time the cache and its fork must show what a twin
 * shows that has never tried, and go on like it.
 */
@Tag("once")
class KeyValueCacheOutOfMemoryTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** More requests than any operation makes. */
  private static final int MOST_REQUESTS = 200;

  /** An operation, and what comes before it. */
  @SuppressWarnings("ImmutableEnumChecker") // lambdas that capture nothing
  enum Change {
    APPEND_TO_SHARED_PAGES(w -> {}, w -> CacheWorld.append(w.cache, 21, 3)),
    APPEND_TO_OWN_PAGES(
        w -> CacheWorld.append(w.cache, 22, 1), w -> CacheWorld.append(w.cache, 23, 1)),
    APPEND_TO_OWN_AND_NEW_PAGES(
        w -> CacheWorld.append(w.cache, 20, 1), w -> CacheWorld.append(w.cache, 30, 50)),
    APPEND_ACROSS_PAGES(w -> {}, w -> CacheWorld.append(w.cache, 24, 50)),
    APPEND_TO_ONE(w -> {}, w -> w.appendNative(w.cache, 1, 25, 2)),
    APPEND_TO_ONE_ACROSS_PAGES(
        w -> w.cache.truncate(1, 0), w -> w.appendNative(w.cache, 1, 26, 90)),
    APPEND_TO_THE_FORK(w -> {}, w -> w.appendNative(w.fork, 0, 27, 30)),
    TRUNCATE_WITHIN_A_SHARED_PAGE(w -> {}, w -> w.cache.truncate(39)),
    TRUNCATE_BY_PAGES(w -> {}, w -> w.cache.truncate(3)),
    TRUNCATE_ONE(w -> {}, w -> w.cache.truncate(1, 20)),
    TRUNCATE_OWN_PAGES(w -> CacheWorld.append(w.cache, 28, 60), w -> w.cache.truncate(41)),
    RETAIN(CacheWorld::hideTheMiddle, w -> w.cache.retain(4, 36)),
    RETAIN_MORE(
        w -> {
          w.hideTheMiddle();
          w.cache.retain(4, 33);
          CacheWorld.append(w.cache, 29, 60);
        },
        w -> w.cache.retain(4, 96)),
    RETAIN_ONE(CacheWorld::hideTheMiddle, w -> w.cache.retain(1, 4, 40)),
    RELEASE(CacheWorld::hideTheMiddle, w -> w.cache.release(1, 16, 40)),
    RELEASE_MORE(
        w -> {
          w.hideTheMiddle();
          CacheWorld.append(w.cache, 33, 60);
          w.cache.release(1, 32, 48);
          w.cache.release(1, 64, 70);
        },
        w -> w.cache.release(1, 10, 98)),
    APPEND_A_BATCH(w -> {}, w -> w.appendBatch(w.cache, 34, 3, 30)),
    FORK_ONE(w -> {}, w -> w.cache.fork(1, 0)),
    FORK_ONE_WITH_GAPS(
        w -> {
          w.hideTheMiddle();
          w.cache.release(1, 5, 40);
        },
        w -> w.cache.fork(1, 0)),
    SWAP(w -> {}, w -> w.cache.reorder(new int[] {1, 0})),
    REORDER(w -> w.cache.truncate(0, 3), w -> w.cache.reorder(new int[] {1, 1})),
    KEEP(w -> {}, w -> w.cache.keep(1, 20, new long[] {22, 33, 44})),
    KEEP_NOTHING(w -> {}, w -> w.cache.keep(0, 7, new long[0])),
    LOAD(CacheWorld::save, w -> w.load(0)),
    FORK(w -> {}, w -> w.made = w.cache.fork());

    final Consumer<CacheWorld> before;
    final Consumer<CacheWorld> change;

    Change(Consumer<CacheWorld> before, Consumer<CacheWorld> change) {
      this.before = before;
      this.change = change;
    }
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void isAllOrNothing(Change operation) {
    int refused = 0;
    for (CacheWorld.Kind kind : CacheWorld.Kind.all()) {
      refused +=
          check(
              operation,
              kind,
              OutOfMemoryError.class,
              (world, requests) -> world.memory.runOutAfter(requests));
    }
    // Steps of decoding make no request; any other operation without one would not be tested.
    assertEquals(operation == Change.APPEND_TO_OWN_PAGES, refused == 0);
  }

  /** An arena may be exhausted, and say so as it likes. */
  @ParameterizedTest
  @EnumSource(Change.class)
  void isAllOrNothingWhereTheArenaEnds(Change operation) {
    for (CacheWorld.Kind kind : CacheWorld.Kind.all()) {
      if (kind.offHeap()) {
        check(
            operation,
            kind,
            IllegalStateException.class,
            (world, requests) -> world.arena.runOutAfter(requests));
      }
    }
  }

  /** Tells a world when to refuse. */
  private interface Limit {
    void set(CacheWorld world, long requests);
  }

  /** Returns how often the operation was refused before it passed. */
  private static int check(
      Change operation, CacheWorld.Kind kind, Class<? extends Throwable> failure, Limit limit) {
    Twin never = new Twin(operation, kind, false);
    Twin once = new Twin(operation, kind, true);
    for (int n = 0; n < MOST_REQUESTS; n++) {
      String message = operation + " of " + kind + " after " + n + " requests";
      for (boolean again : new boolean[] {false, true}) {
        try (CacheWorld world = new CacheWorld(kind)) {
          operation.before.accept(world);
          world.beginToCountPages();
          limit.set(world, n);
          boolean passed = passes(() -> operation.change.accept(world), failure);
          limit.set(world, Long.MAX_VALUE);
          if (passed) {
            once.assertSameLife(world, 0, message);
            return n;
          }
          long inVain = kind.offHeap() ? world.pages() : 0; // an arena's are there to be used
          world.beginToCountPages();
          CacheWorld.assertSame(never.seen, world.look(), message);
          if (again) {
            operation.change.accept(world);
            once.assertSameLife(world, inVain, message);
            assertEquals(once.bytes, world.arena.bytes(), message);
          } else {
            never.assertSameLife(world, inVain, message);
          }
        }
      }
    }
    throw new AssertionError(operation + " of " + kind + " never passes");
  }

  /** What a world shows in which nothing is refused, and what becomes of it. */
  private static final class Twin {
    final List<int[]> seen;
    private final List<int[]> life;
    private final long bytes;
    private final long pages;

    Twin(Change operation, CacheWorld.Kind kind, boolean changes) {
      try (CacheWorld world = new CacheWorld(kind)) {
        operation.before.accept(world);
        world.beginToCountPages();
        if (changes) {
          operation.change.accept(world);
        }
        seen = world.look();
        life = world.live();
        bytes = world.arena.bytes();
        pages = world.pages();
      }
    }

    /** As many pages are made, but for those that a refused call has left in the arena. */
    void assertSameLife(CacheWorld world, long inVain, String message) {
      CacheWorld.assertSame(life, world.live(), message);
      assertEquals(Math.max(0, pages - inVain), world.pages(), message);
    }
  }

  private static boolean passes(Runnable call, Class<? extends Throwable> failure) {
    try {
      call.run();
      return true;
    } catch (OutOfMemoryError | IllegalStateException e) {
      assertEquals(failure, e.getClass());
      return false;
    }
  }

  /** Not even while somebody reads; and the pages are there for others. */
  @Test
  void closeNeedsNoMemory() {
    for (CacheWorld.Kind kind : CacheWorld.Kind.all()) {
      try (CacheWorld world = new CacheWorld(kind)) {
        CacheWorld.append(world.cache, 31, 40);
        long bytes = world.arena.bytes();
        long pages = world.memory.pages();
        world.memory.runOutAfter(0);
        world.cache.close();
        world.cache.close();
        assertThrows(IllegalStateException.class, world.cache::length);
        world.stopReading();
        world.memory.recover();
        CacheWorld.append(world.fork, 32, 20); // shared pages are the fork's alone now
        assertEquals(bytes, world.arena.bytes(), kind.toString());
        assertEquals(pages, world.memory.pages(), kind.toString());
      }
    }
  }

  @Test
  void closeAllocatesNothing() {
    for (CacheWorld.Kind kind : CacheWorld.Kind.all()) {
      long least = Long.MAX_VALUE; // of several rounds: a first call loads classes
      for (int round = 0; round < 5; round++) {
        least = Math.min(least, bytesOfClosing(kind));
      }
      assertEquals(0, least, kind.toString());
    }
  }

  private static long bytesOfClosing(CacheWorld.Kind kind) {
    List<CacheWorld> worlds = new ArrayList<>();
    for (int n = 0; n < 10; n++) {
      worlds.add(new CacheWorld(kind));
    }
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int n = 0; n < worlds.size(); n++) {
      worlds.get(n).cache.close();
      worlds.get(n).cache.close();
      worlds.get(n).stopReading();
      worlds.get(n).fork.close();
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    worlds.forEach(CacheWorld::close);
    return allocated;
  }

  /** An interrupted thread goes on, and stays interrupted. */
  @ParameterizedTest
  @EnumSource(Change.class)
  void anInterruptChangesNothing(Change operation) {
    CacheWorld.Kind kind = CacheWorld.Kind.all().get(0);
    try (CacheWorld twin = new CacheWorld(kind);
        CacheWorld world = new CacheWorld(kind)) {
      operation.before.accept(twin);
      operation.before.accept(world);
      operation.change.accept(twin);
      Thread.currentThread().interrupt();
      operation.change.accept(world);
      assertTrue(Thread.interrupted());
      CacheWorld.assertSame(twin.live(), world.live(), operation.toString());
    }
  }
}
