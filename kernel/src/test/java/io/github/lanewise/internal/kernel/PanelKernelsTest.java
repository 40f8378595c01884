package io.github.lanewise.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.scalar.ScalarScoreKernels;
import io.github.lanewise.internal.scalar.ScalarTileKernels;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Kernels in lanes against the scalar ones, where the property tests do not reach. */
class PanelKernelsTest {

  private static final int PANEL = TileKernels.PANEL;
  private static final int GROUP = TileKernels.GROUP;

  /** Positions among the keys, far from them, and where floats no longer tell integers apart. */
  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        7,
        1_000_003,
        (1L << 24) - 9,
        (1L << 24) + 1,
        -(1L << 24) + 3,
        (1L << 31) + 5,
        1L << 61,
        -(1L << 61)
      })
  void alibiHasTheBitsOfTheScalarCode(long position) {
    SplittableRandom random = new SplittableRandom(1);
    for (int columns : new int[] {1, 5, 16, 31, PANEL}) {
      for (int keys : new int[] {1, 2, 33, 64}) {
        int keyStep = keys == 33 ? PANEL : 1 + columns % 2;
        float[] slopes = floats(random, PANEL);
        long[] positions = new long[PANEL];
        for (int c = 0; c < columns; c++) {
          positions[c] = position + random.nextInt(40);
        }
        float[] scores = floats(random, keys * PANEL);
        float[] expected = scores.clone();
        float[] scratch = new float[PANEL];
        Kernels.scores().alibi(scores, 0, keys, columns, slopes, positions, 11, keyStep, scratch);
        new ScalarScoreKernels()
            .alibi(expected, 0, keys, columns, slopes, positions, 11, keyStep, scratch);
        for (int k = 0; k < keys; k++) {
          int row = k * PANEL;
          Floats.assertBits(
              Arrays.copyOfRange(expected, row, row + columns),
              Arrays.copyOfRange(scores, row, row + columns),
              "key " + row / PANEL);
        }
      }
    }
  }

  /** Of numbers that are none, of zeros of both signs, of the largest and the smallest. */
  @Test
  void stepsToAScoreHaveTheBitsOfTheScalarCode() {
    SplittableRandom random = new SplittableRandom(4);
    Map<String, Step> steps =
        Map.of(
            "softcap", (k, s, at, n, c, x) -> k.softcap(s, at, n, c, 0.7f, 30f),
            "scale", (k, s, at, n, c, x) -> k.scale(s, at, n, c, x[0]),
            "scaleRows", (k, s, at, n, c, x) -> k.scaleRows(s, at, n, c, x, 3),
            "scaleColumns", (k, s, at, n, c, x) -> k.scaleColumns(s, at, n, c, x, s, at, PANEL),
            "addPanel", (k, s, at, n, c, x) -> k.addPanel(s, at, n, c, x, PANEL),
            "temper", (k, s, at, n, c, x) -> k.temper(s, at, n, c, x));
    steps.forEach(
        (name, step) -> {
          for (int columns : new int[] {1, 5, GROUP, GROUP + 1, PANEL}) {
            for (int keys : new int[] {0, 1, 2, 33, 64}) {
              float[] operand = FloatKind.SPRINKLED.floats(random, (keys + 1) * PANEL);
              float[] before = FloatKind.SPRINKLED.floats(random, (keys + 2) * PANEL);
              float[] scores = before.clone();
              float[] expected = before.clone();
              step.run(Kernels.scores(), scores, PANEL, keys, columns, operand);
              step.run(new ScalarScoreKernels(), expected, PANEL, keys, columns, operand);
              for (int row = 1; row <= keys; row++) { // lanes up to a whole vector are scratch
                int end = (columns + GROUP - 1) / GROUP * GROUP;
                int from = row * PANEL;
                System.arraycopy(expected, from + columns, scores, from + columns, end - columns);
              }
              Floats.assertBits(
                  expected, scores, name + " of " + keys + " keys in " + columns + " lanes");
            }
          }
        });
  }

  /** A step over {@code n} keys in {@code c} lanes, with an operand x where there is one. */
  @FunctionalInterface
  private interface Step {
    void run(ScoreKernels k, float[] s, int at, int n, int c, float[] x);
  }

  @Test
  void flagsArePackedBitByBit() {
    SplittableRandom random = new SplittableRandom(2);
    boolean[] flags = new boolean[400];
    for (int j = 0; j < flags.length; j++) {
      flags[j] = random.nextBoolean();
    }
    for (int length = 0; length <= Long.SIZE; length++) {
      for (int from : new int[] {0, 1, 63, 64, 200, flags.length - length}) {
        long expected = 0;
        for (int j = 0; j < length; j++) {
          expected |= (flags[from + j] ? 1L : 0L) << j;
        }
        assertEquals(expected, Kernels.lanes().pack(flags, from, length), from + " + " + length);
      }
    }
  }

  /** Copies of the rows, zeros up to whole groups, and nothing else; infinities are reported. */
  @ParameterizedTest
  @ValueSource(ints = {GROUP, PANEL})
  void rowsArePackedInGroups(int lanes) {
    SplittableRandom random = new SplittableRandom(3);
    for (int width : new int[] {0, 1, 8, 15, 16, 17, 31, 32, 33, 48, 64, 100, 512}) {
      for (int rows : new int[] {0, 1, 5, 16}) {
        int stride = width + 3;
        int groupStride = 20 * lanes;
        float[] source = floats(random, 2 + rows * stride);
        float[] target = new float[(width / lanes + 1) * groupStride];
        Arrays.fill(target, Float.NaN);
        float[] expected = target.clone();
        for (int r = 0; r < rows; r++) {
          for (int c = 0; c < (width + lanes - 1) / lanes * lanes; c++) {
            expected[c / lanes * groupStride + (r + 1) * lanes + c % lanes] =
                c < width ? source[2 + r * stride + c] : 0f;
          }
        }
        assertEquals(true, pack(source, stride, rows, width, lanes, target));
        Floats.assertBits(expected, target, "width " + width);
        for (float odd : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
          if (rows * width > 0) {
            int at = 2 + random.nextInt(rows) * stride + random.nextInt(width);
            float kept = source[at];
            source[at] = odd;
            assertEquals(false, pack(source, stride, rows, width, lanes, target));
            source[at] = kept;
          }
        }
      }
    }
  }

  /** Infinities beside the rows do not count. */
  private static boolean pack(
      float[] source, int stride, int rows, int width, int lanes, float[] target) {
    for (int r = 0; r < rows; r++) {
      source[2 + r * stride + width] = Float.POSITIVE_INFINITY;
    }
    int apart = 20 * lanes;
    boolean finite =
        Kernels.tiles().packGroups(source, 2, stride, rows, width, lanes, target, lanes, apart);
    float[] copy = target.clone();
    boolean expected =
        new ScalarTileKernels()
            .packGroups(source, 2, stride, rows, width, lanes, copy, lanes, apart);
    assertEquals(expected, finite);
    return finite;
  }

  private static float[] floats(SplittableRandom random, int length) {
    float[] x = new float[length];
    for (int j = 0; j < length; j++) {
      x[j] = (float) random.nextGaussian();
    }
    return x;
  }
}
