package io.github.lanewise.bench.training;

import io.github.lanewise.FloatTensor;

/** Numbers [rows, columns] between two steps of a model, as an array and as a tensor. */
final class Activations {
  final float[] array;
  final FloatTensor tensor;

  Activations(int rows, int columns) {
    array = new float[rows * columns];
    tensor = FloatTensor.of(array, rows, columns);
  }
}
