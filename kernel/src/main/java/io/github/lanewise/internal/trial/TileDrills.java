package io.github.lanewise.internal.trial;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static io.github.lanewise.internal.kernel.TileKernels.GROUP;
import static io.github.lanewise.internal.kernel.TileKernels.PANEL;
import static io.github.lanewise.internal.kernel.TileKernels.ROWS_AT_ONCE;
import static io.github.lanewise.internal.kernel.TileKernels.TILE_ROWS;
import static io.github.lanewise.internal.kernel.TileKernels.WIDE_PANEL;
import static io.github.lanewise.internal.kernel.TileKernels.WIDE_START;

import io.github.lanewise.internal.kernel.KernelSet;
import io.github.lanewise.internal.kernel.TileKernels;
import java.util.Arrays;
import java.util.List;

/** The kernels over tiles: products, and the ways into their layouts. */
final class TileDrills {
  /** A usual depth of a dot product, and width of the values. */
  static final int DIM = 64;

  /** Columns that take one vector at most, whatever its width. */
  private static final int FEW = 3;

  /** Columns that take four, two and one vector, whatever their width. */
  private static final int[] WIDTHS = {WIDE_PANEL, 20, FEW};

  private final float[] groups = Drill.samples(CHUNK * DIM);
  private final float[] panel = Drill.samples(CHUNK * PANEL);
  private final float[] rows = Drill.samples(CHUNK * DIM);
  private final float[] out = new float[CHUNK * DIM];
  private final int[] scratch = new int[GROUP];
  private final long[] live = new long[CHUNK];

  TileDrills() {
    Arrays.fill(live, 0x5555_5555_5555_5555L);
  }

  List<Drill> all() {
    return List.of(
        new Drill("product", true, this::products, this::usualProducts),
        new Drill("transpose", true, this::transposes, this::usualTransposes),
        new Drill("packGroups", true, this::packing, this::usualPacking),
        new Drill("productOfRows", false, this::rowProducts, this::usualRowProducts),
        new Drill("addProduct", false, this::additions, this::usualAdditions),
        new Drill("productOfLive", false, this::liveProducts, this::usualLiveProducts));
  }

  private static int depth(int call) {
    return call % 8 == 7 ? 24 : 4 + call % 3;
  }

  private void products(KernelSet kernels, int from, int to) {
    TileKernels tiles = kernels.tiles();
    int stride = DIM * GROUP;
    for (int call = from; call < to; call++) {
      int depth = depth(call);
      if (call % 2 == 0) {
        tiles.product(groups, 0, stride, TILE_ROWS, panel, 0, PANEL, depth, out, 0);
        tiles.product(groups, 0, stride, TILE_ROWS, panel, 0, FEW, depth, out, 0);
      } else {
        tiles.product(groups, 0, stride, TILE_ROWS, panel, 0, 20, depth, 0.5f, out, 0, PANEL);
        tiles.product(groups, 0, stride, TILE_ROWS, panel, 0, FEW, depth, 0.5f, out, 0, PANEL);
      }
    }
  }

  private void usualProducts(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.tiles().product(groups, 0, DIM * GROUP, 64, panel, 0, PANEL, DIM, out, 0);
    }
  }

  private void rowProducts(KernelSet kernels, int from, int to) {
    TileKernels tiles = kernels.tiles();
    for (int call = from; call < to; call++) {
      int depth = depth(call);
      for (int columns : WIDTHS) {
        tiles.productOfRows(
            rows, 0, DIM, ROWS_AT_ONCE, panel, WIDE_START, columns, depth, 0.5f, out, 0, DIM);
      }
    }
  }

  private void usualRowProducts(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels
          .tiles()
          .productOfRows(rows, 0, DIM, 64, panel, WIDE_START, WIDE_PANEL, DIM, 1f, out, 0, DIM);
    }
  }

  private void additions(KernelSet kernels, int from, int to) {
    int stride = DIM * GROUP;
    for (int call = from; call < to; call++) {
      kernels
          .tiles()
          .addProduct(groups, 0, stride, TILE_ROWS, panel, 0, PANEL, depth(call), out, 0);
    }
  }

  private void usualAdditions(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      Arrays.fill(out, 0, 64 * PANEL, 0f); // else ever larger
      kernels.tiles().addProduct(groups, 0, DIM * GROUP, 64, panel, 0, PANEL, DIM, out, 0);
    }
  }

  private void liveProducts(KernelSet kernels, int from, int to) {
    int stride = DIM * GROUP;
    for (int call = from; call < to; call++) {
      boolean onTop = call % 4 == 3;
      kernels
          .tiles()
          .productOfLive(
              groups,
              0,
              stride,
              2,
              panel,
              0,
              call % 4 == 2 ? FEW : PANEL,
              depth(call),
              live,
              0,
              onTop,
              out,
              0);
    }
  }

  private void usualLiveProducts(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels
          .tiles()
          .productOfLive(
              groups, 0, DIM * GROUP, GROUP, panel, 0, PANEL, DIM, live, 0, false, out, 0);
    }
  }

  private void transposes(KernelSet kernels, int from, int to) {
    for (int call = from; call < to; call++) {
      int depth = call % 8 == 7 ? 2 * GROUP + 3 : GROUP;
      int height = call % 8 == 6 ? GROUP + 5 : GROUP;
      kernels.tiles().transpose(rows, 0, DIM, height, depth, out, 0, PANEL);
    }
  }

  private void usualTransposes(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.tiles().transpose(rows, 0, DIM, PANEL, DIM, out, 0, PANEL);
    }
  }

  private void packing(KernelSet kernels, int from, int to) {
    TileKernels tiles = kernels.tiles();
    for (int call = from; call < to; call++) {
      int lanes = call % 4 == 3 ? PANEL : GROUP;
      int width = call % 8 == 6 ? PANEL + 5 : PANEL;
      tiles.packGroups(rows, 0, DIM, 2 + call % 3, width, lanes, out, 0, GROUP * PANEL);
      tiles.isFinite(rows, 0, DIM + call % 5);
      tiles.bringNear(rows, 0, DIM, 2 + call % 3, call % 2 == 0 ? DIM : PANEL, scratch);
    }
  }

  private void usualPacking(KernelSet kernels, int calls) {
    for (int call = 0; call < calls; call++) {
      kernels.tiles().packGroups(rows, 0, DIM, GROUP, DIM, GROUP, out, 0, GROUP * GROUP);
    }
  }
}
