package io.github.lanewise.internal.packed;

import static io.github.lanewise.internal.kernel.PackedKernels.ABREAST;
import static io.github.lanewise.internal.kernel.PackedKernels.COLUMNS;
import static io.github.lanewise.internal.kernel.PackedKernels.LINE;
import static io.github.lanewise.internal.kernel.TileKernels.GROUP;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.kernel.PackedKernels;
import io.github.lanewise.internal.matmul.ResultRows;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One worker's scratch for a block of rows of A times panels of B: a part of A, its results for one
 * panel, and a part of the panel as floats.
 *
 * <p>One row is read where it lies, and goes along the panel in its own storage; along four of
 * floats at once, as four streams come from memory faster than one. More rows are packed in groups
 * of up to 16, all of nearly the same height, as the tiles of a group are then; each part of the
 * panel, widened, stays in the first cache while all rows go over it.
 */
final class PackedBlock {

  /**
   * Steps of the depth that all rows take before the next: their 64 columns are 32 KB of floats.
   */
  private static final int STEPS = 128;

  /** Steps of A that are packed at once, as a multiple of {@link #STEPS}. */
  static final int SLAB = 128 * STEPS;

  /** Steps that are transposed at once. */
  private static final int RUN = 512;

  private float[] part = new float[0];
  private float[] results = new float[0];
  private final float[] run = new float[GROUP * RUN];
  private @Nullable MemorySegment widened;

  /** What is in {@link #part}, or where one row lies by itself. */
  private float[] a = part;

  private int aFrom;
  private long loaded;
  private int groups;

  /** The rows from {@code row} on by the panels from one to another. */
  void run(PackedCall call, long row, int rows, long panel, long panelEnd) {
    PackedPanels b = call.b;
    loaded = -1;
    boolean single = rows == 1 && b.regular();
    groups = (rows + GROUP - 1) / GROUP;
    int floats = single ? ABREAST * COLUMNS : groups * GROUP * COLUMNS;
    if (results.length < floats) {
      results = new float[floats];
    }
    while (panel < panelEnd) {
      boolean abreast = single && panelEnd - panel >= ABREAST && b.abreast();
      Arrays.fill(results, 0, floats, 0f);
      for (long step = 0; step < b.depth(); step += SLAB) {
        int steps = (int) Math.min(SLAB, b.depth() - step);
        if (single) {
          loadRow(call, row, step, steps);
          multiplyRow(b, abreast, panel, step, steps);
        } else {
          loadGroups(call, row, rows, step, steps);
          multiplyGroups(b, rows, panel, step, steps);
        }
      }
      if (abreast) {
        for (int i = 0; i < ABREAST; i++) {
          write(call, row, panel++, i * COLUMNS);
        }
      } else {
        writeGroups(call, row, rows, panel++);
      }
    }
  }

  private void multiplyRow(PackedPanels b, boolean abreast, long panel, long step, int steps) {
    PackedKernels kernels = Kernels.packed();
    long at = b.at(panel, step);
    if (abreast) {
      int apart = (int) (b.at(panel + 1, step) - at);
      kernels.rowAbreast(b.memory(), at, apart, steps, a, aFrom, results, 0);
    } else {
      kernels.row(b.element(), b.memory(), at, steps, b.unbias(), a, aFrom, results, 0);
    }
  }

  private void multiplyGroups(PackedPanels b, int rows, long panel, long step, int steps) {
    for (int t = 0; t < steps; t += STEPS) {
      int depth = Math.min(STEPS, steps - t);
      MemorySegment floats = b.memory();
      long at = b.at(panel, step + t);
      if (b.element() != Element.FLOAT32) {
        floats = room();
        Kernels.packed().widen(b.element(), b.memory(), at, depth, b.regular(), b.unbias(), floats);
        at = 0;
      }
      for (int group = 0; group < groups; group++) {
        int height = firstRow(group + 1, rows) - firstRow(group, rows);
        int own = (group * steps + t) * GROUP;
        int to = group * GROUP * COLUMNS;
        Kernels.packed().product(floats, at, depth, a, own, height, results, to);
      }
    }
  }

  private MemorySegment room() {
    MemorySegment room = widened;
    if (room == null) {
      room = Arena.ofAuto().allocate((long) STEPS * COLUMNS * Float.BYTES, LINE);
      widened = room;
    }
    return room;
  }

  private void loadRow(PackedCall call, long row, long step, int steps) {
    if (loaded == step) {
      return;
    }
    loaded = step;
    StridedFloats source = call.a;
    long first = call.rowOffset(source, row) + step;
    float[] own = source.arrayOrNull();
    if (own != null) {
      a = own;
      aFrom = (int) first;
    } else {
      roomForPart(steps);
      source.read(first, part, 0, steps);
      aFrom = 0;
    }
  }

  private void loadGroups(PackedCall call, long row, int rows, long step, int steps) {
    if (loaded == step) {
      return;
    }
    loaded = step;
    roomForPart(groups * GROUP * steps);
    StridedFloats source = call.a;
    for (int group = 0; group < groups; group++) {
      long groupRow = row + firstRow(group, rows);
      int height = firstRow(group + 1, rows) - firstRow(group, rows);
      Arrays.fill(run, height * RUN, run.length, 0f);
      for (int t = 0; t < steps; t += RUN) {
        int length = Math.min(RUN, steps - t);
        for (int r = 0; r < height; r++) {
          long first = call.rowOffset(source, groupRow + r) + step + t;
          source.read(first, run, r * RUN, length);
        }
        int to = (group * steps + t) * GROUP;
        Kernels.tiles().transpose(run, 0, RUN, GROUP, length, part, to, GROUP);
      }
    }
  }

  private void roomForPart(int floats) {
    if (part.length < floats) {
      part = new float[floats];
    }
    a = part;
  }

  private void writeGroups(PackedCall call, long row, int rows, long panel) {
    for (int group = 0; group < groups; group++) {
      int first = firstRow(group, rows);
      int next = firstRow(group + 1, rows);
      for (int r = first; r < next; r++) {
        write(call, row + r, panel, (group * GROUP + r - first) * COLUMNS);
      }
    }
  }

  /** Writes a row's results for a panel, which may change. */
  private void write(PackedCall call, long row, long panel, int from) {
    long column = panel * COLUMNS;
    int width = (int) Math.min(COLUMNS, call.b.rows() - column);
    long to = call.rowOffset(call.c, row) + column;
    ResultRows.write(results, from, call.alpha, call.c, to, width);
  }

  /** Where a group begins: they are as high as each other, or lower by one row. */
  private int firstRow(int group, int rows) {
    return rows / groups * group + Math.min(group, rows % groups);
  }

  /** Lets go of the caller's array. */
  void release() {
    a = part;
  }
}
