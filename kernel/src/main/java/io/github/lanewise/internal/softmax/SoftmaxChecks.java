package io.github.lanewise.internal.softmax;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.tensor.Checks;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is checked at softmax's public door, before anything is written. */
public final class SoftmaxChecks {
  private SoftmaxChecks() {}

  public static void forward(
      SoftmaxOptions options,
      FloatTensor x,
      Mask mask,
      FloatTensor y,
      RowStatistics statistics,
      boolean otherThreads) {
    Checks.requireReadable(x, "x", otherThreads);
    Checks.requireWritable(y, "y", otherThreads);
    Objects.requireNonNull(statistics, "statistics");
    Checks.requireSameShape(y, "y", x, "x");
    int axis = requireRow(options, x, "x");
    if (axis != x.rank() - 1 && !mask.equals(Mask.none())) {
      throw new IllegalArgumentException(
          "axis is " + axis + " of rank " + x.rank() + ", but a mask needs the last");
    }
    Checks.requireDisjointOrSame(y, "y", x, "x");
    FloatTensor logSumExp = statistics.logSumExp();
    FloatTensor entropy = statistics.entropy();
    FloatTensor maxWeight = statistics.maxWeight();
    statistic(logSumExp, "logSumExp", x, axis, y, otherThreads);
    statistic(entropy, "entropy", x, axis, y, otherThreads);
    statistic(maxWeight, "maxWeight", x, axis, y, otherThreads);
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
    requireRow(options, y, "y");
    Checks.requireDisjointOrSame(dx, "dx", y, "y");
    Checks.requireDisjointOrSame(dx, "dx", dy, "dy");
    if (options.isArgmax()) {
      throw new IllegalArgumentException(
          "temperature is 0, but backward needs a positive one: the choice of a maximum has no"
              + " gradient");
    }
  }

  /** Returns the axis along which rows run. */
  private static int requireRow(SoftmaxOptions options, FloatTensor t, String name) {
    int axis = options.axisOf(t.rank());
    Checks.requireRow(t, name, axis);
    return axis;
  }

  private static void statistic(
      @Nullable FloatTensor t,
      String name,
      FloatTensor x,
      int rowAxis,
      FloatTensor y,
      boolean otherThreads) {
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
        int counted = axis < rowAxis ? axis : axis + 1;
        if (t.size(axis) != x.size(counted)) {
          Checks.requireSize(t, name, axis, x.size(counted), "x.size(" + counted + ")");
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
