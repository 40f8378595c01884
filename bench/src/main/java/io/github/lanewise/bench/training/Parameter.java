package io.github.lanewise.bench.training;

import io.github.lanewise.FloatTensor;
import java.util.Arrays;

/** Numbers that are learned, with their gradient and AdamW's two means of it. */
public final class Parameter {
  final float[] value;
  final float[] gradient;
  final FloatTensor tensor;
  final FloatTensor gradientTensor;
  final float[] mean;
  final float[] square;

  /** Whether they are drawn to 0. */
  final boolean decays;

  /** How many times as far as the others they go in a step. */
  final float pace;

  private Parameter(float[] value, boolean decays, float pace, long... shape) {
    this.value = value;
    gradient = new float[value.length];
    mean = new float[value.length];
    square = new float[value.length];
    tensor = FloatTensor.of(value, shape);
    gradientTensor = FloatTensor.of(gradient, shape);
    this.decays = decays;
    this.pace = pace;
  }

  /** A matrix [rows, columns] of normal numbers. */
  static Parameter matrix(int rows, int columns, double deviation, Normals normals) {
    float[] value = new float[rows * columns];
    normals.fill(value, deviation);
    return new Parameter(value, true, 1, rows, columns);
  }

  /** Numbers that begin alike. */
  static Parameter vector(int length, float start, float pace) {
    float[] value = new float[length];
    Arrays.fill(value, start);
    return new Parameter(value, false, pace, length);
  }
}
