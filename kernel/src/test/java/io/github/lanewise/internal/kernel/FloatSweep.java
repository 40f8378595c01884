package io.github.lanewise.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.LongStream;

/**
 * Walks over floats by bit pattern, and measures exp and tanh against StrictMath in double, whose
 * own error of 10⁻⁸ float ULP does not matter.
 */
final class FloatSweep {
  private static final int BATCH = 1 << 12;
  private static final long PATTERNS = 1L << 32;

  /** Largest error seen, in ULP of the true value, and where. */
  private double worst;

  private float worstAt;
  private long count;

  private final FloatFunctions scalar = FloatFunctions.scalar();
  private final FloatFunctions selected = FloatFunctions.selected();
  private final float[] x = new float[BATCH];
  private final float[] y = new float[BATCH];
  private final float[] z = new float[BATCH];

  private FloatSweep() {}

  /** Walks over every {@code stride}-th float, on all processors, and prints what it found. */
  static void exp(String name, long stride, double bound) {
    report(name, bound, walk(stride, FloatSweep::expBatch));
  }

  static void tanh(String name, long stride, double bound) {
    report(name, bound, walk(stride, FloatSweep::tanhBatch));
  }

  private interface Batch {
    void check(FloatSweep sweep);
  }

  private static FloatSweep walk(long stride, Batch batch) {
    long batches = (PATTERNS / stride + BATCH - 1) / BATCH;
    int parts = 64;
    return LongStream.range(0, parts)
        .parallel()
        .mapToObj(
            part -> {
              FloatSweep sweep = new FloatSweep();
              for (long b = part; b < batches; b += parts) {
                for (int i = 0; i < BATCH; i++) {
                  sweep.x[i] = Float.intBitsToFloat((int) ((b * BATCH + i) * stride));
                }
                batch.check(sweep);
              }
              return sweep;
            })
        .reduce(new FloatSweep(), FloatSweep::worse);
  }

  private FloatSweep worse(FloatSweep other) {
    FloatSweep worse = other.worst > worst ? other : this;
    worse.count = worse == this ? count + other.count : other.count + count;
    return worse;
  }

  private static void report(String name, double bound, FloatSweep sweep) {
    System.out.printf(
        Locale.ROOT,
        "%s: at most %.4f ULP, at %s, over %d floats%n",
        name,
        sweep.worst,
        Float.toHexString(sweep.worstAt),
        sweep.count);
    assertTrue(sweep.worst <= bound, name + " is " + sweep.worst + " ULP off, bound " + bound);
  }

  private void expBatch() {
    scalar.full(x, y);
    selected.full(x, z);
    for (int i = 0; i < BATCH; i++) {
      requireSame("exp", x[i], y[i], z[i]);
      measure(x[i], y[i], StrictMath::exp, -104f, 89f);
    }
    scalar.flushed(x, z);
    for (int i = 0; i < BATCH; i++) {
      if (x[i] < ExpPolynomial.FLUSH_BELOW) {
        requireSame("flushed exp", x[i], 0f, z[i]);
      } else if (!(x[i] > 88f)) {
        requireSame("flushed exp", x[i], y[i], z[i]);
        y[i] = z[i];
      }
    }
    selected.flushed(x, y);
    for (int i = 0; i < BATCH; i++) {
      if (!(x[i] > 88f)) {
        requireSame("flushed exp", x[i], z[i], y[i]);
      }
    }
  }

  private void tanhBatch() {
    scalar.tanh(x, y);
    selected.tanh(x, z);
    for (int i = 0; i < BATCH; i++) {
      requireSame("tanh", x[i], y[i], z[i]);
      if (x[i] < 0 || Float.floatToRawIntBits(x[i]) == Integer.MIN_VALUE) {
        z[i] = -x[i]; // the positive half is measured, the negative one is its mirror image
      } else {
        measure(x[i], y[i], StrictMath::tanh, -20f, 20f);
        z[i] = x[i];
      }
    }
    // Odd: the mirror images, computed once more.
    scalar.tanh(z, z);
    for (int i = 0; i < BATCH; i++) {
      requireSame("tanh is odd", x[i], Math.abs(y[i]), z[i]);
    }
  }

  private static void requireSame(String name, float x, float expected, float actual) {
    if (Float.floatToIntBits(expected) != Float.floatToIntBits(actual)) {
      assertEquals(expected, actual, name + "(" + Float.toHexString(x) + ")");
    }
  }

  /** Between the limits against the true value; beyond, the value must be the rounded one. */
  private void measure(float x, float y, DoubleUnaryOperator function, float low, float high) {
    count++;
    if (Float.isNaN(x)) {
      assertTrue(Float.isNaN(y), "f(NaN) is " + y);
      return;
    }
    if (x <= low || x >= high) {
      requireSame("f", x, (float) function.applyAsDouble(x), y);
      return;
    }
    double exact = function.applyAsDouble(x);
    float rounded = (float) exact;
    if (Float.isInfinite(rounded)) {
      requireSame("f", x, rounded, y);
      return;
    }
    // The ULP of the true value's binade: that of a float at or below it in magnitude.
    float below = Math.abs(rounded) > Math.abs(exact) ? Math.nextAfter(rounded, 0) : rounded;
    double error = Math.abs(y - exact) / Math.ulp(below);
    if (error > worst) {
      worst = error;
      worstAt = x;
    }
  }
}
