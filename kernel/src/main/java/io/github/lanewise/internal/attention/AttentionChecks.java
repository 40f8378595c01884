package io.github.lanewise.internal.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Checks;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Every argument of attention, checked before anything is written. */
public final class AttentionChecks {

  /** Names for messages, made once: a check that passes allocates nothing. */
  private static final String[] Q_SIZES = {"q.size(0)", "q.size(1)", "q.size(2)"};

  private AttentionChecks() {}

  /** Checks a call of forward. */
  public static void forward(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor out,
      RowStatistics statistics,
      boolean otherThreads) {
    Kernels.requireAvailable();
    Objects.requireNonNull(statistics, "statistics");
    queriesAndKeys(options, q, k, otherThreads);
    Checks.requireRank(v, "v", 4, 4);
    Checks.requireSize(v, "v", 0, k.size(0), "k.size(0)");
    Checks.requireSize(v, "v", 1, k.size(1), "k.size(1)");
    Checks.requireSize(v, "v", 2, k.size(2), "k.size(2)");
    Checks.requireReadable(v, "v", otherThreads);
    Checks.requireRank(out, "out", 4, 4);
    for (int axis = 0; axis < 3; axis++) {
      Checks.requireSize(out, "out", axis, q.size(axis), Q_SIZES[axis]);
    }
    Checks.requireSize(out, "out", 3, v.size(3), "v.size(3)");
    Checks.requireWritable(out, "out", otherThreads);
    packable(k, v.size(3));
    Checks.requireDisjointOrSame(out, "out", q, "q");
    Checks.requireDisjointOrSame(out, "out", k, "k");
    Checks.requireDisjointOrSame(out, "out", v, "v");
    bias(options, q, k, out, "out", otherThreads);
    statistic(statistics.logSumExp(), "logSumExp", options, q, k, v, out, otherThreads);
    statistic(statistics.entropy(), "entropy", options, q, k, v, out, otherThreads);
    statistic(statistics.maxWeight(), "maxWeight", options, q, k, v, out, otherThreads);
    distinct(statistics.logSumExp(), "logSumExp", statistics.entropy(), "entropy");
    distinct(statistics.logSumExp(), "logSumExp", statistics.maxWeight(), "maxWeight");
    distinct(statistics.entropy(), "entropy", statistics.maxWeight(), "maxWeight");
  }

  /** Checks a call of weights. */
  public static void weights(
      AttentionOptions options, FloatTensor q, FloatTensor k, FloatTensor p, boolean otherThreads) {
    Kernels.requireAvailable();
    queriesAndKeys(options, q, k, otherThreads);
    Checks.requireRank(p, "p", 4, 4);
    for (int axis = 0; axis < 3; axis++) {
      Checks.requireSize(p, "p", axis, q.size(axis), Q_SIZES[axis]);
    }
    Checks.requireSize(p, "p", 3, k.size(2), "k.size(2)");
    Checks.requireWritable(p, "p", otherThreads);
    packable(k, 0);
    Checks.requireDisjoint(p, "p", q, "q");
    Checks.requireDisjoint(p, "p", k, "k");
    bias(options, q, k, p, "p", otherThreads);
  }

  private static void queriesAndKeys(
      AttentionOptions options, FloatTensor q, FloatTensor k, boolean otherThreads) {
    Checks.requireRank(q, "q", 4, 4);
    Checks.requireRank(k, "k", 4, 4);
    Checks.requireSize(k, "k", 0, q.size(0), "q.size(0)");
    Checks.requireSize(k, "k", 3, q.size(3), "q.size(3)");
    if (q.size(3) < 1) {
      throw new IllegalArgumentException("q.size(3) is 0, but headDim must be at least 1");
    }
    long queryHeads = q.size(1);
    long keyHeads = k.size(1);
    if (keyHeads == 0 ? queryHeads != 0 : queryHeads % keyHeads != 0) {
      throw new IllegalArgumentException(
          "q.size(1) is " + queryHeads + ", which is no multiple of k.size(1), " + keyHeads);
    }
    Checks.requireReadable(q, "q", otherThreads);
    Checks.requireReadable(k, "k", otherThreads);
    perHead(options.slopes, "slopes", queryHeads);
    perHead(options.sinks, "sinks", queryHeads);
    perHead(options.temperatures, "temperatures", queryHeads);
  }

  private static void perHead(float @Nullable [] values, String name, long queryHeads) {
    if (values != null && values.length != queryHeads) {
      throw new IllegalArgumentException(
          "there are " + values.length + " " + name + ", but q.size(1) is " + queryHeads);
    }
  }

  /** One head's keys and values are packed into arrays. */
  private static void packable(FloatTensor k, long valueDim) {
    long widest = Math.max(k.size(3), valueDim) + 16;
    long most = (Integer.MAX_VALUE - 64L) / widest - 16;
    if (k.size(2) > most) {
      throw new IllegalArgumentException(
          "k.size(2) is " + k.size(2) + ", but one head of this width takes at most " + most);
    }
  }

  private static void bias(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor out,
      String outName,
      boolean otherThreads) {
    FloatTensor bias = options.bias;
    if (bias == null) {
      return;
    }
    int rank = bias.rank();
    for (int axis = 0; axis < rank; axis++) {
      long wanted = axis == rank - 1 ? k.size(2) : q.size(4 - rank + axis);
      if (bias.size(axis) != wanted && bias.size(axis) != 1) {
        throw new IllegalArgumentException(
            "bias.size(" + axis + ") is " + bias.size(axis) + ", but must be 1 or " + wanted);
      }
    }
    Checks.requireReadable(bias, "bias", otherThreads);
    Checks.requireDisjoint(out, outName, bias, "bias");
  }

  private static void statistic(
      @Nullable FloatTensor t,
      String name,
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor out,
      boolean otherThreads) {
    if (t == null) {
      return;
    }
    Checks.requireRank(t, name, 3, 3);
    for (int axis = 0; axis < 3; axis++) {
      Checks.requireSize(t, name, axis, q.size(axis), Q_SIZES[axis]);
    }
    Checks.requireWritable(t, name, otherThreads);
    Checks.requireDisjoint(t, name, q, "q");
    Checks.requireDisjoint(t, name, k, "k");
    Checks.requireDisjoint(t, name, v, "v");
    Checks.requireDisjoint(t, name, out, "out");
    if (options.bias != null) {
      Checks.requireDisjoint(t, name, options.bias, "bias");
    }
  }

  private static void distinct(
      @Nullable FloatTensor a, String aName, @Nullable FloatTensor b, String bName) {
    if (a != null && b != null) {
      Checks.requireDisjoint(a, aName, b, bName);
    }
  }
}
