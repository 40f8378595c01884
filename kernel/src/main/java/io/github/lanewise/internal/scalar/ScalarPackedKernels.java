package io.github.lanewise.internal.scalar;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.kernel.NativeMemory;
import io.github.lanewise.internal.kernel.PackedKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The products with a packed matrix in scalar Java: the same chains, lane by lane. */
public final class ScalarPackedKernels implements PackedKernels {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT;
  private static final int GROUP = TileKernels.GROUP;

  /** The sign, and the 15 bits of exponent and significand where a float has its own. */
  private static final int FIELDS = 0x8FFF_E000;

  @Override
  public void row(
      Element element,
      MemorySegment memory,
      long from,
      int depth,
      float unbias,
      float[] a,
      int aFrom,
      float[] out,
      int outFrom) {
    MemorySegment b = NativeMemory.of(memory);
    for (int t = 0; t < depth; t++) {
      long row = rowAt(element, from, t);
      long scales = scalesAt(from, t);
      float factor = a[aFrom + t];
      switch (element) {
        case FLOAT32 -> {
          for (int c = 0; c < COLUMNS; c++) {
            float x = b.get(FLOAT, row + c * 4L);
            out[outFrom + c] = ScalarMath.fma(factor, x, out[outFrom + c]);
          }
        }
        case BFLOAT16 -> {
          for (int c = 0; c < COLUMNS; c++) {
            float x = bfloat(b, row, c);
            out[outFrom + c] = ScalarMath.fma(factor, x, out[outFrom + c]);
          }
        }
        case FLOAT16 -> {
          for (int c = 0; c < COLUMNS; c++) {
            float x = half(b, row, c, unbias);
            out[outFrom + c] = ScalarMath.fma(factor, x, out[outFrom + c]);
          }
        }
        case INT8 -> {
          for (int c = 0; c < COLUMNS; c++) {
            float x = quant(b, row, c) * half(b, scales, c, unbias);
            out[outFrom + c] = ScalarMath.fma(factor, x, out[outFrom + c]);
          }
        }
      }
    }
  }

  @Override
  public void rowAbreast(
      MemorySegment b,
      long from,
      int apart,
      int depth,
      float[] a,
      int aFrom,
      float[] out,
      int outFrom) {
    for (int panel = 0; panel < ABREAST; panel++) {
      long at = from + (long) panel * apart;
      row(Element.FLOAT32, b, at, depth, 1f, a, aFrom, out, outFrom + panel * COLUMNS);
    }
  }

  @Override
  public void widen(
      Element element,
      MemorySegment memory,
      long from,
      int depth,
      boolean regular,
      float unbias,
      MemorySegment target) {
    MemorySegment b = NativeMemory.of(memory);
    MemorySegment out = NativeMemory.of(target);
    for (int t = 0; t < depth; t++) {
      long row = rowAt(element, from, t);
      long scales = scalesAt(from, t);
      for (int c = 0; c < COLUMNS; c++) {
        float x =
            switch (element) {
              case FLOAT32 -> b.get(FLOAT, row + c * 4L);
              case BFLOAT16 -> bfloat(b, row, c);
              case FLOAT16 ->
                  regular
                      ? half(b, row, c, unbias)
                      : Float.float16ToFloat((short) (word(b, row, c) >> 16));
              case INT8 -> quant(b, row, c) * half(b, scales, c, unbias);
            };
        out.set(FLOAT, (t * (long) COLUMNS + c) * Float.BYTES, x);
      }
    }
  }

  @Override
  public void product(
      MemorySegment memory,
      long from,
      int depth,
      float[] a,
      int aFrom,
      int rows,
      float[] out,
      int outFrom) {
    MemorySegment b = NativeMemory.of(memory);
    for (int r = 0; r < rows; r++) {
      int at = aFrom + r;
      int to = outFrom + r * COLUMNS;
      for (int t = 0; t < depth; t++) {
        float factor = a[at + t * GROUP];
        long row = from + (long) t * COLUMNS * Float.BYTES;
        for (int c = 0; c < COLUMNS; c++) {
          out[to + c] = ScalarMath.fma(factor, b.get(FLOAT, row + c * 4L), out[to + c]);
        }
      }
    }
  }

  private static long rowAt(Element element, long from, int t) {
    long scales = element == Element.INT8 ? (t / BLOCK + 1L) * SCALES : 0;
    return from + scales + (long) t * COLUMNS * element.bytes;
  }

  /** Of the block of INT8 that holds a row. */
  private static long scalesAt(long from, int t) {
    return from + (long) (t / BLOCK) * (SCALES + BLOCK * COLUMNS);
  }

  /** The word with two columns of a row, that of the column in its upper half. */
  private static int word(MemorySegment b, long row, int column) {
    int pair = column / (2 * GROUP);
    int word = b.get(WORD, row + pair * (long) LINE + column % GROUP * 4L);
    return column / GROUP % 2 == 0 ? word << 16 : word & 0xFFFF_0000;
  }

  private static float bfloat(MemorySegment b, long row, int column) {
    return Float.intBitsToFloat(word(b, row, column));
  }

  private static float half(MemorySegment b, long row, int column, float unbias) {
    return Float.intBitsToFloat((word(b, row, column) >> 3) & FIELDS) * unbias;
  }

  private static int quant(MemorySegment b, long row, int column) {
    int word = b.get(WORD, row + column % GROUP * 4L);
    return ((word >>> (column / GROUP * 8)) & 0xFF) - 128;
  }
}
