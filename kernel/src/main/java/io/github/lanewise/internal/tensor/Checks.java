package io.github.lanewise.internal.tensor;

import io.github.lanewise.FloatTensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The argument checks of the public operators. Each message holds both numbers; nothing is built
 * before a check fails.
 */
public final class Checks {

  /** Owns no arena, so a segment that this thread may access is open to every thread. */
  private static final Thread ANY_THREAD =
      Thread.ofPlatform().inheritInheritableThreadLocals(false).unstarted(() -> {});

  /** A row has to fit an array. */
  private static final long LONGEST_ROW = Integer.MAX_VALUE - 1024;

  private Checks() {}

  public static void requireRank(FloatTensor t, String name, int min, int max) {
    Objects.requireNonNull(t, name);
    if (t.rank() < min || t.rank() > max) {
      throw new IllegalArgumentException(
          name
              + ".rank() is "
              + t.rank()
              + ", but "
              + (min == max ? "" + min : min + " to " + max)
              + " is needed");
    }
  }

  /** For instance {@code requireSize(k, "k", 3, q.size(3), "q.size(3)")}. */
  public static void requireSize(
      FloatTensor t, String name, int axis, long expected, String expectedName) {
    if (t.size(axis) != expected) {
      throw new IllegalArgumentException(
          name
              + ".size("
              + axis
              + ") is "
              + t.size(axis)
              + ", but "
              + expectedName
              + " is "
              + expected);
    }
  }

  public static void requireSameShape(
      FloatTensor t, String name, FloatTensor other, String otherName) {
    boolean equal = t.rank() == other.rank();
    for (int axis = 0; equal && axis < t.rank(); axis++) {
      equal = t.size(axis) == other.size(axis);
    }
    if (!equal) {
      throw new IllegalArgumentException(
          name
              + " has shape "
              + Arrays.toString(t.shape())
              + ", but "
              + otherName
              + " has "
              + Arrays.toString(other.shape()));
    }
  }

  /** Checks that a row along an axis fits an array. */
  public static void requireRow(FloatTensor t, String name, int axis) {
    if (t.size(axis) > LONGEST_ROW) {
      throw new IllegalArgumentException(
          name
              + ".size("
              + axis
              + ") is "
              + t.size(axis)
              + ", but a row has at most "
              + LONGEST_ROW
              + " elements");
    }
  }

  /**
   * Checks that the calling thread, and if asked for every other thread too, can read.
   *
   * @throws IllegalStateException if the arena is closed
   * @throws IllegalArgumentException if the arena belongs to another thread, or to the calling
   *     thread and other threads are to read as well
   */
  public static void requireReadable(FloatTensor t, String name, boolean otherThreads) {
    Objects.requireNonNull(t, name);
    requireAccessible(StridedFloats.of(t).segmentOrNull(), name, otherThreads);
  }

  /** As {@link #requireReadable}, of memory by itself; null stands for the heap. */
  public static void requireAccessible(
      @Nullable MemorySegment segment, String name, boolean otherThreads) {
    if (segment == null) {
      return;
    }
    if (!segment.scope().isAlive()) {
      throw new IllegalStateException("the arena of " + name + " is closed");
    }
    if (!segment.isAccessibleBy(Thread.currentThread())) {
      throw new IllegalArgumentException(
          "the arena of " + name + " belongs to another thread than " + Thread.currentThread());
    }
    if (otherThreads && !segment.isAccessibleBy(ANY_THREAD)) {
      throw new IllegalArgumentException(
          "the arena of "
              + name
              + " belongs to "
              + Thread.currentThread()
              + " alone, but the workers have other threads: use a shared arena");
    }
  }

  /** As {@link #requireReadable}; a read-only segment is an IllegalArgumentException. */
  public static void requireWritable(FloatTensor t, String name, boolean otherThreads) {
    requireReadable(t, name, otherThreads);
    if (StridedFloats.of(t).isReadOnly()) {
      throw new IllegalArgumentException("the segment of " + name + " is read-only");
    }
  }

  /** Checks that an output shares no element with an input. */
  public static void requireDisjoint(
      FloatTensor out, String outName, FloatTensor in, String inName) {
    if (Overlap.overlaps(StridedFloats.of(out), StridedFloats.of(in))) {
      throw new IllegalArgumentException(overlap(out, outName, in, inName));
    }
  }

  /** Checks that a tensor shares no element with an array of floats. */
  public static void requireDisjoint(FloatTensor t, String name, float[] array, String arrayName) {
    if (mayLieIn(t, array) && meets(t, MemorySegment.ofArray(array))) {
      throw new IllegalArgumentException(name + " " + t + " overlaps " + arrayName);
    }
  }

  /** Checks that a tensor shares no element with an array of ints, which a segment may cover. */
  public static void requireDisjoint(FloatTensor t, String name, int[] array, String arrayName) {
    if (mayLieIn(t, array) && meets(t, MemorySegment.ofArray(array))) {
      throw new IllegalArgumentException(name + " " + t + " overlaps " + arrayName);
    }
  }

  /** Whether it does, or hides what it lies in; in no other case is anything made. */
  private static boolean mayLieIn(FloatTensor t, Object array) {
    StridedFloats floats = StridedFloats.of(t);
    MemorySegment segment = floats.segmentOrNull();
    return floats.base() == array
        || (floats.base() == null && segment != null && !segment.isNative());
  }

  private static boolean meets(FloatTensor t, MemorySegment array) {
    long[] elements = {array.byteSize() / Float.BYTES};
    return Overlap.overlaps(StridedFloats.of(t), StridedFloats.over(array, elements));
  }

  /** Checks that an output shares no element with an input, or every one at the same index. */
  public static void requireDisjointOrSame(
      FloatTensor out, String outName, FloatTensor in, String inName) {
    StridedFloats o = StridedFloats.of(out);
    StridedFloats i = StridedFloats.of(in);
    if (!Overlap.same(o, i) && Overlap.overlaps(o, i)) {
      throw new IllegalArgumentException(
          overlap(out, outName, in, inName) + " other than exactly in place");
    }
  }

  private static String overlap(FloatTensor out, String outName, FloatTensor in, String inName) {
    return outName + " " + out + " overlaps " + inName + " " + in;
  }
}
