package io.github.lanewise.internal.work;

import io.github.lanewise.internal.work.TaskRunner.Task;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One call's tasks while several threads work on them.
 *
 * <p>Its counters are fields and no objects: a call may bring a dozen jobs.
 */
final class Job {

  private static final AtomicIntegerFieldUpdater<Job> NEXT =
      AtomicIntegerFieldUpdater.newUpdater(Job.class, "next");
  private static final AtomicIntegerFieldUpdater<Job> UNFINISHED =
      AtomicIntegerFieldUpdater.newUpdater(Job.class, "unfinished");

  private final int tasks;
  private volatile int next;
  private volatile int unfinished;
  private @Nullable Task task; // read only by who holds an unfinished task
  private volatile @Nullable Throwable failure;
  private volatile @Nullable Thread waiter;

  Job(int tasks, Task task) {
    this.tasks = tasks;
    this.task = task;
    this.unfinished = tasks;
  }

  /** Whether every task has been taken. */
  boolean isExhausted() {
    return next >= tasks;
  }

  /** Takes tasks until there are none left. */
  void help(Workspace workspace) {
    while (!isExhausted()) { // first look, then count: a late helper must not make it overflow
      int index = NEXT.getAndIncrement(this);
      if (index >= tasks) {
        return;
      }
      Task current = task;
      assert current != null;
      try {
        current.run(index, workspace);
      } catch (Throwable thrown) {
        fail(thrown);
      }
      finish(1);
    }
  }

  /** Remembers the first exception and takes all tasks that have not begun out of the job. */
  void fail(Throwable thrown) {
    synchronized (this) {
      Throwable first = failure;
      if (first == null) {
        failure = thrown;
      } else if (first != thrown) {
        first.addSuppressed(thrown);
      }
    }
    int taken = NEXT.getAndSet(this, tasks);
    if (taken < tasks) {
      finish(tasks - taken);
    }
  }

  private void finish(int count) {
    if (UNFINISHED.addAndGet(this, -count) == 0) {
      LockSupport.unpark(waiter);
    }
  }

  /**
   * Waits until every task that has begun has ended, drops the task (a ticket may lie in an
   * executor's queue for long), and throws what a task threw.
   *
   * @param spinNanos how long to spin before parking
   */
  void await(long spinNanos) {
    if (unfinished != 0) {
      long start = System.nanoTime();
      while (unfinished != 0 && System.nanoTime() - start < spinNanos) {
        Thread.onSpinWait();
      }
      park();
    }
    task = null;
    Throwable first = failure;
    if (first != null) {
      throw Job.<RuntimeException>asIs(first);
    }
  }

  private void park() {
    boolean interrupted = false;
    waiter = Thread.currentThread();
    while (unfinished != 0) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted(); // else park would return at once from now on
    }
    waiter = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> T asIs(Throwable thrown) throws T {
    throw (T) thrown;
  }
}
