package io.github.lanewise.internal.packed;

import static io.github.lanewise.internal.kernel.PackedKernels.BLOCK;
import static io.github.lanewise.internal.kernel.PackedKernels.LINE;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.cache.NarrowFloats;
import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.tensor.Checks;
import io.github.lanewise.internal.tensor.Shapes;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Packs a matrix: looks at every number first, then asks for memory, then writes. */
public final class Packing {

  private static final int RUN = 16 * BLOCK;

  private final Element element;
  private final long rows;
  private final long depth;
  private final Arena arena;

  /** Whether {@link PackedPanels#regular} holds so far. */
  private boolean regular = true;

  /** The largest finite magnitude that has a float16. */
  private float largest;

  private Packing(Element element, long rows, long depth, Arena arena) {
    this.element = element;
    this.rows = rows;
    this.depth = depth;
    this.arena = arena;
  }

  /**
   * Packs a tensor.
   *
   * @throws IllegalArgumentException if it is no matrix, or a number cannot be stored
   */
  public static PackedPanels pack(FloatTensor b, Element element, Arena arena) {
    Checks.requireRank(b, "b", 2, 2);
    Objects.requireNonNull(arena, "arena");
    Checks.requireReadable(b, "b", false);
    WeightRows source = new WeightRows.OfTensor(StridedFloats.of(b));
    Packing packing = new Packing(element, b.size(0), b.size(1), arena);
    return element == Element.INT8
        ? packing.packQuantized(new QuantizedRows.Rounded(source))
        : packing.packNumbers(new Narrowed(source, element));
  }

  /**
   * Packs numbers of 16 bits as they lie in a file.
   *
   * @throws IllegalArgumentException if the segment has another size
   */
  public static PackedPanels packShorts(
      MemorySegment data, long n, long k, boolean bfloats, Arena arena) {
    requireBytes(data, n, k, k, Short.BYTES);
    Objects.requireNonNull(arena, "arena");
    Element element = bfloats ? Element.BFLOAT16 : Element.FLOAT16;
    return new Packing(element, n, k, arena).packNumbers(new WeightRows.OfShorts(data, k, bfloats));
  }

  /**
   * Packs blocks of Q8_0.
   *
   * @throws IllegalArgumentException if the segment has another size, or a scale is infinite or NaN
   */
  public static PackedPanels packQ8(MemorySegment data, long n, long k, Arena arena) {
    long blocks = k / BLOCK + (k % BLOCK > 0 ? 1 : 0);
    requireBytes(data, n, k, blocks, QuantizedRows.OfQ8.BYTES);
    Objects.requireNonNull(arena, "arena");
    return new Packing(Element.INT8, n, k, arena)
        .packQuantized(new QuantizedRows.OfQ8(data, blocks));
  }

  private static void requireBytes(MemorySegment data, long n, long k, long units, int bytes) {
    Objects.requireNonNull(data, "data");
    Shapes.requireValid(new long[] {n, k});
    long most = Long.MAX_VALUE / bytes / Math.max(1, n);
    if (units > most || n * units * bytes != data.byteSize()) {
      String needed = units > most ? "more than " + Long.MAX_VALUE : "" + n * units * bytes;
      throw new IllegalArgumentException(
          "data.byteSize() is "
              + data.byteSize()
              + (", but " + n + " rows of " + k + " numbers have ")
              + needed);
    }
    Checks.requireAccessible(data, "data", false);
  }

  /** A tensor's numbers, rounded to nearest, ties to even. */
  private record Narrowed(WeightRows rows, Element element) implements WeightRows {
    @Override
    public void read(long row, long from, int length, float[] target, int to) {
      rows.read(row, from, length, target, to);
      if (element == Element.FLOAT32) {
        return;
      }
      float most =
          element == Element.BFLOAT16 ? NarrowFloats.BFLOAT16_LIMIT : NarrowFloats.FLOAT16_LIMIT;
      for (int i = to; i < to + length; i++) {
        float x = target[i];
        if (Math.abs(x) > most && Float.isFinite(x)) {
          throw new IllegalArgumentException(
              ("b[" + row + ", " + (from + i - to) + "] is " + x)
                  + (", but " + element + " rounds numbers above " + most + " to infinity"));
        }
        target[i] =
            element == Element.FLOAT16
                ? Float.float16ToFloat(Float.floatToFloat16(x))
                : Float.isFinite(x)
                    ? Float.intBitsToFloat(NarrowFloats.bfloat16(x) << Short.SIZE)
                    : Float.isNaN(x) ? Float.NaN : x; // whose payload would be cut off
      }
    }
  }

  private PackedPanels packNumbers(WeightRows source) {
    if (element != Element.FLOAT32) {
      float[] run = new float[RUN];
      for (long row = 0; row < rows; row++) {
        for (long from = 0; from < depth; from += RUN) {
          int length = (int) Math.min(RUN, depth - from);
          source.read(row, from, length, run, 0);
          look(run, length);
        }
      }
    }
    PackedPanels panels = allocate();
    PanelWriter.writeNumbers(panels, source);
    return panels;
  }

  private void look(float[] run, int length) {
    for (int i = 0; i < length; i++) {
      float magnitude = Math.abs(run[i]);
      regular &= magnitude < Float.POSITIVE_INFINITY || element == Element.BFLOAT16;
      largest = magnitude > largest ? magnitude : largest;
    }
  }

  private PackedPanels packQuantized(QuantizedRows source) {
    float[] run = new float[BLOCK];
    for (long row = 0; row < rows; row++) {
      for (long from = 0; from < depth; from += BLOCK) {
        int length = (int) Math.min(BLOCK, depth - from);
        float scale = source.read(row, from / BLOCK, length, run, 0);
        if (!Float.isFinite(scale)) {
          throw new IllegalArgumentException(
              ("the scale of numbers " + from + " to " + (from + length - 1) + " of row " + row)
                  + (" is " + scale + ", but may be at most 65504"));
        }
        look(scale, run, length);
      }
    }
    PackedPanels panels = allocate();
    PanelWriter.writeIntegers(panels, source);
    return panels;
  }

  private void look(float scale, float[] quants, int length) {
    largest = Math.max(largest, Math.abs(scale));
    if (scale > 0) {
      return; // 0 is +0 then
    }
    for (int i = 0; i < length; i++) {
      int integer = (int) quants[i]; // never -0
      float product = integer * scale;
      regular &= Float.floatToRawIntBits(product) != Integer.MIN_VALUE;
    }
  }

  private PackedPanels allocate() {
    long bytes = PackedPanels.totalBytes(element, rows, depth);
    MemorySegment memory = arena.allocate(bytes, LINE);
    if (!memory.isNative()) {
      throw new IllegalArgumentException("the arena gives heap memory, but native is needed");
    }
    boolean small = largest < PackedPanels.SMALL;
    float unbias = small ? PackedPanels.UNBIAS_OF_SMALL : PackedPanels.UNBIAS;
    return new PackedPanels(element, rows, depth, regular, unbias, memory);
  }
}
