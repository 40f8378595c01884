package io.github.lanewise.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.github.lanewise.FloatTensor;
import io.github.lanewise.Lanewise;
import io.github.lanewise.Mask;
import io.github.lanewise.Softmax;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.bench.result.Statistics;
import io.github.lanewise.bench.stage.Failure;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Calls of attention of 512 rows x 64 in a fresh process, from the first on; times count from the
 * start of its JVM.
 *
 * @param warmedMillis when {@link Lanewise#warmUp} had ended, if there was one
 * @param attention when vector kernels served attention and softmax
 * @param everything when it was settled what serves each family of kernels
 * @param calls in order, at least one
 */
public record WarmUpRun(
    double warmedMillis, Moment attention, Moment everything, List<Call> calls) {
  private static final int LENGTH = 512;
  private static final int DIM = 64;
  private static final Set<String> ATTENTION = Set.of("rows", "tiles", "scores and merges");

  /**
   * What a process does.
   *
   * @param start {@code scalar}, {@code vector} or {@code trial}
   * @param heads of attention: one without a mask; several are causal, and a call of softmax
   *     follows their first call, so that its kernels are wanted too
   * @param warmUpMillis at most; 0 for no warm-up
   * @param waits whether the caller waits behind the first call until everything is settled
   * @param runMillis for how long it calls
   * @param calls for how many calls at least
   */
  public record Plan(
      String start, int heads, long warmUpMillis, boolean waits, long runMillis, int calls) {
    private List<String> toArguments() {
      return List.of(start, "" + heads, "" + warmUpMillis, "" + waits, "" + runMillis, "" + calls);
    }

    private static Plan parse(String... args) {
      return new Plan(
          args[0],
          Integer.parseInt(args[1]),
          Long.parseLong(args[2]),
          Boolean.parseBoolean(args[3]),
          Long.parseLong(args[4]),
          Integer.parseInt(args[5]));
    }
  }

  /**
   * A moment; infinite if it did not come.
   *
   * @param processorMillis processor time of all threads of the process until then
   */
  public record Moment(double millis, double processorMillis) {
    /** What never came. */
    public static final Moment NEVER = new Moment(Double.POSITIVE_INFINITY, Double.NaN);

    private boolean came() {
      return millis < Double.POSITIVE_INFINITY;
    }
  }

  /**
   * One call.
   *
   * @param endMillis when it ended
   * @param millis how long it took
   * @param processorMillis processor time of all threads of the process until then
   * @param bytes what it allocated on the calling thread
   */
  public record Call(double endMillis, double millis, double processorMillis, long bytes) {}

  /**
   * Measures in a process of its own, with the options of this JVM.
   *
   * @param prefix command that starts another, such as taskset; may be empty
   * @throws Failure if the process fails
   */
  public static WarmUpRun fork(List<String> prefix, Plan plan) {
    List<String> java = new ArrayList<>(prefix);
    java.add(ChildJvm.ownJava());
    String start =
        plan.start.equals("scalar") ? "-Dlanewise.lanes=0" : "-Dlanewise.start=" + plan.start;
    return parse(ChildJvm.run(java, List.of(start), WarmUpRun.class, plan.toArguments()));
  }

  /** Reads what {@link #main} printed. */
  static WarmUpRun parse(String output) {
    List<double[]> lines =
        output
            .lines()
            .map(line -> Arrays.stream(line.split(" ", -1)).mapToDouble(Double::parseDouble))
            .map(numbers -> numbers.toArray())
            .toList();
    return new WarmUpRun(
        lines.get(0)[0],
        new Moment(lines.get(1)[0], lines.get(1)[1]),
        new Moment(lines.get(2)[0], lines.get(2)[1]),
        lines.stream().skip(3).map(c -> new Call(c[0], c[1], c[2], (long) c[3])).toList());
  }

  private String print() {
    List<String> lines = new ArrayList<>();
    lines.add(line(warmedMillis));
    lines.add(line(attention.millis, attention.processorMillis));
    lines.add(line(everything.millis, everything.processorMillis));
    calls.forEach(c -> lines.add(line(c.endMillis, c.millis, c.processorMillis, (double) c.bytes)));
    return String.join("\n", lines);
  }

  private static String line(double... numbers) {
    return Arrays.stream(numbers).mapToObj(Double::toString).collect(Collectors.joining(" "));
  }

  /** Is the process. */
  public static void main(String[] args) throws InterruptedException {
    System.out.println(new Caller(Plan.parse(args)).run().print());
  }

  /** The caller in the process. */
  private static final class Caller {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final OperatingSystemMXBean SYSTEM =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    /** So often a caller that waits looks whether it is over. */
    private static final long LOOK_MILLIS = 2;

    private static final long LONGEST_WAIT_MILLIS = 60_000;

    private final Plan plan;
    private final long jvmStart = ManagementFactory.getRuntimeMXBean().getStartTime();
    private final long offsetNanos =
        System.nanoTime() - (System.currentTimeMillis() - jvmStart) * 1_000_000;
    private final List<Call> calls = new ArrayList<>();
    private Moment attention = Moment.NEVER;
    private Moment everything = Moment.NEVER;

    Caller(Plan plan) {
      this.plan = plan;
    }

    WarmUpRun run() throws InterruptedException {
      if (plan.warmUpMillis > 0) {
        Lanewise.warmUp(Duration.ofMillis(plan.warmUpMillis));
      }
      final double warmed = millis(System.nanoTime());
      FloatTensor q = heads(1);
      FloatTensor k = heads(2);
      FloatTensor v = heads(3);
      FloatTensor scores = FloatTensor.of(Inputs.normal(64 * 1024, 4), 64, 1024);
      FloatTensor weights = FloatTensor.allocate(64, 1024);
      FloatTensor out = FloatTensor.allocate(1, plan.heads, LENGTH, DIM);
      boolean several = plan.heads > 1;
      Attention of = Attention.builder().mask(several ? Mask.causal() : Mask.none()).build();
      double end = millis(System.nanoTime()) + plan.runMillis;
      do {
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        long before = System.nanoTime();
        of.forward(q, k, v, out);
        long after = System.nanoTime();
        bytes = THREADS.getCurrentThreadAllocatedBytes() - bytes;
        calls.add(new Call(millis(after), (after - before) / 1e6, processorMillis(), bytes));
        if (several && calls.size() == 1) {
          Softmax.standard().apply(scores, weights);
        }
        look();
        if (plan.waits && calls.size() == 1) {
          await();
        }
      } while (millis(System.nanoTime()) < end || calls.size() < plan.calls);
      return new WarmUpRun(warmed, attention, everything, calls);
    }

    private FloatTensor heads(long seed) {
      float[] values = Inputs.normal(plan.heads * LENGTH * DIM, seed);
      return FloatTensor.of(values, 1, plan.heads, LENGTH, DIM);
    }

    private void await() throws InterruptedException {
      double end = millis(System.nanoTime()) + LONGEST_WAIT_MILLIS;
      while (!everything.came() && millis(System.nanoTime()) < end) {
        Thread.sleep(LOOK_MILLIS);
        look();
      }
    }

    private void look() {
      if (everything.came()) {
        return;
      }
      boolean wanted = true;
      boolean all = true;
      for (Lanewise.Family family : Lanewise.implementation().families()) {
        boolean vector = family.serves().equals("vector");
        all &= vector && family.settled();
        wanted &= vector || !ATTENTION.contains(family.name());
      }
      Moment now = new Moment(millis(System.nanoTime()), processorMillis());
      attention = wanted && !attention.came() ? now : attention;
      everything = all ? now : everything;
    }

    private double millis(long nanoTime) {
      return (nanoTime - offsetNanos) / 1e6;
    }

    private static double processorMillis() {
      return SYSTEM.getProcessCpuTime() / 1e6;
    }
  }

  /** Time of a call at steady speed: a quarter of the calls are at least that fast. */
  public double steadyMillis() {
    return Statistics.quantile(0.25, callMillis());
  }

  /** The first call at that share of steady speed. */
  public Call firstAt(double share) {
    double enough = steadyMillis() / share;
    return calls.stream().filter(call -> call.millis() <= enough).findFirst().orElseThrow();
  }

  /** How long each call took, in order. */
  double[] callMillis() {
    return calls.stream().mapToDouble(Call::millis).toArray();
  }
}
