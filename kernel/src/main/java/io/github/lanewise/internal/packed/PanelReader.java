package io.github.lanewise.internal.packed;

import static io.github.lanewise.internal.kernel.PackedKernels.COLUMNS;
import static io.github.lanewise.internal.kernel.PackedKernels.LINE;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads rows of a packed matrix back, as floats. */
public final class PanelReader {

  /** Steps of the depth at a time. */
  private static final int STEPS = 128;

  private final MemorySegment widened =
      Arena.ofAuto().allocate((long) STEPS * COLUMNS * Float.BYTES, LINE);
  private final float[] columns = new float[STEPS * COLUMNS];
  private final float[] rows = new float[STEPS * COLUMNS];

  private PanelReader() {}

  /** Reads rows into a tensor [rows, k], or [k] if it is one. */
  public static void read(PackedPanels panels, long row, long count, StridedFloats target) {
    PanelReader reader = new PanelReader();
    long stride = target.rank() == 1 ? 0 : target.stride(0);
    for (long done = 0; done < count; ) {
      int lane = (int) ((row + done) % COLUMNS);
      int height = (int) Math.min(COLUMNS - lane, count - done);
      long to = target.offset() + done * stride;
      for (long step = 0; step < panels.depth(); step += STEPS) {
        int steps = (int) Math.min(STEPS, panels.depth() - step);
        reader.widen(panels, (row + done) / COLUMNS, step, steps);
        for (int r = 0; r < height; r++) {
          target.write(reader.rows, (lane + r) * STEPS, to + r * stride + step, steps);
        }
      }
      done += height;
    }
  }

  private void widen(PackedPanels panels, long panel, long step, int steps) {
    Kernels.packed()
        .widen(
            panels.element(),
            panels.memory(),
            panels.at(panel, step),
            steps,
            panels.regular(),
            panels.unbias(),
            widened);
    MemorySegment.copy(widened, ValueLayout.JAVA_FLOAT, 0, columns, 0, steps * COLUMNS);
    Kernels.tiles().transpose(columns, 0, COLUMNS, steps, COLUMNS, rows, 0, STEPS);
  }
}
