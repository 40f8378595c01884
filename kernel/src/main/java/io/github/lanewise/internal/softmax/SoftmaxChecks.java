package io.github.lanewise.internal.softmax;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.tensor.Checks;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is checked at softmax's public door, before anything is written. */
public final class SoftmaxChecks {
  /** A row has to fit an array. */
  private static final long LONGEST_ROW = Integer.MAX_VALUE - 1024;

  private SoftmaxChecks() {}

  public static void forward(
      FloatTensor x, FloatTensor y, RowStatistics statistics, boolean otherThreads) {
    Checks.requireReadable(x, "x", otherThreads);
    Checks.requireWritable(y, "y", otherThreads);
    Objects.requireNonNull(statistics, "statistics");
    Checks.requireSameShape(y, "y", x, "x");
    requireRow(x, "x");
    Checks.requireDisjointOrSame(y, "y", x, "x");
    FloatTensor logSumExp = statistics.logSumExp();
    FloatTensor entropy = statistics.entropy();
    FloatTensor maxWeight = statistics.maxWeight();
    statistic(logSumExp, "logSumExp", x, y, otherThreads);
    statistic(entropy, "entropy", x, y, otherThreads);
    statistic(maxWeight, "maxWeight", x, y, otherThreads);
    requireDistinct(logSumExp, "logSumExp", entropy, "entropy");
    requireDistinct(logSumExp, "logSumExp", maxWeight, "maxWeight");
    requireDistinct(entropy, "entropy", maxWeight, "maxWeight");
  }

  public static void backward(
      SoftmaxOptions options, FloatTensor y, FloatTensor dy, FloatTensor dx, boolean otherThreads) {
    Checks.requireReadable(y, "y", otherThreads);
    Checks.requireReadable(dy, "dy", otherThreads);
    Checks.requireWritable(dx, "dx", otherThreads);
    Checks.requireSameShape(dy, "dy", y, "y");
    Checks.requireSameShape(dx, "dx", y, "y");
    requireRow(y, "y");
    Checks.requireDisjointOrSame(dx, "dx", y, "y");
    Checks.requireDisjointOrSame(dx, "dx", dy, "dy");
    if (options.isArgmax()) {
      throw new IllegalArgumentException(
          "temperature is 0, but backward needs a positive one: the choice of a maximum has no"
              + " gradient");
    }
  }

  private static void requireRow(FloatTensor t, String name) {
    int last = t.rank() - 1;
    if (t.size(last) > LONGEST_ROW) {
      throw new IllegalArgumentException(
          name
              + ".size("
              + last
              + ") is "
              + t.size(last)
              + ", but a row has at most "
              + LONGEST_ROW
              + " elements");
    }
  }

  private static void statistic(
      @Nullable FloatTensor t, String name, FloatTensor x, FloatTensor y, boolean otherThreads) {
    if (t == null) {
      return;
    }
    Checks.requireWritable(t, name, otherThreads);
    int rowAxes = x.rank() - 1;
    if (rowAxes == 0) {
      Checks.requireRank(t, name, 1, 1);
      if (t.size(0) != 1) {
        throw new IllegalArgumentException(name + ".size(0) is " + t.size(0) + ", but x has 1 row");
      }
    } else {
      Checks.requireRank(t, name, rowAxes, rowAxes);
      for (int axis = 0; axis < rowAxes; axis++) {
        if (t.size(axis) != x.size(axis)) {
          Checks.requireSize(t, name, axis, x.size(axis), "x.size(" + axis + ")");
        }
      }
    }
    Checks.requireDisjoint(t, name, x, "x");
    Checks.requireDisjoint(t, name, y, "y");
  }

  private static void requireDistinct(
      @Nullable FloatTensor a, String aName, @Nullable FloatTensor b, String bName) {
    if (a != null && b != null) {
      Checks.requireDisjoint(a, aName, b, bName);
    }
  }
}
