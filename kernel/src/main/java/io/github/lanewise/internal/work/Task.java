package io.github.lanewise.internal.work;

/** One piece of a call: a row, or a block of rows. */
@FunctionalInterface
public interface Task {

  /** Does piece number {@code index}, with the buffers of the thread that does it. */
  void run(int index, Workspace workspace);
}
