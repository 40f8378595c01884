package io.github.lanewise.internal.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Checks;
import io.github.lanewise.internal.tensor.StridedFloats;
import org.jspecify.annotations.Nullable;

/** Every argument of attention's gradients, checked before anything is written. */
final class BackwardChecks {

  private static final String[] Q_SIZES = {"q.size(0)", "q.size(1)", "q.size(2)", "q.size(3)"};
  private static final String[] K_SIZES = {"k.size(0)", "k.size(1)", "k.size(2)", "k.size(3)"};
  private static final String[] V_SIZES = {"v.size(0)", "v.size(1)", "v.size(2)", "v.size(3)"};

  private BackwardChecks() {}

  /**
   * Checks what is read, but for what takes the sequences.
   *
   * @param rank 4: of tensors [batch, heads, rows, dim]; 3: of ragged ones, [rows, heads, dim]
   */
  static void inputs(
      AttentionOptions options,
      int rank,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor out,
      FloatTensor dOut,
      FloatTensor logSumExp,
      boolean otherThreads) {
    Kernels.requireAvailable();
    AttentionChecks.queriesAndKeys(options, q, k, rank, otherThreads);
    AttentionChecks.values(k, v, otherThreads);
    results(out, "out", q, v, otherThreads);
    results(dOut, "dOut", q, v, otherThreads);
    Checks.requireRank(logSumExp, "logSumExp", rank - 1, rank - 1);
    for (int axis = 0; axis < rank - 1; axis++) {
      Checks.requireSize(logSumExp, "logSumExp", axis, q.size(axis), Q_SIZES[axis]);
    }
    Checks.requireReadable(logSumExp, "logSumExp", otherThreads);
    if (options.anyArgmax()) {
      throw new IllegalArgumentException(
          "a temperature is 0, but backward needs positive ones: the choice of a maximum has no"
              + " gradient");
    }
  }

  /** Checks what takes the sequences. */
  static void sequences(
      AttentionOptions options,
      Sequences sequences,
      FloatTensor q,
      FloatTensor v,
      boolean otherThreads) {
    int last = q.rank() - 1;
    long valueDim = v.size(last);
    AttentionChecks.packable(
        sequences.mostKeys(), "a sequence's keyLength", q.size(last), valueDim);
    AttentionChecks.bias(options, sequences, q, sequences.isRagged(), otherThreads);
  }

  private static void results(
      FloatTensor t, String name, FloatTensor q, FloatTensor v, boolean otherThreads) {
    int last = q.rank() - 1;
    Checks.requireRank(t, name, q.rank(), q.rank());
    for (int axis = 0; axis < last; axis++) {
      Checks.requireSize(t, name, axis, q.size(axis), Q_SIZES[axis]);
    }
    Checks.requireSize(t, name, last, v.size(last), V_SIZES[last]);
    Checks.requireReadable(t, name, otherThreads);
  }

  /** Checks what is written against what is read, and against each other. */
  static void gradients(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor out,
      FloatTensor dOut,
      FloatTensor logSumExp,
      @Nullable FloatTensor dq,
      @Nullable FloatTensor dk,
      @Nullable FloatTensor dv,
      boolean otherThreads) {
    gradient(dq, "dq", q, Q_SIZES, otherThreads);
    gradient(dk, "dk", k, K_SIZES, otherThreads);
    gradient(dv, "dv", v, V_SIZES, otherThreads);
    apart(dq, "dq", options, q, k, v, out, dOut, logSumExp);
    apart(dk, "dk", options, q, k, v, out, dOut, logSumExp);
    apart(dv, "dv", options, q, k, v, out, dOut, logSumExp);
    ResultChecks.distinct(dq, "dq", dk, "dk");
    ResultChecks.distinct(dq, "dq", dv, "dv");
    ResultChecks.distinct(dk, "dk", dv, "dv");
  }

  /**
   * Checks the gradients of options: each must belong to one that was asked for, and share nothing
   * with anything else.
   */
  static void optionGradients(
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor out,
      FloatTensor dOut,
      FloatTensor logSumExp,
      @Nullable FloatTensor dq,
      @Nullable FloatTensor dk,
      @Nullable FloatTensor dv,
      @Nullable FloatTensor bias,
      float @Nullable [] temperature,
      float @Nullable [] sinks,
      boolean otherThreads) {
    if (bias != null) {
      if (options.bias == null) {
        throw new IllegalArgumentException("gradients.bias is wanted, but there is no bias");
      }
      Checks.requireSameShape(bias, "gradients.bias", options.bias, "bias");
      Checks.requireWritable(bias, "gradients.bias", otherThreads);
      ResultChecks.distinct(bias, "gradients.bias", q, "q");
      ResultChecks.distinct(bias, "gradients.bias", k, "k");
      ResultChecks.distinct(bias, "gradients.bias", v, "v");
      ResultChecks.distinct(bias, "gradients.bias", out, "out");
      ResultChecks.distinct(bias, "gradients.bias", dOut, "dOut");
      ResultChecks.distinct(bias, "gradients.bias", logSumExp, "logSumExp");
      ResultChecks.distinct(bias, "gradients.bias", options.bias, "bias");
      ResultChecks.distinct(bias, "gradients.bias", dq, "dq");
      ResultChecks.distinct(bias, "gradients.bias", dk, "dk");
      ResultChecks.distinct(bias, "gradients.bias", dv, "dv");
    }
    perHead(temperature, "gradients.temperature", options.temperatures, q.size(1));
    perHead(sinks, "gradients.sinks", options.sinks, q.size(1));
    if (temperature != null && temperature == sinks) {
      throw new IllegalArgumentException("gradients.temperature and gradients.sinks are one array");
    }
    for (int i = 0; i < 2; i++) {
      float[] array = i == 0 ? temperature : sinks;
      String name = i == 0 ? "gradients.temperature" : "gradients.sinks";
      apart(array, name, q, "q");
      apart(array, name, k, "k");
      apart(array, name, v, "v");
      apart(array, name, out, "out");
      apart(array, name, dOut, "dOut");
      apart(array, name, logSumExp, "logSumExp");
      apart(array, name, options.bias, "bias");
      apart(array, name, dq, "dq");
      apart(array, name, dk, "dk");
      apart(array, name, dv, "dv");
      apart(array, name, bias, "gradients.bias");
    }
  }

  private static void perHead(
      float @Nullable [] gradient, String name, float @Nullable [] option, long queryHeads) {
    if (gradient == null) {
      return;
    }
    if (option == null) {
      throw new IllegalArgumentException(name + " is wanted, but there is no such option");
    }
    if (gradient.length != queryHeads) {
      throw new IllegalArgumentException(
          name + ".length is " + gradient.length + ", but q.size(1) is " + queryHeads);
    }
  }

  private static void apart(
      float @Nullable [] array, String name, @Nullable FloatTensor other, String otherName) {
    if (array != null && other != null && StridedFloats.of(other).arrayOrNull() == array) {
      FloatTensor whole = FloatTensor.of(array, array.length);
      Checks.requireDisjoint(whole, name, other, otherName);
    }
  }

  private static void gradient(
      @Nullable FloatTensor t, String name, FloatTensor of, String[] sizes, boolean otherThreads) {
    if (t == null) {
      return;
    }
    Checks.requireRank(t, name, of.rank(), of.rank());
    for (int axis = 0; axis < of.rank(); axis++) {
      Checks.requireSize(t, name, axis, of.size(axis), sizes[axis]);
    }
    Checks.requireWritable(t, name, otherThreads);
  }

  private static void apart(
      @Nullable FloatTensor t,
      String name,
      AttentionOptions options,
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor out,
      FloatTensor dOut,
      FloatTensor logSumExp) {
    if (t == null) {
      return;
    }
    Checks.requireDisjointOrSame(t, name, q, "q");
    Checks.requireDisjointOrSame(t, name, k, "k");
    Checks.requireDisjointOrSame(t, name, v, "v");
    Checks.requireDisjointOrSame(t, name, out, "out");
    Checks.requireDisjointOrSame(t, name, dOut, "dOut");
    Checks.requireDisjoint(t, name, logSumExp, "logSumExp");
    if (options.bias != null) {
      Checks.requireDisjoint(t, name, options.bias, "bias");
    }
  }
}
