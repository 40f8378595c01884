package io.github.lanewise.internal.work;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Workers with threads of their own. Idle threads look for a job for a while, then park; who brings
 * a job wakes as many as it has tasks for.
 */
public final class ThreadWorkers extends TaskRunner {

  private static final int MAX_COUNT = 4096; // threads; beyond, a count is taken for a mistake

  /** Longer than a call's serial part between two parallel ones, shorter than anyone notices. */
  private static final long SPIN_NANOS = 50_000;

  private static final AtomicInteger NAMES = new AtomicInteger();

  private final Queue<Job> jobs = new ConcurrentLinkedQueue<>();
  private final Member[] members;
  private final long spinNanos;

  private ThreadWorkers(int count) {
    members = new Member[count - 1];
    // Spinning helps only if nobody else could use the processor.
    spinNanos = count <= Runtime.getRuntime().availableProcessors() ? SPIN_NANOS : 0;
    for (int m = 0; m < members.length; m++) {
      members[m] = new Member();
    }
  }

  /** Starts the threads. */
  public static ThreadWorkers start(int count) {
    return start(count, Thread::start);
  }

  /** For a test, which cannot use up the system's threads. */
  static ThreadWorkers start(int count, Consumer<Thread> starter) {
    if (count < 1 || count > MAX_COUNT) {
      throw new IllegalArgumentException(
          "count is " + count + ", but 1 to " + MAX_COUNT + " threads are possible");
    }
    ThreadWorkers workers = new ThreadWorkers(count);
    try {
      for (Member member : workers.members) {
        starter.accept(member.thread);
      }
    } catch (Throwable thrown) { // the system has no more threads
      workers.close();
      throw thrown;
    }
    return workers;
  }

  @Override
  public int parallelism() {
    return members.length + 1;
  }

  @Override
  public void run(int tasks, Task task, Workspace own) {
    if (tasks <= 1 || members.length == 0 || isClosed()) {
      runAlone(tasks, task, own);
      return;
    }
    Job job = new Job(tasks, task);
    jobs.add(job);
    wake(tasks - 1);
    job.help(own);
    jobs.remove(job);
    job.await(spinNanos);
  }

  private void wake(int wanted) {
    int left = wanted;
    for (int m = 0; m < members.length && left > 0; m++) {
      if (members[m].wake()) {
        left--;
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException from one of its own threads, which would wait for itself
   */
  @Override
  public void close() {
    for (Member member : members) {
      if (member.thread == Thread.currentThread()) {
        throw new IllegalStateException("workers cannot be closed from one of their own threads");
      }
    }
    super.close();
    boolean interrupted = false;
    for (Member member : members) {
      LockSupport.unpark(member.thread);
    }
    for (Member member : members) {
      while (true) {
        try {
          member.thread.join(); // returns at once if it was never started
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "Workers.threads(" + parallelism() + ")";
  }

  /** The oldest job with tasks that nobody has taken yet. */
  private @Nullable Job openJob() {
    Job job = jobs.peek();
    while (job != null && job.isExhausted()) {
      jobs.remove(job);
      job = jobs.peek();
    }
    return job;
  }

  /** One thread of these workers. */
  private final class Member implements Runnable {

    // Inherits nothing from who made the workers: no thread locals, no context class loader.
    final Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("lanewise-worker-" + NAMES.incrementAndGet())
            .inheritInheritableThreadLocals(false)
            .unstarted(this);
    private volatile boolean parked;

    @Override
    public void run() {
      Workspace workspace = new Workspace(pool()); // a local: it goes when the thread ends
      while (!isClosed()) {
        Job job = awaitJob();
        if (job != null) {
          job.help(workspace);
          Thread.interrupted(); // a task's own affair, not the next one's
        }
      }
    }

    private @Nullable Job awaitJob() {
      long start = System.nanoTime();
      do {
        Job job = openJob();
        if (job != null || isClosed()) {
          return job;
        }
        Thread.onSpinWait();
      } while (System.nanoTime() - start < spinNanos);
      parked = true;
      // Looked at again after the flag is up: a job is brought first and the flag read then.
      Job job = openJob();
      if (job == null && !isClosed()) {
        LockSupport.park(ThreadWorkers.this);
        Thread.interrupted(); // else park would return at once from now on
        job = openJob();
      }
      parked = false;
      return job;
    }

    boolean wake() {
      if (!parked) {
        return false;
      }
      parked = false; // a second job brought meanwhile wakes another thread
      LockSupport.unpark(thread);
      return true;
    }
  }
}
