package io.github.lanewise.internal.packed;

import static io.github.lanewise.internal.kernel.PackedKernels.BLOCK;
import static io.github.lanewise.internal.kernel.PackedKernels.COLUMNS;
import static io.github.lanewise.internal.kernel.PackedKernels.LINE;
import static io.github.lanewise.internal.kernel.PackedKernels.SCALES;
import static io.github.lanewise.internal.kernel.TileKernels.GROUP;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.runtime.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Writes the panels of a packed matrix: some steps of the depth of 64 rows at a time, transposed in
 * an array.
 */
final class PanelWriter {

  /** Steps of the depth at a time: a multiple of a block. */
  private static final int STEPS = 8 * BLOCK;

  private static final int WORDS = LINE / Integer.BYTES;

  private final PackedPanels panels;
  private final float[] rows = new float[COLUMNS * STEPS];
  private final float[] columns = new float[COLUMNS * STEPS];
  private final float[] scales = new float[COLUMNS * STEPS / BLOCK];
  private final int[] words = new int[COLUMNS];

  private PanelWriter(PackedPanels panels) {
    this.panels = panels;
  }

  /** Writes all panels of floats or of numbers of 16 bits. */
  static void writeNumbers(PackedPanels panels, WeightRows source) {
    PanelWriter writer = new PanelWriter(panels);
    for (long panel = 0; panel < panels.panels(); panel++) {
      for (long step = 0; step < panels.depth(); step += STEPS) {
        writer.writeNumbers(source, panel, step, (int) Math.min(STEPS, panels.depth() - step));
      }
    }
  }

  /** Writes all panels of integers. */
  static void writeIntegers(PackedPanels panels, QuantizedRows source) {
    PanelWriter writer = new PanelWriter(panels);
    for (long panel = 0; panel < panels.panels(); panel++) {
      for (long step = 0; step < panels.depth(); step += STEPS) {
        writer.writeIntegers(source, panel, step, (int) Math.min(STEPS, panels.depth() - step));
      }
    }
  }

  private void writeNumbers(WeightRows source, long panel, long step, int steps) {
    int width = width(panel);
    for (int r = 0; r < width; r++) {
      source.read(panel * COLUMNS + r, step, steps, rows, r * STEPS);
    }
    transpose(width, steps);
    long at = panels.at(panel, step);
    if (panels.element() == Element.FLOAT32) {
      MemorySegment.copy(columns, 0, panels.memory(), ValueLayout.JAVA_FLOAT, at, steps * COLUMNS);
      return;
    }
    for (int t = 0; t < steps; t++) {
      writeShorts(columns, t * COLUMNS, at + (long) t * COLUMNS * Short.BYTES);
    }
  }

  private void writeIntegers(QuantizedRows source, long panel, long step, int steps) {
    int width = width(panel);
    Arrays.fill(scales, 0f);
    for (int r = 0; r < width; r++) {
      for (int t = 0; t < steps; t += BLOCK) {
        int length = Math.min(BLOCK, steps - t);
        long block = (step + t) / BLOCK;
        scales[t / BLOCK * COLUMNS + r] =
            source.read(panel * COLUMNS + r, block, length, rows, r * STEPS + t);
      }
    }
    transpose(width, steps);
    long at = panels.at(panel, step);
    for (int t = 0; t < steps; t++) {
      if (t % BLOCK == 0) {
        writeShorts(scales, t / BLOCK * COLUMNS, at);
        at += SCALES;
      }
      writeBytes(t * COLUMNS, at);
      at += COLUMNS;
    }
  }

  private int width(long panel) {
    return (int) Math.min(COLUMNS, panels.rows() - panel * COLUMNS);
  }

  private void transpose(int width, int steps) {
    Arrays.fill(rows, width * STEPS, rows.length, 0f);
    Kernels.tiles().transpose(rows, 0, STEPS, COLUMNS, steps, columns, 0, COLUMNS);
  }

  /** Two columns 16 apart in a word: halves of floats, or fields of float16. */
  private void writeShorts(float[] x, int from, long at) {
    for (int c = 0; c < COLUMNS; c++) {
      int code = code(x[from + c]);
      int word = c / (2 * GROUP) * GROUP + c % GROUP;
      words[word] = c / GROUP % 2 == 0 ? code : words[word] | (code << Short.SIZE);
    }
    writeWords(2 * WORDS, at);
  }

  /** The 16 bits that stand for a float, which has no more of them. */
  private int code(float x) {
    if (panels.element() == Element.BFLOAT16) {
      return Float.floatToRawIntBits(x) >>> Short.SIZE;
    }
    if (!panels.regular() && panels.element() == Element.FLOAT16) {
      return Float.floatToFloat16(x) & 0xFFFF;
    }
    int bits = Float.floatToRawIntBits(x / panels.unbias()); // exact: a power of two
    return ((bits >>> 16) & 0x8000) | ((bits >>> 13) & 0x7FFF);
  }

  /** Four columns 16 apart in a word. */
  private void writeBytes(int from, long at) {
    for (int word = 0; word < WORDS; word++) {
      int bytes = 0;
      for (int i = 0; i < Integer.BYTES; i++) {
        int code = (int) columns[from + i * GROUP + word] + 128;
        bytes |= code << (i * Byte.SIZE);
      }
      words[word] = bytes;
    }
    writeWords(WORDS, at);
  }

  private void writeWords(int count, long at) {
    MemorySegment.copy(words, 0, panels.memory(), ValueLayout.JAVA_INT, at, count);
  }
}
