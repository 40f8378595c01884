package io.github.lanewise.internal.work;

/** The calling thread alone; one for the whole process, and never closed. */
public final class CallerCrew extends Crew {

  public static final CallerCrew INSTANCE = new CallerCrew();

  private CallerCrew() {}

  @Override
  public int parallelism() {
    return 1;
  }

  @Override
  public void run(int tasks, Task task, Workspace own) {
    runAlone(tasks, task, own);
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "Workers.caller()";
  }
}
