package io.github.lanewise.internal.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.tensor.Checks;
import org.jspecify.annotations.Nullable;

/** What attention writes: shapes, and that it shares no element with what is read. */
final class ResultChecks {

  private ResultChecks() {}

  /** Checks out and the statistics, which have one row for each query of each head. */
  static void results(
      AttentionOptions options,
      RowStatistics statistics,
      FloatTensor q,
      @Nullable FloatTensor k,
      @Nullable FloatTensor v,
      FloatTensor out,
      long valueDim,
      String valueDimName,
      boolean otherThreads) {
    int rank = q.rank();
    Checks.requireRank(out, "out", rank, rank);
    for (int axis = 0; axis < rank - 1; axis++) {
      Checks.requireSize(out, "out", axis, q.size(axis), AttentionChecks.Q_SIZES[axis]);
    }
    Checks.requireSize(out, "out", rank - 1, valueDim, valueDimName);
    Checks.requireWritable(out, "out", otherThreads);
    Checks.requireDisjointOrSame(out, "out", q, "q");
    if (k != null && v != null) {
      Checks.requireDisjointOrSame(out, "out", k, "k");
      Checks.requireDisjointOrSame(out, "out", v, "v");
    }
    if (options.bias != null) {
      Checks.requireDisjoint(out, "out", options.bias, "bias");
    }
    statistics(options, statistics, q, k, v, out, otherThreads);
  }

  private static void statistics(
      AttentionOptions options,
      RowStatistics statistics,
      FloatTensor q,
      @Nullable FloatTensor k,
      @Nullable FloatTensor v,
      FloatTensor out,
      boolean otherThreads) {
    statistic(statistics.logSumExp(), "logSumExp", options, q, k, v, out, otherThreads);
    statistic(statistics.entropy(), "entropy", options, q, k, v, out, otherThreads);
    statistic(statistics.maxWeight(), "maxWeight", options, q, k, v, out, otherThreads);
    distinct(statistics.logSumExp(), "logSumExp", statistics.entropy(), "entropy");
    distinct(statistics.logSumExp(), "logSumExp", statistics.maxWeight(), "maxWeight");
    distinct(statistics.entropy(), "entropy", statistics.maxWeight(), "maxWeight");
  }

  private static void statistic(
      @Nullable FloatTensor t,
      String name,
      AttentionOptions options,
      FloatTensor q,
      @Nullable FloatTensor k,
      @Nullable FloatTensor v,
      FloatTensor out,
      boolean otherThreads) {
    if (t == null) {
      return;
    }
    int rank = q.rank() - 1;
    Checks.requireRank(t, name, rank, rank);
    for (int axis = 0; axis < rank; axis++) {
      Checks.requireSize(t, name, axis, q.size(axis), AttentionChecks.Q_SIZES[axis]);
    }
    Checks.requireWritable(t, name, otherThreads);
    Checks.requireDisjoint(t, name, q, "q");
    if (k != null && v != null) {
      Checks.requireDisjoint(t, name, k, "k");
      Checks.requireDisjoint(t, name, v, "v");
    }
    Checks.requireDisjoint(t, name, out, "out");
    if (options.bias != null) {
      Checks.requireDisjoint(t, name, options.bias, "bias");
    }
  }

  /** Checks that two outputs share no element; null is none. */
  static void distinct(
      @Nullable FloatTensor a, String aName, @Nullable FloatTensor b, String bName) {
    if (a != null && b != null) {
      Checks.requireDisjoint(a, aName, b, bName);
    }
  }
}
