package io.github.lanewise.internal.work;

/** One piece of a call: a row, or a block of rows. */
@FunctionalInterface
public interface Task {
  void run(int index, Workspace workspace);
}
