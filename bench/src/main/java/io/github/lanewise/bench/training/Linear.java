package io.github.lanewise.bench.training;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Matmul;
import io.github.lanewise.Workers;

/** y = x·Wᵀ for rows x [rows, in] and a matrix W [out, in]. */
final class Linear {
  /** Rows and columns that are turned together, and stay in the cache meanwhile. */
  private static final int TILE = 16;

  final Parameter weights;
  private final int rows;
  private final int out;
  private final float[] transposed;
  private final FloatTensor transposedTensor;
  private final Workers workers;

  Linear(int rows, int in, int out, double deviation, Normals normals, Workers workers) {
    weights = Parameter.matrix(out, in, deviation, normals);
    this.rows = rows;
    this.out = out;
    this.workers = workers;
    transposed = new float[out * rows];
    transposedTensor = FloatTensor.of(transposed, out, rows);
  }

  void forward(FloatTensor x, FloatTensor y) {
    Matmul.multiplyTransposed(1f, x, weights.tensor, y, workers);
  }

  /** The gradients by the weights and by x, of dy. */
  void backward(FloatTensor x, Activations dy, FloatTensor dx) {
    for (int r = 0; r < rows; r += TILE) {
      for (int j = 0; j < out; j += TILE) {
        transpose(dy.array, r, j);
      }
    }
    Matmul.multiply(1f, transposedTensor, x, weights.gradientTensor, workers);
    Matmul.multiply(1f, dy.tensor, weights.tensor, dx, workers);
  }

  private void transpose(float[] dy, int firstRow, int firstColumn) {
    int endRow = Math.min(rows, firstRow + TILE);
    int endColumn = Math.min(out, firstColumn + TILE);
    for (int j = firstColumn; j < endColumn; j++) {
      for (int r = firstRow; r < endRow; r++) {
        transposed[j * rows + r] = dy[r * out + j];
      }
    }
  }
}
