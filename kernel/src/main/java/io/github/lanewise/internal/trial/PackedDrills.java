package io.github.lanewise.internal.trial;

import static io.github.lanewise.internal.kernel.PackedKernels.ABREAST;
import static io.github.lanewise.internal.kernel.PackedKernels.BLOCK;
import static io.github.lanewise.internal.kernel.PackedKernels.COLUMNS;
import static io.github.lanewise.internal.kernel.PackedKernels.SCALES;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.kernel.KernelSet;
import io.github.lanewise.internal.kernel.PackedKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The kernels of products with packed matrices: one row in every storage, widening, and tiles. */
final class PackedDrills {
  /** Depth of a usual panel: a multiple of a block. */
  private static final int DEPTH = 256;

  private static final int ROWS = TileKernels.GROUP;

  /** Rows of the highest tile. */
  private static final int TILE = 6;

  private static final float UNBIAS = 0x1p112f;

  private final float[] a = Drill.samples(TileKernels.GROUP * DEPTH);
  private final float[] out = new float[ROWS * COLUMNS];
  private final MemorySegment panel = memory(DEPTH * COLUMNS * Float.BYTES);
  private final MemorySegment halves = memory(DEPTH / BLOCK * (SCALES + BLOCK * COLUMNS * 2));
  private final MemorySegment widened = memory(DEPTH * COLUMNS * Float.BYTES);

  PackedDrills() {
    for (long at = 0; at < panel.byteSize(); at += Float.BYTES) {
      panel.set(ValueLayout.JAVA_FLOAT, at, (at / Float.BYTES * 37 % 101 - 50) * 0.06f);
    }
    short ordinary = Float.floatToFloat16(0.3f); // as an element, a scale, or two bytes
    for (long at = 0; at < halves.byteSize(); at += Short.BYTES) {
      halves.set(ValueLayout.JAVA_SHORT, at, (short) (ordinary + at % 101));
    }
  }

  private static MemorySegment memory(long bytes) {
    return Arena.ofAuto().allocate(bytes, PackedKernels.LINE);
  }

  List<Drill> all() {
    List<Drill> drills = new ArrayList<>();
    for (Element element : Element.values()) {
      drills.add(
          new Drill(
              "row of " + element,
              true,
              (kernels, from, to) -> rows(kernels, element, from, to),
              (kernels, calls) -> usualRows(kernels, element, calls)));
    }
    drills.add(new Drill("row along panels", true, this::rowsAbreast, this::usualRowsAbreast));
    drills.add(new Drill("packed product", true, this::products, this::usualProducts));
    for (Element element : Element.values()) {
      if (element != Element.FLOAT32) { // which needs no widening
        drills.add(
            new Drill(
                "widening of " + element,
                true,
                (kernels, from, to) -> widenings(kernels, element, from, to),
                (kernels, calls) -> usualWidenings(kernels, element, calls)));
      }
    }
    return drills;
  }

  private MemorySegment memory(Element element) {
    return element == Element.FLOAT32 ? panel : halves;
  }

  /** Not many rounds, of both loops, and blocks both whole and not. */
  private static int depth(int call) {
    return call % 8 == 7 ? BLOCK + 3 : 4 + call % 3;
  }

  private void rows(KernelSet kernels, Element element, int from, int to) {
    for (int call = from; call < to; call++) {
      row(kernels, element, depth(call));
    }
  }

  private void usualRows(KernelSet kernels, Element element, int calls) {
    for (int call = 0; call < calls; call++) {
      row(kernels, element, DEPTH);
    }
  }

  private void row(KernelSet kernels, Element element, int depth) {
    Arrays.fill(out, 0, COLUMNS, 0f); // the sums go on from what is there
    kernels.packed().row(element, memory(element), 0, depth, UNBIAS, a, 0, out, 0);
  }

  private void rowsAbreast(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      rowAbreast(kernels, depth(call));
    }
  }

  private void usualRowsAbreast(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      rowAbreast(kernels, DEPTH / ABREAST);
    }
  }

  private void rowAbreast(KernelSet kernels, int depth) {
    Arrays.fill(out, 0, ABREAST * COLUMNS, 0f);
    int apart = DEPTH / ABREAST * COLUMNS * Float.BYTES;
    kernels.packed().rowAbreast(panel, 0, apart, depth, a, 0, out, 0);
  }

  private void widenings(KernelSet kernels, Element element, int from, int to) {
    for (int call = from; call < to; call++) {
      kernels.packed().widen(element, halves, 0, depth(call), true, UNBIAS, widened);
    }
  }

  private void usualWidenings(KernelSet kernels, Element element, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.packed().widen(element, halves, 0, DEPTH, true, UNBIAS, widened);
    }
  }

  private void products(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      product(kernels, 4 + call % 3, 1 + call % TILE); // a tile of each height
    }
  }

  private void usualProducts(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      product(kernels, DEPTH, ROWS);
    }
  }

  private void product(KernelSet kernels, int depth, int rows) {
    Arrays.fill(out, 0f);
    kernels.packed().product(panel, 0, depth, a, 0, rows, out, 0);
  }
}
