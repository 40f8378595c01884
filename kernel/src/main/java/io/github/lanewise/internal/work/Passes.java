package io.github.lanewise.internal.work;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Several passes over the pieces of something, in one job: each participant takes pieces until
 * there are none left, and then waits for those that others took. Nobody waits for a thread that
 * has not begun.
 *
 * <p>To bring a job costs about as much as a pass over a long row, so one job does them all.
 */
public final class Passes {
  /** Looks at another thread's progress before the processor is offered to others. */
  private static final int SPINS = 1 << 12;

  private final AtomicLong[] open;
  private final AtomicInteger[] done;
  private volatile boolean failed;
  private int pieces;

  public Passes(int most) {
    open = new AtomicLong[most];
    done = new AtomicInteger[most];
    for (int pass = 0; pass < most; pass++) {
      open[pass] = new AtomicLong();
      done[pass] = new AtomicInteger();
    }
  }

  /** Opens all passes; nobody may be at work. */
  public void reset(int pieces) {
    this.pieces = pieces;
    failed = false;
    for (int pass = 0; pass < open.length; pass++) {
      open[pass].set(pieces);
      done[pass].set(0);
    }
  }

  /**
   * Takes a piece of a pass, from either end of those that are left: if the caller takes from the
   * front and its helpers from the back, then with two threads a piece stays in the cache of the
   * one that began it.
   *
   * @return -1 if nothing is left
   */
  public int take(int pass, boolean fromFront) {
    AtomicLong left = open[pass]; // the first in the high half, the end in the low
    while (true) {
      long range = left.get();
      int first = (int) (range >>> 32);
      int end = (int) range;
      if (first >= end) {
        return -1;
      }
      long next = fromFront ? range + (1L << 32) : range - 1;
      if (left.compareAndSet(range, next)) {
        return fromFront ? first : end - 1;
      }
    }
  }

  /** Says that a piece that was taken is done. */
  public void done(int pass) {
    done[pass].incrementAndGet();
  }

  /** Says that a piece that was taken never will be done. */
  public void fail() {
    failed = true;
  }

  /** Waits until a pass is done; false if it never will be. */
  @SuppressWarnings("ThreadPriorityCheck") // yield only paces the waiting
  public boolean await(int pass) {
    AtomicInteger finished = done[pass];
    for (int spin = 0; finished.get() < pieces; spin++) {
      if (failed) {
        return false;
      }
      if (spin < SPINS) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
    return true;
  }
}
