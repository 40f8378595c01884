package io.github.lanewise.bench.training;

import io.github.lanewise.FloatTensor;

/** An operand of attention as an array [batch, heads, context, headDim]. */
final class DenseHeads {
  final float[] array;
  final FloatTensor tensor;

  DenseHeads(ModelShape shape) {
    array = new float[shape.rows() * shape.attended()];
    tensor = FloatTensor.of(array, shape.batch(), shape.heads(), shape.context(), shape.headDim());
  }

  float[] load(FloatTensor source) {
    tensor.copyFrom(source);
    return array;
  }
}
