package io.github.lanewise.bench.machine;

import io.github.lanewise.bench.comparison.LimitKind;
import java.util.Arrays;
import java.util.function.LongSupplier;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * A loop that runs against one limit of the machine, by one thread. A sample takes about 5 ms and
 * is the best of a few windows. Half of them are at the place within a cache line that was the
 * fastest so far, between the others that try each place: on a busy machine any window may be
 * interrupted, and with it the only one at a good place.
 */
public abstract class LimitSource {
  /**
   * Every place that an array can have in a cache line, by the 8 bytes to which the JVM aligns
   * objects: a vector of 64 bytes that lies across two lines costs two accesses, and where an array
   * begins is known to the garbage collector alone.
   */
  static final int PLACES = 8;

  /** A window is over at the end of the pass that exceeds it. */
  private static final long WINDOW_NANOS = 250_000;

  private static final int WARMING_CALLS = 20_000;
  private static final int MOST_SAMPLES = 100;
  private static final int STEADY_SAMPLES = 3;

  private final double amount;
  private int fastest;

  /** Read by nobody: it keeps a loop from being removed. */
  public volatile float sink;

  /** A loop of which a pass is so much, in floating-point operations or bytes. */
  LimitSource(double amount) {
    this.amount = amount;
  }

  /**
   * Returns a loop against a limit, ready to be sampled.
   *
   * @param bytes of the question, all that is read and written: at least 1024, at most half a
   *     gigabyte to read and a whole one to copy, fewer or more count as these; without meaning for
   *     {@link LimitKind#FMA}
   */
  public static LimitSource of(LimitKind kind, double bytes) {
    return switch (kind) {
      case COPY -> new CopyLoop(bytes);
      case READ -> new ReadLoop(bytes);
      case FMA -> new FmaLoop();
    };
  }

  /** Part of the work, of 10 us or more: the clock is read between two passes. */
  abstract void pass(int place);

  /** Returns what the machine reaches now, in the unit of the limit: the amount a nanosecond. */
  public final double sample() {
    return sample(System::nanoTime);
  }

  final double sample(LongSupplier nanoClock) {
    double best = 0;
    int from = fastest;
    for (int window = 0; window < 2 * PLACES; window++) {
      int place = window % 2 == 0 ? from : window / 2;
      double speed = amount * passesPerNano(place, nanoClock);
      if (speed > best) {
        best = speed;
        fastest = place;
      }
    }
    return best;
  }

  private double passesPerNano(int place, LongSupplier nanoClock) {
    long start = nanoClock.getAsLong();
    long end = start;
    int passes = 0;
    while (end - start < WINDOW_NANOS) {
      pass(place);
      passes++;
      end = nanoClock.getAsLong();
    }
    return (double) passes / (end - start);
  }

  /**
   * Samples until the compilers are done: until the loop has not become faster by a tenth for some
   * samples.
   *
   * @param little the loop over next to nothing: calls count for the compilers, and an interpreter
   *     takes a second for a window of vectors
   */
  final void warm(Runnable little) {
    for (int call = 0; call < WARMING_CALLS; call++) {
      little.run();
    }
    double best = 0;
    int steady = 0;
    for (int sample = 0; sample < MOST_SAMPLES && steady < STEADY_SAMPLES; sample++) {
      double speed = sample();
      steady = speed > 1.1 * best ? 0 : steady + 1;
      best = Math.max(best, speed);
    }
  }

  /**
   * Nothing but fused multiply-adds in registers: GFLOP/s, a multiply-add being two. Twelve chains
   * hide a latency of up to six cycles at two a cycle.
   */
  private static final class FmaLoop extends LimitSource {
    private static final VectorSpecies<Float> F =
        VectorSpecies.of(
            float.class,
            VectorShape.forBitSize(
                Math.min(
                    Integer.getInteger("lanewise.lanes", 512),
                    FloatVector.SPECIES_PREFERRED.vectorBitSize())));

    private static final int STEPS = 10_000;
    private static final int CHAINS = 12;

    FmaLoop() {
      super(2.0 * CHAINS * F.length() * STEPS);
      warm(() -> sink = loop(1, 100));
    }

    @Override
    void pass(int place) {
      sink = loop(place, STEPS);
    }

    /**
     * Two steps a round: so long a method is not inlined. Inlined, C2 makes code of half the speed
     * of it, half a second after the first sample.
     */
    private static float loop(float seed, int steps) {
      FloatVector a = FloatVector.broadcast(F, seed);
      FloatVector b = FloatVector.broadcast(F, 0.999f);
      FloatVector acc0 = a;
      FloatVector acc1 = a;
      FloatVector acc2 = a;
      FloatVector acc3 = a;
      FloatVector acc4 = a;
      FloatVector acc5 = a;
      FloatVector acc6 = a;
      FloatVector acc7 = a;
      FloatVector acc8 = a;
      FloatVector acc9 = a;
      FloatVector acc10 = a;
      FloatVector acc11 = a;
      for (int step = 0; step < steps; step += 2) {
        acc0 = acc0.fma(b, a);
        acc1 = acc1.fma(b, a);
        acc2 = acc2.fma(b, a);
        acc3 = acc3.fma(b, a);
        acc4 = acc4.fma(b, a);
        acc5 = acc5.fma(b, a);
        acc6 = acc6.fma(b, a);
        acc7 = acc7.fma(b, a);
        acc8 = acc8.fma(b, a);
        acc9 = acc9.fma(b, a);
        acc10 = acc10.fma(b, a);
        acc11 = acc11.fma(b, a);
        acc0 = acc0.fma(b, a);
        acc1 = acc1.fma(b, a);
        acc2 = acc2.fma(b, a);
        acc3 = acc3.fma(b, a);
        acc4 = acc4.fma(b, a);
        acc5 = acc5.fma(b, a);
        acc6 = acc6.fma(b, a);
        acc7 = acc7.fma(b, a);
        acc8 = acc8.fma(b, a);
        acc9 = acc9.fma(b, a);
        acc10 = acc10.fma(b, a);
        acc11 = acc11.fma(b, a);
      }
      FloatVector low = acc0.add(acc1).add(acc2).add(acc3).add(acc4).add(acc5);
      FloatVector high = acc6.add(acc7).add(acc8).add(acc9).add(acc10).add(acc11);
      return low.add(high).lane(0);
    }
  }

  /** {@code System.arraycopy}: GB/s, what is read and what is written both counted. */
  static final class CopyLoop extends LimitSource {
    private final MemorySweep sweep;
    private final float[] memory;

    /** Over so many bytes, half of them read and half written. */
    CopyLoop(double bytes) {
      this(new MemorySweep(bytes / 2 / Float.BYTES));
    }

    private CopyLoop(MemorySweep sweep) {
      super(2.0 * Float.BYTES * sweep.elementsOfPass());
      this.sweep = sweep;
      memory = sweep.allocate(2);
      warm(() -> System.arraycopy(memory, 0, memory, sweep.distance(), 1));
    }

    @Override
    void pass(int place) {
      int from = sweep.next(place);
      for (int time = 0; time < sweep.repeats(); time++) {
        System.arraycopy(memory, from, memory, from + sweep.distance(), sweep.piece());
      }
    }
  }

  /** Reading of memory, four streams of vectors added up: GB/s. */
  public static final class ReadLoop extends LimitSource {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();

    private final MemorySweep sweep;
    private final float[] memory;

    ReadLoop(double bytes) {
      this(new MemorySweep(bytes / Float.BYTES));
    }

    private ReadLoop(MemorySweep sweep) {
      super((double) Float.BYTES * sweep.elementsOfPass());
      this.sweep = sweep;
      memory = sweep.allocate(1);
      float[] little = new float[128 * L];
      warm(() -> sink = sum(little, 0, little.length, 2));
    }

    @Override
    void pass(int place) {
      sink = sum(memory, sweep.next(place), sweep.piece(), sweep.repeats());
    }

    /** Reads a range a number of times; what is left over of 4 x 2 vectors is left out. */
    public static float sum(float[] x, int from, int length, int times) {
      int quarter = length / 4;
      FloatVector sum0 = FloatVector.zero(F);
      FloatVector sum1 = FloatVector.zero(F);
      FloatVector sum2 = FloatVector.zero(F);
      FloatVector sum3 = FloatVector.zero(F);
      FloatVector sum4 = FloatVector.zero(F);
      FloatVector sum5 = FloatVector.zero(F);
      FloatVector sum6 = FloatVector.zero(F);
      FloatVector sum7 = FloatVector.zero(F);
      int end = from + quarter - 2 * L;
      for (int time = 0; time < times; time++) {
        for (int i = from; i <= end; i += 2 * L) {
          sum0 = sum0.add(FloatVector.fromArray(F, x, i));
          sum1 = sum1.add(FloatVector.fromArray(F, x, i + quarter));
          sum2 = sum2.add(FloatVector.fromArray(F, x, i + 2 * quarter));
          sum3 = sum3.add(FloatVector.fromArray(F, x, i + 3 * quarter));
          sum4 = sum4.add(FloatVector.fromArray(F, x, i + L));
          sum5 = sum5.add(FloatVector.fromArray(F, x, i + quarter + L));
          sum6 = sum6.add(FloatVector.fromArray(F, x, i + 2 * quarter + L));
          sum7 = sum7.add(FloatVector.fromArray(F, x, i + 3 * quarter + L));
        }
      }
      return sum0.add(sum1).add(sum2).add(sum3).add(sum4).add(sum5).add(sum6).add(sum7).lane(0);
    }
  }

  /**
   * How a loop goes through its floats: piece after piece of what is large, so that a sample of
   * some milliseconds finds as little of it in the caches as a pass over all of it would; again and
   * again over what is small, so that the clock is read seldom.
   */
  static final class MemorySweep {
    private static final int PASS = 1 << 20; // floats
    private static final int UNIT = 128; // 4 streams of 2 vectors of 16
    private static final int MOST = 1 << 27; // half a gigabyte
    private static final int LINE = 16;

    private final int piece;
    private final int pieces;
    private final int repeats;
    private int at;

    MemorySweep(double elements) {
      int wanted = (int) Math.max(UNIT, Math.min(elements, MOST));
      pieces = Math.max(1, Math.round((float) wanted / PASS));
      piece = wanted / pieces / UNIT * UNIT;
      repeats = pieces > 1 ? 1 : (PASS + piece - 1) / piece;
    }

    /** Floats at a stretch. */
    int piece() {
      return piece;
    }

    /** How often a pass goes over its piece. */
    int repeats() {
      return repeats;
    }

    double elementsOfPass() {
      return (double) piece * repeats;
    }

    /** Where the next pass begins: at one of the places within a cache line. */
    int next(int place) {
      int from = at * piece + place * LINE / PLACES;
      at = (at + 1) % pieces;
      return from;
    }

    /**
     * From an element of the first range to that of the second: whole cache lines, for they begin
     * at the same place of one; and half a page beyond whole pages, as a load behind a store to the
     * same place of another page waits for it.
     */
    int distance() {
      int page = 1024;
      return (pieces * piece + LINE + page - 1) / page * page + page / 2;
    }

    /** Memory for one range or two, every page of it written to. */
    float[] allocate(int ranges) {
      float[] memory = new float[(ranges - 1) * distance() + pieces * piece + LINE];
      Arrays.fill(memory, 1f);
      return memory;
    }
  }
}
