package io.github.lanewise.bench.peers;

import com.github.tjake.jlama.tensor.FloatBufferTensor;
import com.github.tjake.jlama.tensor.TensorShape;
import java.nio.FloatBuffer;

/** Rows outside the heap, where Jlama keeps them, each also as a tensor of its own. */
final class JlamaMatrix {
  private final FloatBuffer buffer;
  private final int columns;
  private final FloatBufferTensor[] rows;

  JlamaMatrix(int rows, int columns) {
    this.columns = columns;
    buffer = OffHeap.allocate(Math.multiplyExact(rows, columns)).asFloatBuffer();
    this.rows = new FloatBufferTensor[rows];
    for (int i = 0; i < rows; i++) {
      this.rows[i] = block(i, 1);
    }
  }

  JlamaMatrix(float[] values, int rows, int columns) {
    this(rows, columns);
    buffer.put(0, values, 0, rows * columns);
  }

  /** One row, [1, columns]. */
  FloatBufferTensor row(int index) {
    return rows[index];
  }

  /** Some rows, as a tensor that is made here: not for a loop. */
  FloatBufferTensor block(int from, int count) {
    return new FloatBufferTensor(
        buffer.slice(from * columns, count * columns), TensorShape.of(count, columns), false);
  }

  void fill(float value) {
    for (int i = 0; i < buffer.capacity(); i++) {
      buffer.put(i, value);
    }
  }

  /** A row-major copy. */
  float[] values() {
    float[] values = new float[buffer.capacity()];
    buffer.get(0, values);
    return values;
  }
}
