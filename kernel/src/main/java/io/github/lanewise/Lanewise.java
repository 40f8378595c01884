package io.github.lanewise;

import io.github.lanewise.internal.jvm.Jvm;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.runtime.Kernels.FamilyState;
import io.github.lanewise.internal.runtime.Selection;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * What runs, and getting it ready to run fast.
 *
 * <p><b>The first calls.</b> Scalar and vector kernels give the same bits, but vector code is slow
 * until the JVM has compiled it. So scalar kernels serve first, while a thread of the library makes
 * the vector kernels ready, on data of its own; each family of kernels takes over when its vector
 * form is compiled and has won a direct comparison on this JVM. A family that never wins stays
 * scalar, with one warning that names the figures. {@code -Dlanewise.start=vector} leaves that out:
 * vector kernels serve at once, as they also do where {@code -Dlanewise.lanes} names a width.
 */
public final class Lanewise {
  /** No warm-up takes that long. */
  private static final Duration LONGEST = Duration.ofDays(1);

  private Lanewise() {}

  /**
   * The implementation of the kernels that this process uses.
   *
   * @param name what was chosen: {@code vector} or {@code scalar}
   * @param laneBits width of its vectors: 128, 256 or 512; 0 for scalar code
   * @param reason why this one, in words
   * @param jdk version of the Java runtime
   * @param cpu architecture and, where the system tells, model of the processor
   * @param families what serves each family of kernels at this moment
   */
  public record Implementation(
      String name, int laneBits, String reason, String jdk, String cpu, List<Family> families) {
    /** Whether every family of kernels is served by what was chosen, and will be. */
    public boolean isComplete() {
      return families.stream().allMatch(f -> f.settled() && f.serves().equals(name));
    }
  }

  /**
   * Kernels that are put into service together.
   *
   * @param name {@code rows} (softmax and the primitives), {@code tiles} (matrix products and
   *     packing), {@code scores and merges} (attention), {@code decode} (attention over a cache),
   *     {@code sampling} or {@code packed products} (products with packed matrices)
   * @param serves {@code vector} or {@code scalar}
   * @param settled whether that is the last word; before that, {@code vector} means that plain
   *     softmax or attention has vector kernels, and rarer operations have not
   * @param reason why, in words
   * @param ratio time of the scalar form divided by that of the vector form, for calls of a usual
   *     size on this JVM; NaN if it was not measured
   */
  public record Family(String name, String serves, boolean settled, String reason, double ratio) {}

  /**
   * What a warm-up has reached.
   *
   * @param complete whether it is settled what serves each family, and the public operations are
   *     compiled; false if time ran out, or the thread was interrupted
   * @param elapsed how long it took
   * @param cpu processor time that the whole process used meanwhile, its compilers' included; zero
   *     where the system does not tell
   * @param families what serves each family of kernels now
   */
  public record WarmUp(boolean complete, Duration elapsed, Duration cpu, List<Family> families) {}

  /**
   * Returns the implementation of the kernels that this process uses.
   *
   * @throws IllegalStateException if the system property {@code lanewise.lanes} or {@code
   *     lanewise.start} asks for what cannot be had
   */
  public static Implementation implementation() {
    Kernels.requireAvailable();
    Selection selection = Kernels.selection();
    return new Implementation(
        selection.name(),
        selection.laneBits(),
        selection.reason(),
        System.getProperty("java.vm.name") + " " + Runtime.version(),
        Jvm.processor(),
        families());
  }

  private static List<Family> families() {
    return Kernels.families().stream().map(Lanewise::family).toList();
  }

  private static Family family(FamilyState state) {
    return new Family(
        state.family().title(),
        state.vector() ? "vector" : "scalar",
        state.settled(),
        state.reason(),
        state.ratio());
  }

  /**
   * Waits until it is settled which kernels serve, and calls all operations on small data until the
   * compilers come to rest, so that the first request is served at full speed.
   *
   * <p>Without it nothing is wrong: the results are the same bits, and the first calls take as long
   * as scalar code does. Calls by several threads at once wait for the same trial.
   *
   * <p>If the thread is interrupted, it returns at once with its interrupt status set.
   *
   * @param atMost when to stop even if there is more to do; one round may outlast it by some
   *     milliseconds
   * @return what was reached
   * @throws IllegalArgumentException if it is negative
   * @throws IllegalStateException if the system property {@code lanewise.lanes} or {@code
   *     lanewise.start} asks for what cannot be had
   */
  public static WarmUp warmUp(Duration atMost) {
    Objects.requireNonNull(atMost, "atMost");
    if (atMost.isNegative()) {
      throw new IllegalArgumentException("atMost is " + atMost + ", but must not be negative");
    }
    Kernels.requireAvailable();
    long nanos = atMost.compareTo(LONGEST) < 0 ? atMost.toNanos() : LONGEST.toNanos();
    long start = System.nanoTime();
    long cpu = Jvm.processNanos();
    boolean complete = false;
    try {
      complete =
          nanos > 0
              && Kernels.await(nanos)
              && new WarmUpCalls().run(nanos - (System.nanoTime() - start));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new WarmUp(
        complete,
        Duration.ofNanos(System.nanoTime() - start),
        Duration.ofNanos(Jvm.processNanos() - cpu),
        families());
  }

  /** Called by its name, by the runtime: users read this class's name above the warning. */
  @SuppressWarnings("UnusedMethod")
  private static void warn(String text) {
    System.getLogger("io.github.lanewise").log(System.Logger.Level.WARNING, text);
  }
}
