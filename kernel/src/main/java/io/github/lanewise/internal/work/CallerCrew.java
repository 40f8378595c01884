package io.github.lanewise.internal.work;

/** The calling thread alone. */
final class CallerCrew extends Crew {

  static final CallerCrew INSTANCE = new CallerCrew();

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
}
