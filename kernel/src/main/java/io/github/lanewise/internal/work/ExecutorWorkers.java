package io.github.lanewise.internal.work;

import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * Workers that borrow threads: each call asks the executor for helpers and begins to work itself. A
 * helper that comes when all tasks are taken leaves again; one that never comes is not waited for.
 * An executor that throws is asked for no more of them.
 */
public final class ExecutorWorkers extends TaskRunner {

  /** The helpers' last tasks are usually about to end when the caller has none left. */
  private static final long SPIN_NANOS = 20_000;

  private final Executor executor;
  private final int parallelism;

  public ExecutorWorkers(Executor executor, int parallelism) {
    this.executor = Objects.requireNonNull(executor, "executor");
    this.parallelism = parallelism;
    if (parallelism < 1) {
      throw new IllegalArgumentException(
          "parallelism is " + parallelism + ", but at least 1 is needed");
    }
  }

  @Override
  public int parallelism() {
    return parallelism;
  }

  @Override
  public void run(int tasks, Task task, Workspace own) {
    int helpers = Math.min(parallelism, tasks) - 1;
    if (helpers <= 0 || isClosed()) {
      runAlone(tasks, task, own);
      return;
    }
    Job job = new Job(tasks, task);
    Runnable ticket = () -> help(job);
    try {
      for (int t = 0; t < helpers && !job.isExhausted(); t++) {
        executor.execute(ticket);
      }
    } catch (Throwable thrown) {
      if (endsTheCall(thrown)) {
        job.fail(thrown);
      } else if (thrown instanceof InterruptedException) {
        // Undeclared, as Kotlin's executors may throw it; whoever throws it has cleared the flag.
        Thread.currentThread().interrupt();
      }
    }
    job.help(own);
    job.await(SPIN_NANOS);
  }

  /**
   * Whether what an executor threw concerns more than the helpers. Whatever else is wrong with it,
   * the caller can do their part: the executor is full, has ended, is broken, or gets no more
   * threads of the system or memory for its queue (OutOfMemoryError), which the caller's own work
   * does not need. The other errors of the virtual machine say that the caller's stack, or the JVM
   * itself, is at its end.
   */
  private static boolean endsTheCall(Throwable thrown) {
    return thrown instanceof VirtualMachineError && !(thrown instanceof OutOfMemoryError);
  }

  private void help(Job job) {
    if (!job.isExhausted()) {
      try (Workspace workspace = pool().acquire()) {
        job.help(workspace);
      }
    }
  }

  @Override
  public String toString() {
    return "Workers.on(" + executor + ", " + parallelism + ")";
  }
}
