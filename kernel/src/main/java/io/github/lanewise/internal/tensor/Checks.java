package io.github.lanewise.internal.tensor;

import io.github.lanewise.FloatTensor;

/** The argument checks of the public operators; each message holds both numbers. */
public final class Checks {

  private Checks() {}

  public static void requireRank(FloatTensor t, String name, int min, int max) {}

  /** For instance {@code requireSize(k, "k", 3, q.size(3), "q.size(3)")}. */
  public static void requireSize(
      FloatTensor t, String name, int axis, long expected, String expectedName) {}

  public static void requireSameShape(
      FloatTensor t, String name, FloatTensor other, String otherName) {}

  public static void requireReadable(FloatTensor t, String name, boolean otherThreads) {}

  public static void requireWritable(FloatTensor t, String name, boolean otherThreads) {}

  public static void requireDisjoint(
      FloatTensor out, String outName, FloatTensor in, String inName) {}

  public static void requireDisjointOrSame(
      FloatTensor out, String outName, FloatTensor in, String inName) {}
}
