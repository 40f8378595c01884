package io.github.lanewise;

import io.github.lanewise.internal.work.ExecutorWorkers;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.CallerWorkers;
import io.github.lanewise.internal.work.ThreadWorkers;
import java.util.concurrent.Executor;

/**
 * The threads that a call runs on: the calling thread, and helpers. A result never depends on them,
 * not in a single bit.
 *
 * <p><b>Threading.</b> Any number of threads may use the same workers at once, also from within a
 * task of an executor or of these workers; nothing deadlocks. A call returns when all of its work
 * is done. If it fails, no helper is still at work when the exception arrives, and the next call
 * works. An interrupt of the calling thread neither stops nor loses work, and stays set.
 *
 * <p><b>Memory.</b> Each thread at work has buffers, which grow to what its largest call needed and
 * are kept for the next: for attention at most 2 MB a thread, and once a call the packed keys and
 * values of the heads in flight, which take no more than those keys and values themselves (lengths
 * and columns rounded up to multiples of 16). Helpers of {@link #threads} keep their own. Besides
 * them as many are kept as there were concurrent callers (for {@link #on}: callers and helpers),
 * and at most four per processor or eight; the garbage collector takes those back when memory is
 * short, and {@link #close} drops them at once.
 *
 * <p><b>Allocation.</b> In steady state a call on {@link #caller} allocates nothing for its
 * dispatch, on the others at most 1 KB; what an executor allocates for its queue is not counted.
 * Keys and values of more than 256 MB in all may exceed it: at most 32 MB of them, or one head, are
 * in flight at a time.
 *
 * <p><b>Errors.</b> Calls on closed workers throw {@link IllegalStateException}; one that is under
 * way when they are closed is completed.
 */
public abstract sealed class Workers implements AutoCloseable permits TaskRunner {

  /** For the one subclass. */
  protected Workers() {}

  /** The calling thread alone. The same object for the whole process; it cannot be closed. */
  public static Workers caller() {
    return CallerWorkers.INSTANCE;
  }

  /**
   * The calling thread and {@code count} - 1 daemon threads, named {@code lanewise-worker-N}, that
   * are started now and live until {@link #close}. Idle threads spin for some 50 µs before they
   * park, unless there are more of them than processors.
   *
   * @throws IllegalArgumentException if {@code count} is less than 1 or more than 4096
   * @throws OutOfMemoryError if the system has no more threads; those that were started have ended
   */
  public static Workers threads(int count) {
    return ThreadWorkers.start(count);
  }

  /**
   * The calling thread and up to {@code parallelism} - 1 threads of an executor. The caller never
   * waits for a task that the executor has not started, so a busy executor, or one that runs
   * nothing at all, only makes the call slower. So does one that throws when it is given a task: a
   * {@link java.util.concurrent.RejectedExecutionException}, any other exception, or an {@link
   * OutOfMemoryError} because the system has no more threads. Any executor will do, also one of
   * virtual threads, or {@code Runnable::run}.
   *
   * @throws IllegalArgumentException if {@code parallelism} is less than 1
   */
  public static Workers on(Executor executor, int parallelism) {
    return new ExecutorWorkers(executor, parallelism);
  }

  /**
   * Ends the threads of {@link #threads} and waits for them, and drops the buffers; does not touch
   * the executor of {@link #on}; does nothing to {@link #caller}. Idempotent.
   *
   * @throws IllegalStateException if called from one of the threads that it would wait for
   */
  @Override
  public abstract void close();
}
