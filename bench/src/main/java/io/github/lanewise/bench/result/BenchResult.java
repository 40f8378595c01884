package io.github.lanewise.bench.result;

import java.util.List;

/**
 * Everything that one run measured. This is what is stored; every figure and picture of the report
 * follows from it.
 *
 * @param format version of this form, {@link #FORMAT}
 * @param started ISO-8601 instant
 * @param seconds how long the run took
 * @param rounds in how many rounds the contenders took turns
 * @param command what repeats it
 * @param measurements a question and a contender each
 * @param missing what was asked for and could not be measured, and why
 */
public record BenchResult(
    int format,
    String started,
    double seconds,
    int rounds,
    String command,
    Machine machine,
    Disturbance disturbance,
    List<Limit> limits,
    List<ContenderInfo> contenders,
    List<Measurement> measurements,
    List<UlpHistogram> ulps,
    List<WarmUp> warmUps,
    List<Missing> missing) {

  /** The present form. */
  public static final int FORMAT = 1;

  /**
   * Where it ran.
   *
   * @param implementation Lanewise's own, with its lanes: {@code vector, 512-bit lanes}
   */
  public record Machine(
      String cpu,
      int cores,
      double memoryGigabytes,
      String operatingSystem,
      String jdk,
      List<String> flags,
      String implementation,
      int laneBits,
      String lanewise) {}

  /**
   * How much else the machine did.
   *
   * @param stolenShare of the processors' time, taken by the hypervisor; NaN where it is not told
   * @param otherLoad processors that other processes kept busy, on average; NaN where it is not
   *     told
   * @param limitSpread (largest - smallest) / median over all samples of the FMA loop: what a
   *     figure of this run may be off by for no reason of its own
   */
  public record Disturbance(double stolenShare, double otherLoad, double limitSpread) {}

  /**
   * A limit of the machine.
   *
   * @param name {@code FMA}, {@code L1 read}, {@code L1 copy}, {@code L2 …}, {@code DRAM …}
   * @param samples one a round, in the unit
   */
  public record Limit(String name, String unit, double bytes, List<Double> samples) {}

  /** Who took part. */
  public record ContenderInfo(String name, String description) {}

  /**
   * One contender at one question.
   *
   * @param question its id
   * @param largestError largest difference from the oracle's result that the check saw, relative to
   *     the largest magnitude of that result
   * @param forks one a round, in order of the rounds
   */
  public record Measurement(
      String question, String contender, double largestError, List<Fork> forks) {}

  /**
   * One JVM.
   *
   * @param round from 0 on
   * @param nanos time of a call, one value an iteration
   * @param limits what the question's limit was beside each iteration, in its unit
   * @param bytesPerCall allocated on the Java heap by a call; NaN where unknown
   */
  public record Fork(int round, List<Double> nanos, List<Double> limits, double bytesPerCall) {}

  /**
   * Errors of exp over a sample of all floats.
   *
   * @param binWidth in ULP; bin i holds errors in [i·binWidth, (i + 1)·binWidth), the last all
   *     above
   * @param worstAt the float with the largest error
   */
  public record UlpHistogram(
      String contender, double binWidth, List<Long> counts, double largest, double worstAt) {}

  /**
   * Calls of a fresh JVM, attention 512x64.
   *
   * @param label such as {@code without warmUp}
   * @param points time since the start of the JVM in ms, and the call's speed as a share of steady
   *     speed
   * @param eightyPercentMillis from the start of the JVM to the first call at 80 %, one a JVM
   */
  public record WarmUp(
      String label, double warmUpMillis, List<Point> points, List<Double> eightyPercentMillis) {}

  /** A point of a curve. */
  public record Point(double x, double y) {}

  /**
   * What could not be measured.
   *
   * @param question its id, or empty for all of them
   */
  public record Missing(String contender, String question, String reason) {}
}
