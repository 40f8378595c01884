package io.github.lanewise.internal.trial;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.DecodeKernels;
import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.kernel.KernelSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The kernels of the decode path: products with pages of every storage, and the scales of int8. */
final class DecodeDrills {
  /** Depth of a usual product: headDim. */
  private static final int DIM = 64;

  /** Queries of a group, which share a pass. */
  private static final int QUERIES = 4;

  private static final int GROUPS = 4;

  /** Columns of rows that take each tile at any width: 8 and 4 vectors of 16 lanes. */
  private static final int WIDE = 12 * DecodeKernels.GROUP;

  private final float[] rows = Drill.samples((DIM + 1) * WIDE);
  private final float[] factors = Drill.samples((QUERIES + 1) * CHUNK);
  private final float[] out = new float[(QUERIES + 1) * 2 * CHUNK];

  List<Drill> all() {
    List<Drill> drills = new ArrayList<>();
    for (Element element : Element.values()) {
      Object page = page(element);
      drills.add(
          new Drill(
              "product with " + element,
              true,
              (kernels, from, to) -> products(kernels, element, page, from, to),
              (kernels, calls) -> usualProducts(kernels, element, page, calls)));
    }
    drills.add(new Drill("product of rows", true, this::rowProducts, this::usualRowProducts));
    drills.add(new Drill("product of keys", true, this::keyProducts, this::usualKeyProducts));
    drills.add(new Drill("scales", true, this::scales, this::usualScales));
    return drills;
  }

  private static Object page(Element element) {
    int length = GROUPS * DIM * element.lanes;
    switch (element) {
      case FLOAT32:
        return Drill.samples(length);
      case INT8:
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
          bytes[i] = (byte) (i * 37 % 101 - 50);
        }
        return bytes;
      default:
        short[] shorts = new short[length];
        for (int i = 0; i < length; i++) {
          float value = (i * 37 % 101 - 50) * 0.06f;
          shorts[i] =
              element == Element.FLOAT16
                  ? Float.floatToFloat16(value)
                  : (short) (Float.floatToIntBits(value) >>> 16);
        }
        return shorts;
    }
  }

  private void products(KernelSet kernels, Element element, Object page, int from, int to) {
    for (int call = from; call < to; call++) {
      int depth = call % 8 >= 6 ? 24 + call % 3 : 5 + call % 4;
      product(kernels.decode(), element, page, 1 + call % 2, depth, 1 + QUERIES); // both tiles
    }
  }

  private void usualProducts(KernelSet kernels, Element element, Object page, int calls) {
    for (int call = 0; call < calls; call++) {
      product(kernels.decode(), element, page, GROUPS, DIM, QUERIES + 1);
    }
  }

  private void rowProducts(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      int columns = call % 4 == 3 ? WIDE + DecodeKernels.GROUP : WIDE; // all tiles at any width
      rowProduct(kernels.decode(), columns, 5 + call % 4);
    }
  }

  private void usualRowProducts(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      rowProduct(kernels.decode(), WIDE, DIM);
    }
  }

  private void rowProduct(DecodeKernels decode, int columns, int depth) {
    int queries = QUERIES + 1;
    Arrays.fill(out, 0f);
    decode.productOfRows(rows, 0, WIDE, columns, depth, factors, 0, queries, out, 0, 2 * CHUNK);
  }

  private void keyProducts(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      int depth = (1 + call % 2) * DecodeKernels.GROUP;
      keyProduct(kernels.decode(), 1 + call % 20, depth, 1 + call % QUERIES);
    }
  }

  private void usualKeyProducts(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      keyProduct(kernels.decode(), WIDE / 2, DIM, QUERIES);
    }
  }

  private void keyProduct(DecodeKernels decode, int keys, int depth, int queries) {
    Arrays.fill(out, 0f);
    decode.productOfKeys(rows, 0, DIM, keys, depth, factors, 0, queries, out, 0, 2 * CHUNK);
  }

  private void scales(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      Arrays.fill(out, 1f);
      kernels.decode().scale(out, 0, 1 + call % 2, 32 + call % 8, factors, call % 3);
    }
  }

  private void usualScales(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      Arrays.fill(out, 1f);
      kernels.decode().scale(out, 0, 2, CHUNK, factors, 0);
    }
  }

  private void product(
      DecodeKernels kernels, Element element, Object page, int groups, int depth, int queries) {
    int lanes = element.lanes;
    Arrays.fill(out, 0f); // the sums go on from what is there
    kernels.product(
        element, page, 0, DIM * lanes, groups, depth, factors, 0, queries, out, 0, GROUPS * lanes);
  }
}
