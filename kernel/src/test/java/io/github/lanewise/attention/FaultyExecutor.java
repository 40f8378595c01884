package io.github.lanewise.attention;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Passes tasks on, until it is told to fail once. None of it is the call's concern, which has fewer
 * helpers then. One thread uses it.
 */
final class FaultyExecutor implements Executor {
  /** What becomes of the next task. */
  enum Fault {
    NONE,
    /** It is refused. */
    REJECTED,
    /** It is forgotten. */
    LOST,
    /** An exception, and the task never runs. */
    BROKEN,
    /** An exception, although the task is on its way. */
    BROKEN_TOO_LATE
  }

  static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final Executor executor;
  private Fault next = Fault.NONE;
  private int thrown;

  FaultyExecutor(Executor executor) {
    this.executor = executor;
  }

  void failNext(Fault fault) {
    next = fault;
  }

  /** How often it has thrown {@link Broken}. */
  int thrown() {
    return thrown;
  }

  @Override
  public void execute(Runnable task) {
    Fault fault = next;
    next = Fault.NONE;
    if (fault == Fault.NONE || fault == Fault.BROKEN_TOO_LATE) {
      executor.execute(task);
    }
    if (fault == Fault.REJECTED) {
      throw new RejectedExecutionException("not now");
    }
    if (fault == Fault.BROKEN || fault == Fault.BROKEN_TOO_LATE) {
      thrown++;
      throw new Broken();
    }
  }
}
