package io.github.lanewise.bench.training;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Matmul;
import io.github.lanewise.Workers;

/** y = x·W for rows x [rows, in] and a matrix W [in, out]. */
final class Linear {
  /** Rows and columns that are turned together, and stay in the cache meanwhile. */
  private static final int TILE = 16;

  final Parameter weights;
  private final int rows;
  private final int in;
  private final float[] transposed;
  private final FloatTensor transposedTensor;
  private final Workers workers;

  Linear(int rows, int in, int out, double deviation, Normals normals, Workers workers) {
    weights = Parameter.matrix(in, out, deviation, normals);
    this.rows = rows;
    this.in = in;
    this.workers = workers;
    transposed = new float[in * rows];
    transposedTensor = FloatTensor.of(transposed, in, rows);
  }

  void forward(FloatTensor x, FloatTensor y) {
    Matmul.multiply(1f, x, weights.tensor, y, workers);
  }

  /**
   * The gradients by the weights and by x, of dy. Of the two, x is transposed for the former: it is
   * the narrower one where heads are wide.
   */
  void backward(Activations x, FloatTensor dy, FloatTensor dx) {
    for (int r = 0; r < rows; r += TILE) {
      for (int j = 0; j < in; j += TILE) {
        transpose(x.array, r, j);
      }
    }
    Matmul.multiply(1f, transposedTensor, dy, weights.gradientTensor, workers);
    Matmul.multiplyTransposed(1f, dy, weights.tensor, dx, workers);
  }

  private void transpose(float[] x, int firstRow, int firstColumn) {
    int endRow = Math.min(rows, firstRow + TILE);
    int endColumn = Math.min(in, firstColumn + TILE);
    for (int j = firstColumn; j < endColumn; j++) {
      for (int r = firstRow; r < endRow; r++) {
        transposed[j * rows + r] = x[r * in + j];
      }
    }
  }
}
