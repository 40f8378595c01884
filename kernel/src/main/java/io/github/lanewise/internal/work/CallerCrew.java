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
  public Workspace acquire() {
    return new Workspace();
  }

  @Override
  public void release(Workspace workspace) {}

  @Override
  public void run(int tasks, Task task, Workspace own) {
    for (int index = 0; index < tasks; index++) {
      task.run(index, own);
    }
  }

  @Override
  public void close() {}
}
