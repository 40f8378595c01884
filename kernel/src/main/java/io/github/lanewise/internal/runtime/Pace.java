package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.jvm.Jvm;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * How hard the trial works: as hard as it can while nobody calls, half the time while somebody
 * does, so that the compilers and the callers have the other half; on a single processor a fifth of
 * the time then, and never more than half.
 *
 * <p>All methods but {@link #watch} are the trial's thread's.
 */
final class Pace {
  /** Callers whose processor time is watched; beyond, somebody is taken to be at work. */
  private static final int MOST_CALLERS = 8;

  /** So often it is found out whether somebody calls. */
  private static final long LOOK_NANOS = 10_000_000;

  /**
   * A caller that works is left alone for so long, twice as long on a single processor: what the
   * first call needs, classes above all, it has then got.
   */
  private static final long HEAD_START_NANOS = 150_000_000;

  /** While the compilers are waited for. */
  private static final long WAITING_NANOS = 2_000_000;

  /** On a single processor the compilers take as much again as the trial's thread, and more. */
  private static final int ALONE_REST = 4;

  /** A rest is worth the system call from here on. */
  private static final long LEAST_REST_NANOS = 1_000_000;

  /** Ids of threads, which keep none alive. */
  private final Set<Long> callers = new HashSet<>();

  /** Whether there are callers whose time nobody can tell: virtual ones, or too many. */
  private boolean moreCallers;

  private final Map<Long, Long> used = new HashMap<>();
  private boolean busy = true;
  private long lookedAt = System.nanoTime();
  private long workedSince = System.nanoTime();

  /** Watches a thread that calls. */
  synchronized void watch(Thread caller) {
    if (caller.isVirtual() || callers.size() >= MOST_CALLERS) {
      moreCallers = true;
    } else {
      callers.add(caller.threadId());
    }
  }

  /** Lets the callers go first. */
  void begin() {
    long start = System.nanoTime();
    boolean alone = Runtime.getRuntime().availableProcessors() == 1;
    long headStart = alone ? 2 * HEAD_START_NANOS : HEAD_START_NANOS;
    do {
      LockSupport.parkNanos(this, LOOK_NANOS);
      // To ask loads the classes of management, which alone takes a single processor 100 ms.
    } while (System.nanoTime() - start < headStart && (alone || isSomebodyAtWork()));
    workedSince = System.nanoTime();
  }

  /**
   * Rests as long as is due after the work since the last rest.
   *
   * @param wanted whether somebody waits for what is being done
   * @param idle whether there is nothing to do but to wait for the compilers
   */
  void rest(boolean wanted, boolean idle) {
    long worked = System.nanoTime() - workedSince;
    long due = idle ? WAITING_NANOS : 0;
    boolean somebodyWorks = isSomebodyAtWork();
    if (Runtime.getRuntime().availableProcessors() == 1) {
      due = Math.max(due, somebodyWorks ? ALONE_REST * worked : worked);
    } else if (!wanted || somebodyWorks) {
      due = Math.max(due, worked);
    }
    if (due >= LEAST_REST_NANOS) {
      LockSupport.parkNanos(this, due); // may return early, and does if somebody interrupts
      workedSince = System.nanoTime();
    } else if (due == 0) {
      workedSince = System.nanoTime();
    }
  }

  /** Whether the callers have used more than half a processor of late. */
  private boolean isSomebodyAtWork() {
    long now = System.nanoTime();
    if (now - lookedAt < LOOK_NANOS) {
      return busy;
    }
    long[] ids;
    boolean more;
    synchronized (this) { // asks nobody while a caller may wait for it
      ids = callers.stream().mapToLong(Long::longValue).toArray();
      more = moreCallers;
    }
    long sum = 0;
    boolean isNew = false;
    for (long id : ids) {
      long nanos = Jvm.cpuNanos(id);
      if (nanos == Jvm.UNKNOWN) { // has ended
        forget(id);
      } else {
        Long before = used.put(id, nanos);
        isNew |= before == null; // has just called
        sum += before == null ? 0 : nanos - before;
      }
    }
    boolean blind = Jvm.cpuNanos(Thread.currentThread().threadId()) == Jvm.UNKNOWN;
    busy = more || blind || isNew || sum > (now - lookedAt) / 2;
    lookedAt = now;
    return busy;
  }

  private synchronized void forget(long id) {
    callers.remove(id);
    used.remove(id);
  }
}
