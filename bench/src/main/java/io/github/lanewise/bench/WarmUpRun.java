package io.github.lanewise.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.github.lanewise.FloatTensor;
import io.github.lanewise.Lanewise;
import io.github.lanewise.Mask;
import io.github.lanewise.Softmax;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.bench.stage.Failure;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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
   * @param heads of attention
   * @param warmUpMillis at most; 0 for no warm-up
   * @param softmaxToo whether a call of softmax follows the first call, so that its kernels are
   *     wanted
   * @param waits whether the caller waits behind the first call until everything is settled
   * @param runMillis for how long it calls
   * @param calls for how many calls at least
   */
  public record Plan(
      String start,
      int heads,
      boolean causal,
      long warmUpMillis,
      boolean softmaxToo,
      boolean waits,
      long runMillis,
      int calls) {}

  /**
   * A moment; infinite if it did not come.
   *
   * @param processorMillis processor time of all threads of the process until then
   */
  public record Moment(double millis, double processorMillis) {
    /** What never came. */
    public static final Moment NEVER = new Moment(Double.POSITIVE_INFINITY, Double.NaN);
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
    List<String> arguments =
        List.of(
            Integer.toString(plan.heads),
            Boolean.toString(plan.causal),
            Long.toString(plan.warmUpMillis),
            Boolean.toString(plan.softmaxToo),
            Boolean.toString(plan.waits),
            Long.toString(plan.runMillis),
            Integer.toString(plan.calls));
    return parse(ChildJvm.run(java, List.of(start), WarmUpRun.class, arguments));
  }

  /** Reads what {@link #main} printed. */
  static WarmUpRun parse(String output) {
    List<String> lines = output.lines().toList();
    List<Call> calls = new ArrayList<>();
    for (String line : lines.subList(3, lines.size())) {
      double[] numbers = numbers(line);
      calls.add(new Call(numbers[0], numbers[1], numbers[2], (long) numbers[3]));
    }
    double[] attention = numbers(lines.get(1));
    double[] everything = numbers(lines.get(2));
    return new WarmUpRun(
        Double.parseDouble(lines.get(0)),
        new Moment(attention[0], attention[1]),
        new Moment(everything[0], everything[1]),
        calls);
  }

  private static double[] numbers(String line) {
    String[] texts = line.split(" ", -1);
    double[] numbers = new double[texts.length];
    for (int i = 0; i < texts.length; i++) {
      numbers[i] = Double.parseDouble(texts[i]);
    }
    return numbers;
  }

  /** Is the process. */
  public static void main(String[] args) throws InterruptedException {
    Plan plan =
        new Plan(
            "",
            Integer.parseInt(args[0]),
            Boolean.parseBoolean(args[1]),
            Long.parseLong(args[2]),
            Boolean.parseBoolean(args[3]),
            Boolean.parseBoolean(args[4]),
            Long.parseLong(args[5]),
            Integer.parseInt(args[6]));
    System.out.print(new Caller(plan).run());
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

    String run() throws InterruptedException {
      if (plan.warmUpMillis > 0) {
        Lanewise.warmUp(Duration.ofMillis(plan.warmUpMillis));
      }
      final double warmed = millis();
      int heads = plan.heads;
      FloatTensor q = FloatTensor.of(Inputs.normal(heads * LENGTH * DIM, 1), 1, heads, LENGTH, DIM);
      FloatTensor k = FloatTensor.of(Inputs.normal(heads * LENGTH * DIM, 2), 1, heads, LENGTH, DIM);
      FloatTensor v = FloatTensor.of(Inputs.normal(heads * LENGTH * DIM, 3), 1, heads, LENGTH, DIM);
      FloatTensor scores = FloatTensor.of(Inputs.normal(64 * 1024, 4), 64, 1024);
      FloatTensor weights = FloatTensor.allocate(64, 1024);
      FloatTensor out = FloatTensor.allocate(1, heads, LENGTH, DIM);
      Mask mask = plan.causal ? Mask.causal() : Mask.none();
      Attention of = Attention.builder().mask(mask).build();
      double end = millis() + plan.runMillis;
      do {
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        long before = System.nanoTime();
        of.forward(q, k, v, out);
        long after = System.nanoTime();
        bytes = THREADS.getCurrentThreadAllocatedBytes() - bytes;
        calls.add(
            new Call(
                (after - offsetNanos) / 1e6, (after - before) / 1e6, processorMillis(), bytes));
        if (plan.softmaxToo && calls.size() == 1) {
          Softmax.standard().apply(scores, weights);
        }
        if (Double.isInfinite(everything.millis())) {
          look();
        }
        if (plan.waits && calls.size() == 1) {
          await();
        }
      } while (millis() < end || calls.size() < plan.calls);
      return print(warmed);
    }

    private void await() throws InterruptedException {
      double end = millis() + LONGEST_WAIT_MILLIS;
      while (Double.isInfinite(everything.millis()) && millis() < end) {
        Thread.sleep(LOOK_MILLIS);
        look();
      }
    }

    private void look() {
      boolean wanted = true;
      boolean all = true;
      for (Lanewise.Family family : Lanewise.implementation().families()) {
        boolean vector = family.serves().equals("vector");
        all &= vector && family.settled();
        wanted &= vector || !ATTENTION.contains(family.name());
      }
      if (wanted && Double.isInfinite(attention.millis())) {
        attention = new Moment(millis(), processorMillis());
      }
      if (all && Double.isInfinite(everything.millis())) {
        everything = new Moment(millis(), processorMillis());
      }
    }

    private double millis() {
      return (System.nanoTime() - offsetNanos) / 1e6;
    }

    private static double processorMillis() {
      return SYSTEM.getProcessCpuTime() / 1e6;
    }

    private String print(double warmed) {
      StringBuilder output = new StringBuilder().append(warmed).append('\n');
      for (Moment moment : List.of(attention, everything)) {
        output.append(moment.millis()).append(' ').append(moment.processorMillis()).append('\n');
      }
      for (Call call : calls) {
        output.append(call.endMillis()).append(' ').append(call.millis());
        output.append(' ').append(call.processorMillis());
        output.append(' ').append(call.bytes()).append('\n');
      }
      return output.toString();
    }
  }

  /** Time of a call at steady speed: a quarter of the calls are at least that fast. */
  public double steadyMillis() {
    double[] sorted = calls.stream().mapToDouble(Call::millis).sorted().toArray();
    return sorted[sorted.length / 4];
  }

  /** The first call at that share of steady speed. */
  public Call firstAt(double share) {
    double enough = steadyMillis() / share;
    return calls.stream().filter(call -> call.millis() <= enough).findFirst().orElseThrow();
  }

  /** The first calls, or all if there are fewer. */
  public List<Call> first(int count) {
    return calls.subList(0, Math.min(count, calls.size()));
  }
}
