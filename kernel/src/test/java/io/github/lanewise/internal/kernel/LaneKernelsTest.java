package io.github.lanewise.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.scalar.ScalarLaneKernels;
import io.github.lanewise.internal.scalar.ScalarMath;
import io.github.lanewise.testing.Allocated;
import io.github.lanewise.testing.ContractSum;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Sizes;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The kernels of this process against the scalar ones and against the contract, bit by bit. */
class LaneKernelsTest {
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final LaneKernels LANES = Kernels.lanes();
  private static final LaneKernels SCALAR = new ScalarLaneKernels();
  private final float[] scratch = new float[RowReductions.SCRATCH];
  private final SplittableRandom random = new SplittableRandom(5);

  /** Differences from a maximum: many of ordinary size, some that vanish, some exactly 0. */
  private float[] differences(int length) {
    float[] d = new float[length];
    for (int i = 0; i < length; i++) {
      int kind = random.nextInt(12);
      d[i] = kind == 0 ? -INF : kind == 1 ? 0f : -(float) random.nextDouble(kind == 2 ? 120 : 10);
    }
    return d;
  }

  @Test
  void weightsAndTheirSums() {
    for (int length : Sizes.sweep()) {
      for (float shift : new float[] {0f, 0.5f}) {
        float[] x = differences(length);
        float[] p = new float[length];
        for (int j = 0; j < length; j++) {
          p[j] = ScalarMath.flushedExp(x[j] - shift);
        }
        float sum = ContractSum.of(p);
        float moment =
            ContractSum.of(
                length, (lane, j) -> p[j] > 0 ? Math.fma(p[j], x[j] - shift, lane) : lane);
        for (WeightSums kind : EnumSet.complementOf(EnumSet.of(WeightSums.REST))) {
          String what = kind + " of " + length;
          float[] y = Floats.filled(length + 3, 7f);
          long sums = LANES.weights(kind, x, 0, y, 2, 0, length, shift, scratch);
          Floats.assertBits(sum, FloatPair.first(sums), what);
          if (kind.wantsMoment()) {
            Floats.assertBits(moment, FloatPair.second(sums), what);
          }
          float[] expected = Floats.filled(length + 3, 7f);
          if (kind.writes()) {
            System.arraycopy(p, 0, expected, 2, length);
          }
          Floats.assertBits(expected, y, what);
          float[] inPlace = x.clone();
          assertEquals(
              sums, LANES.weights(kind, inPlace, 0, inPlace, 0, 0, length, shift, scratch), what);
          Floats.assertBits(kind.writes() ? p : x, inPlace, what);
        }
      }
    }
  }

  @Test
  void weightsOfShortRowsAtAnyPlaceInAnArray() {
    for (int length = 1; length <= 300; length++) {
      for (int before : new int[] {0, 5, 20}) {
        for (int after : new int[] {0, 3, 20}) {
          float[] x = Floats.filled(before + length + after, 7f);
          System.arraycopy(differences(length), 0, x, before, length);
          if (random.nextInt(4) == 0) {
            x[before + random.nextInt(length)] = random.nextBoolean() ? Float.NaN : INF;
          }
          float[] y = Floats.filled(after + length + before, 7f);
          float[] expectedInPlace = x.clone();
          float[] expected = y.clone();
          float[] expectedScratch = new float[RowReductions.SCRATCH];
          long sums =
              SCALAR.weights(
                  WeightSums.WRITE, x, before, expected, after, 0, length, 1f, expectedScratch);
          System.arraycopy(expected, after, expectedInPlace, before, length);
          String what = length + " between " + before + " and " + after;
          float sum = FloatPair.first(sums);
          for (WeightSums kind : new WeightSums[] {WeightSums.SUM, WeightSums.WRITE}) {
            long own = LANES.weights(kind, x, before, y, after, 0, length, 1f, scratch);
            Floats.assertBits(sum, FloatPair.first(own), what);
          }
          Floats.assertBits(expected, y, what);
          long own = LANES.weights(WeightSums.WRITE, x, before, x, before, 0, length, 1f, scratch);
          Floats.assertBits(sum, FloatPair.first(own), what);
          Floats.assertBits(expectedInPlace, x, what);
        }
      }
    }
  }

  @Test
  void theRestOfWeightsIsWithoutTheMaximaWhichAreCounted() {
    for (int length : Sizes.sweep()) {
      for (int maxima = 0; maxima <= Math.min(3, length); maxima++) {
        float[] x = differences(length);
        float[] d = new float[length];
        float[] p = new float[length];
        for (int n = 0; n < maxima; n++) {
          x[random.nextInt(length)] = 1.5f;
        }
        int found = 0;
        for (int j = 0; j < length; j++) {
          d[j] = x[j] - 1.5f;
          p[j] = d[j] == 0f ? 0f : ScalarMath.flushedExp(d[j]);
          found += d[j] == 0f ? 1 : 0;
        }
        String what = maxima + " among " + length;
        long expected = FloatPair.of(ContractSum.of(p), found);
        float[] y = Floats.filled(length + 3, 7f);
        long sums = LANES.weights(WeightSums.REST, x, 0, y, 2, 0, length, 1.5f, scratch);
        assertEquals(expected, sums, what);
        float[] whole = Floats.filled(length + 3, 7f);
        System.arraycopy(d, 0, whole, 2, length);
        Floats.assertBits(whole, y, what);
        assertEquals(
            expected, LANES.weights(WeightSums.REST, x, 0, x, 0, 0, length, 1.5f, scratch), what);
        Floats.assertBits(d, x, what);
      }
    }
  }

  @Test
  void weightsFromWithinTheRow() {
    for (int n = 0; n < 400; n++) {
      int length = random.nextInt(1, 5000);
      int from = random.nextInt(length) & -64;
      float[] x = differences(length);
      Arrays.fill(x, 0, from, -INF);
      float[] y = new float[length];
      WeightSums kind = n % 2 == 0 ? WeightSums.WRITE : WeightSums.WRITE_WITH_MOMENT;
      long whole = LANES.weights(kind, x, 0, y, 0, 0, length, 0f, scratch);
      float[] z = new float[length];
      long part = LANES.weights(kind, x, 0, z, 0, from, length, 0f, scratch);
      assertEquals(whole, part, "from " + from + " to " + length);
      Floats.assertBits(y, z, "from " + from + " to " + length);
    }
  }

  @Test
  void piecesAreNodesOfTheTree() {
    int length = 5 * 1024 + 300;
    float[] x = differences(length);
    float[] y = new float[length];
    WeightSums kind = WeightSums.WRITE_WITH_MOMENT;
    long whole = LANES.weights(kind, x, 0, y, 0, 0, length, 0f, scratch);
    for (int size : new int[] {256, 512, 1024, 2048, 4096}) {
      int pieces = (length + size - 1) / size;
      long[] nodes = new long[pieces];
      for (int i = 0; i < pieces; i++) {
        int to = Math.min(length, (i + 1) * size);
        nodes[i] = LANES.weights(kind, x, 0, y, 0, i * size, to, 0f, scratch);
      }
      for (int n = pieces; n > 1; n = (n + 1) / 2) {
        for (int i = 0; i < (n + 1) / 2; i++) {
          boolean pair = 2 * i + 1 < n;
          nodes[i] = pair ? FloatPair.add(nodes[2 * i], nodes[2 * i + 1]) : nodes[2 * i];
        }
      }
      assertEquals(whole, nodes[0], "pieces of " + size);
    }
  }

  @Test
  void dotsSkipWhatHasNoWeight() {
    for (int length : Sizes.sweep()) {
      float[] y = new float[length];
      float[] log = new float[length];
      float[] dy = new float[length];
      for (int j = 0; j < length; j++) {
        y[j] = random.nextInt(4) == 0 ? 0f : (float) random.nextDouble();
        log[j] = y[j] == 0 ? -INF : -y[j];
        dy[j] = y[j] == 0 ? Float.NaN : (float) random.nextGaussian();
      }
      float dot =
          ContractSum.of(length, (lane, j) -> y[j] == 0 ? lane : Math.fma(y[j], dy[j], lane));
      float sum = ContractSum.of(length, (lane, j) -> y[j] == 0 ? lane : lane + dy[j]);
      Floats.assertBits(dot, LANES.dot(y, 0, dy, 0, 0, length), "dot of " + length);
      Floats.assertBits(sum, LANES.visibleSum(log, 0, dy, 0, 0, length), "sum of " + length);
      float[] dx = new float[length];
      float[] expected = new float[length];
      for (int j = 0; j < length; j++) {
        expected[j] = y[j] == 0 ? 0f : y[j] * (dy[j] - dot) / 3f;
      }
      LANES.backward(y, 0, dy, 0, dot, 3f, dx, 0, length);
      Floats.assertBits(expected, dx, "gradient of " + length);
      for (int j = 0; j < length; j++) {
        expected[j] = y[j] == 0 ? 0f : (dy[j] - ScalarMath.exp(log[j]) * sum) / 3f;
      }
      LANES.logBackward(log, 0, dy, 0, sum, 3f, dx, 0, length);
      Floats.assertBits(expected, dx, "logarithmic gradient of " + length);
    }
  }

  @Test
  void aSumOfProductsIsNeverNegativeZero() {
    for (int length : Sizes.sweep()) {
      float[] y = new float[length];
      float[] dy = new float[length];
      Arrays.fill(y, 1e-30f);
      Arrays.fill(dy, -1e-30f);
      Floats.assertBits(0f, LANES.dot(y, 0, dy, 0, 0, length), "dot of " + length);
    }
  }

  @Test
  void maximaAndMaskedCopies() {
    for (int length : Sizes.sweep()) {
      float[] x = differences(length);
      for (int j = 0; j < length; j += 5) {
        x[j] = Float.NaN;
      }
      int largest = Float.floatToIntBits(SCALAR.largest(x, 0, length) + 0f);
      assertEquals(largest, Float.floatToIntBits(LANES.largest(x, 0, length) + 0f));
      long[] bits = new long[length / 64 + 2];
      for (int w = 0; w < bits.length; w++) {
        long thin = random.nextLong();
        bits[w] = thin & random.nextLong();
      }
      float[] y = new float[length + 2];
      float[] z = new float[length + 2];
      float expected = SCALAR.maskedCopy(x, 0, y, 1, length, bits, 1);
      float actual = LANES.maskedCopy(x, 0, z, 1, length, bits, 1);
      Floats.assertBits(expected + 0f, actual + 0f, "largest of " + length);
      Floats.assertBits(y, z, "copy of " + length);
      for (int j = 0; j < length; j++) {
        boolean visible = (bits[1 + j / 64] >>> j % 64 & 1) != 0;
        Floats.assertBits(visible ? x[j] : -INF, z[1 + j], "copy of " + length + ", element " + j);
      }
    }
  }

  /** Where vectors of the run that is written begin in an array decides how they are cut. */
  @Test
  void aRowIsScaledWhileTheNextOnesMaximumIsFound() {
    for (int length : Sizes.sweep()) {
      for (int at = 0; at < 2 * Sizes.lanes(); at += 1 + at % 3) {
        for (boolean negative : new boolean[] {false, true}) {
          for (float nan : new float[] {0f, Float.NaN, Float.intBitsToFloat(0xffc00000)}) {
            checkFmaAndLargest(length, at, negative, nan);
          }
        }
      }
    }
  }

  private void checkFmaAndLargest(int length, int at, boolean negative, float nan) {
    float[] x = differences(length + 2 * at + 3);
    for (int j = 0; j < x.length; j++) {
      x[j] = negative ? Math.min(x[j], -0f) : -x[j];
    }
    for (int j = 0; nan != 0f && j < length; j += random.nextInt(1, length + 1)) {
      x[at + j] = nan;
    }
    float[] y = differences(length + at + 5);
    float[] expected = y.clone();
    float[] sums = y.clone();
    for (int j = at; j < at + length; j++) {
      expected[j] = y[j] * 0.7f;
      sums[j] = y[j] - 3.3f;
    }
    String what = length + " at " + at + (negative ? ", none above 0, NaN " : ", NaN ") + nan;
    float[] own = y.clone();
    float largest = SCALAR.largest(x, at, at + length) + 0f;
    float first = LANES.fmaAndLargest(own, at, 0.7f, -0f, x, at, length) + 0f;
    float second = LANES.fmaAndLargest(y, at, 1f, -3.3f, x, at, length) + 0f;
    if (nan == 0f) {
      Floats.assertBits(largest, first, what);
      Floats.assertBits(largest, second, what);
    }
    Floats.assertBits(expected, own, what);
    Floats.assertBits(sums, y, what);
  }

  @Test
  void theFirstOfEqualElementsIsFound() {
    for (int length : Sizes.sweep()) {
      float[] x = differences(length + 3);
      for (int j = 0; j < length; j += 7) {
        x[j] = Float.NaN;
      }
      for (int first = 0; first < length; first += 1 + first / 20) {
        float[] marked = x.clone();
        marked[first] = 3f;
        marked[random.nextInt(first, length)] = 3f;
        assertEquals(first, LANES.indexOf(marked, 0, length, 3f), "of " + length);
        marked[0] = 3f; // before the range
        int from = Math.min(1, first);
        assertEquals(from == 0 ? 0 : first, LANES.indexOf(marked, from, length, 3f));
        float[] positive = Floats.filled(length, 1f);
        positive[first] = first % 2 == 0 ? 0f : -0f;
        assertEquals(first, LANES.indexOf(positive, 0, length, 0f), "zero of " + length);
      }
    }
  }

  @Test
  void mapsOfEachElement() {
    for (int length : Sizes.sweep()) {
      float[] x = differences(length);
      float[] y = new float[length];
      float[] z = new float[length];
      SCALAR.shiftAndDivide(x, 0, 1.5f, 0.7f, y, 0, length);
      LANES.shiftAndDivide(x, 0, 1.5f, 0.7f, z, 0, length);
      Floats.assertBits(y, z, "(x - shift) / divisor of " + length);
      for (int j = 0; j < length; j++) {
        y[j] = x[j] * 0.7f;
      }
      LANES.scale(x, 0, 0.7f, z, 0, length);
      Floats.assertBits(y, z, "x · factor of " + length);
      float[] inPlace = x.clone();
      LANES.scale(inPlace, 0, 0.7f, inPlace, 0, length);
      Floats.assertBits(y, inPlace, "x · factor in place of " + length);
      SCALAR.logWeights(x, 0, 1.5f, 0.7f, y, 0, length);
      LANES.logWeights(x, 0, 1.5f, 0.7f, z, 0, length);
      Floats.assertBits(y, z, "x - shift - log of " + length);
      LANES.logWeights(x, 0, 1.5f, 0.7f, x, 0, length);
      Floats.assertBits(y, x, "in place " + length);
    }
  }

  @Test
  void nothingIsAllocated() {
    for (int length : new int[] {1000, 255, 40, 17, 5}) {
      float[] x = differences(length);
      float[] y = new float[length];
      float[] z = new float[length];
      long[] bits = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
      for (WeightSums kind : WeightSums.values()) {
        allocatesNothing(
            kind + " ", length, () -> LANES.weights(kind, x, 0, y, 0, 0, length, 0.5f, scratch));
      }
      allocatesNothing("largest", length, () -> z[0] = LANES.largest(x, 0, length));
      allocatesNothing("mask", length, () -> z[0] = LANES.maskedCopy(x, 0, y, 0, length, bits, 0));
      allocatesNothing("dot", length, () -> z[0] = LANES.dot(x, 0, y, 0, 0, length));
      allocatesNothing("sum", length, () -> z[0] = LANES.visibleSum(x, 0, y, 0, 0, length));
      float least = x[length - 1];
      allocatesNothing("index", length, () -> z[0] = LANES.indexOf(x, 0, length, least));
      allocatesNothing("scale", length, () -> LANES.scale(x, 0, 2f, y, 0, length));
      allocatesNothing(
          "next", length, () -> y[0] = LANES.fmaAndLargest(z, 0, 1f, 0f, x, 0, length));
      allocatesNothing("shift", length, () -> LANES.shiftAndDivide(x, 0, 1f, 2f, y, 0, length));
      allocatesNothing("log", length, () -> LANES.logWeights(x, 0, 1f, 2f, y, 0, length));
      allocatesNothing("dx", length, () -> LANES.backward(x, 0, y, 0, 1f, 2f, z, 0, length));
      allocatesNothing("ln dx", length, () -> LANES.logBackward(x, 0, y, 0, 1f, 2f, z, 0, length));
    }
  }

  private static void allocatesNothing(String what, int length, Runnable call) {
    assertEquals(0, Allocated.bytesPerCall(call), what + length);
  }
}
