package io.github.lanewise.internal.kernel;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.scalar.ScalarDecodeKernels;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The decode products against the contract's chain, element by element, and their bounds. */
class DecodeKernelsTest {

  private static final int MARGIN = 24;

  @ParameterizedTest
  @EnumSource(Element.class)
  void everyElementIsOneAscendingChain(Element storage) {
    Random random = new Random(5);
    int lanes = storage.lanes;
    for (int n = 0; n < 300; n++) {
      int groups = 1 + random.nextInt(20);
      int depth = random.nextInt(8) == 0 ? CHUNK : 1 + random.nextInt(40);
      int stride = depth * lanes + lanes * random.nextInt(3);
      int queries = 1 + random.nextInt(9);
      int outStride = groups * lanes + random.nextInt(3);
      int from = random.nextInt(2) * lanes;
      Object a = page(storage, from + (groups - 1) * stride + depth * lanes, random);
      float[] b = new float[queries * CHUNK];
      for (int i = 0; i < b.length; i++) {
        b[i] = (float) random.nextGaussian();
      }
      float[] before = new float[2 * MARGIN + queries * outStride];
      for (int i = 0; i < before.length; i++) {
        before[i] = random.nextInt(4) == 0 ? (float) random.nextGaussian() : 0f;
      }
      float[] expected = before.clone();
      for (int q = 0; q < queries; q++) {
        for (int e = 0; e < groups * lanes; e++) {
          float sum = before[MARGIN + q * outStride + e];
          for (int t = 0; t < depth; t++) {
            int at = from + e / lanes * stride + t * lanes + e % lanes;
            sum = Math.fma(b[q * CHUNK + t], value(storage, a, at), sum);
          }
          expected[MARGIN + q * outStride + e] = sum;
        }
      }
      String drawn = groups + " groups, depth " + depth + ", " + queries + " queries";
      for (DecodeKernels kernels :
          new DecodeKernels[] {Kernels.decode(), new ScalarDecodeKernels()}) {
        float[] out = before.clone();
        kernels.product(
            storage, a, from, stride, groups, depth, b, 0, queries, out, MARGIN, outStride);
        assertArrayEquals(bits(expected), bits(out), drawn);
      }
    }
  }

  /**
   * Rows where they lie, in tiles of 8, 4 and single vectors; what lies between them is not read.
   */
  @Test
  void rowsAreTheSameChains() {
    SplittableRandom random = new SplittableRandom(7);
    for (int n = 0; n < 300; n++) {
      int columns = DecodeKernels.GROUP * (1 + random.nextInt(20));
      int depth = random.nextInt(8) == 0 ? CHUNK : 1 + random.nextInt(40);
      int pitch = columns + random.nextInt(3) * 5;
      int queries = 1 + random.nextInt(9);
      int outStride = columns + random.nextInt(3);
      int from = random.nextInt(20);
      float[] a = new float[from + (depth - 1) * pitch + columns];
      Arrays.fill(a, Float.NaN);
      for (int t = 0; t < depth; t++) {
        float[] row = FloatKind.SPRINKLED.floats(random, columns);
        System.arraycopy(row, 0, a, from + t * pitch, columns);
      }
      float[] b = FloatKind.SPRINKLED.floats(random, queries * CHUNK);
      float[] before = FloatKind.SPRINKLED.floats(random, 2 * MARGIN + queries * outStride);
      float[] expected = before.clone();
      for (int q = 0; q < queries; q++) {
        for (int c = 0; c < columns; c++) {
          int to = MARGIN + q * outStride + c;
          for (int t = 0; t < depth; t++) {
            expected[to] = Math.fma(b[q * CHUNK + t], a[from + t * pitch + c], expected[to]);
          }
        }
      }
      String drawn = columns + " columns, depth " + depth + ", " + queries + " queries";
      for (DecodeKernels kernels :
          new DecodeKernels[] {Kernels.decode(), new ScalarDecodeKernels()}) {
        float[] out = before.clone();
        kernels.productOfRows(
            a, from, pitch, columns, depth, b, 0, queries, out, MARGIN, outStride);
        Floats.assertBits(expected, out, drawn);
      }
    }
  }

  /** Keys in rows anywhere, also from the last to the first; no result but theirs counts. */
  @Test
  void keysWhereTheyLie() {
    SplittableRandom random = new SplittableRandom(8);
    for (int round = 0; round < 300; round++) {
      int keys = 1 + random.nextInt(70);
      int depth = 16 * (1 + random.nextInt(16));
      int queries = 1 + random.nextInt(8);
      int distance = depth + random.nextInt(3) * random.nextInt(20);
      boolean backward = random.nextInt(4) == 0;
      int pitch = backward ? -distance : distance;
      float[] a = FloatKind.SPRINKLED.floats(random, MARGIN + (keys - 1) * distance + depth);
      int from = backward ? MARGIN + (keys - 1) * distance : MARGIN;
      float[] b = FloatKind.SPRINKLED.floats(random, 8 * CHUNK);
      int room = (keys + 15) & -16;
      int outStride = room + random.nextInt(8);
      float[] before = FloatKind.SPRINKLED.floats(random, MARGIN + 8 * outStride + room);
      String drawn = keys + " keys, depth " + depth + ", " + queries + " queries";
      for (DecodeKernels kernels :
          new DecodeKernels[] {Kernels.decode(), new ScalarDecodeKernels()}) {
        float[] out = before.clone();
        kernels.productOfKeys(a, from, pitch, keys, depth, b, 0, queries, out, MARGIN, outStride);
        for (int at = 0; at < out.length; at++) {
          int q = Math.floorDiv(at - MARGIN, outStride);
          int k = Math.floorMod(at - MARGIN, outStride);
          float expected = before[at];
          if (q >= 0 && q < queries && k < keys) {
            for (int t = 0; t < depth; t++) {
              expected = Math.fma(b[q * CHUNK + t], a[from + k * pitch + t], expected);
            }
          } else if (q >= 0 && q < queries && k < room) {
            continue;
          }
          Floats.assertBits(expected, out[at], drawn + ", element " + at);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Element.class,
      names = {"FLOAT16", "BFLOAT16"})
  void everyFiniteValueIsReadExactly(Element storage) {
    short[] all = new short[1 << Short.SIZE];
    for (int i = 0; i < all.length; i++) {
      float x = value(storage, new short[] {(short) i}, 0);
      all[i] = Float.isFinite(x) ? (short) i : 0;
    }
    int lanes = storage.lanes;
    int groups = all.length / lanes;
    float[] out = new float[all.length];
    Kernels.decode()
        .product(storage, all, 0, lanes, groups, 1, new float[] {1f}, 0, 1, out, 0, all.length);
    for (int i = 0; i < all.length; i++) {
      assertEquals(value(storage, all, i) + 0f, out[i], "0x" + Integer.toHexString(all[i]));
    }
  }

  /** The rows' elements up to the length are multiplied, and no other is touched. */
  @Test
  void scalesEndWithThePage() {
    SplittableRandom random = new SplittableRandom(6);
    for (int rows : new int[] {1, 3, 8}) {
      for (int length = 0; length <= 70; length++) {
        int at = random.nextInt(100);
        float[] x = FloatKind.SPRINKLED.floats(random, rows * CHUNK);
        float[] scales = FloatKind.SPRINKLED.floats(random, MARGIN + length);
        float[] expected = x.clone();
        for (int r = 0; r < rows; r++) {
          for (int i = 0; i < length; i++) {
            expected[at + r * CHUNK + i] = x[at + r * CHUNK + i] * scales[MARGIN + i];
          }
        }
        String drawn = rows + " rows of " + length;
        for (DecodeKernels kernels :
            new DecodeKernels[] {Kernels.decode(), new ScalarDecodeKernels()}) {
          float[] scaled = x.clone();
          kernels.scale(scaled, at, rows, length, scales, MARGIN);
          Floats.assertBits(expected, scaled, drawn);
        }
      }
    }
  }

  private static Object page(Element storage, int length, Random random) {
    short[] shorts = new short[length];
    float[] floats = new float[length];
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      float x = (float) random.nextGaussian() * (random.nextInt(5) == 0 ? 0x1p-16f : 1f);
      floats[i] = x;
      bytes[i] = (byte) (random.nextInt(255) - 127);
      shorts[i] =
          storage == Element.FLOAT16
              ? Float.floatToFloat16(x)
              : (short) (Float.floatToRawIntBits(x) >>> Short.SIZE);
    }
    return storage == Element.FLOAT32 ? floats : storage == Element.INT8 ? bytes : shorts;
  }

  private static float value(Element storage, Object a, int at) {
    switch (storage) {
      case FLOAT32:
        return ((float[]) a)[at];
      case BFLOAT16:
        return Float.intBitsToFloat(((short[]) a)[at] << Short.SIZE);
      case FLOAT16:
        return Float.float16ToFloat(((short[]) a)[at]);
      default:
        return ((byte[]) a)[at];
    }
  }

  private static int[] bits(float[] x) {
    int[] bits = new int[x.length];
    Arrays.setAll(bits, i -> Float.floatToIntBits(x[i]));
    return bits;
  }
}
