package io.github.lanewise.testing;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import java.util.Arrays;

/** Room for all that is told about some rows: the rows themselves, and their statistics. */
public record Results(
    FloatTensor out, FloatTensor logSumExp, FloatTensor entropy, FloatTensor maxWeight) {

  /** In a sandbox, for rows of this shape. */
  public static Results in(Sandbox sandbox, long... shape) {
    return of(sandbox.output("out", shape), sandbox);
  }

  /** In a sandbox, for these rows. */
  public static Results of(FloatTensor out, Sandbox sandbox) {
    long[] rows = rows(out.shape());
    return new Results(
        out,
        sandbox.output("logSumExp", rows),
        sandbox.output("entropy", rows),
        sandbox.output("maxWeight", rows));
  }

  /** In arrays, full of sevens, for rows of this shape. */
  public static Results allocate(long... shape) {
    long[] rows = rows(shape);
    return new Results(
        Floats.filledTensor(7f, shape),
        Floats.filledTensor(7f, rows),
        Floats.filledTensor(7f, rows),
        Floats.filledTensor(7f, rows));
  }

  /** The shape of one statistic. */
  public static long[] rows(long... shape) {
    return shape.length == 1 ? new long[] {1} : Arrays.copyOf(shape, shape.length - 1);
  }

  /** All statistics. */
  public RowStatistics statistics() {
    return new RowStatistics(logSumExp, entropy, maxWeight);
  }

  /** The four tensors. */
  public FloatTensor[] all() {
    return new FloatTensor[] {out, logSumExp, entropy, maxWeight};
  }

  /** The results of some sequences [from, to) alone. */
  public Results slice(long from, long to) {
    return new Results(
        out.slice(0, from, to),
        logSumExp.slice(0, from, to),
        entropy.slice(0, from, to),
        maxWeight.slice(0, from, to));
  }

  /** Fails unless both have the same bits. */
  public void assertBits(Results actual) {
    Floats.assertBits(out, actual.out, "out");
    Floats.assertBits(logSumExp, actual.logSumExp, "logSumExp");
    Floats.assertBits(entropy, actual.entropy, "entropy");
    Floats.assertBits(maxWeight, actual.maxWeight, "maxWeight");
  }
}
