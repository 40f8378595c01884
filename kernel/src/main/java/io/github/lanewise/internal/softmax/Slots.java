package io.github.lanewise.internal.softmax;

import io.github.lanewise.internal.work.Workspace;

/** This package's slots in a {@link Workspace}. */
public final class Slots {
  /** Objects. */
  static final int CALL = 0;

  static final int ROW = 1;
  static final int SPLIT = 2;
  static final int BACKWARD = 3;

  /** The sums over the run that holds a row's maximum. */
  public static final int SUMS = 4;

  /** Floats: a row that does not lie in an array. */
  static final int STAGE = 0;

  /** Floats: the gradient of such a row. */
  static final int STAGE_GRADIENT = 1;

  /** Floats: the result of such a row. */
  static final int STAGE_RESULT = 2;

  /** Floats: a kernel's own. */
  public static final int SCRATCH = 3;

  /** Floats: the weights of one leaf. */
  static final int LEAF = 4;

  /** Longs: a mask's bits. */
  static final int BITS = 0;

  private Slots() {}
}
