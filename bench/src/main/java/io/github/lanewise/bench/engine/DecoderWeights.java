package io.github.lanewise.bench.engine;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.PackedMatrix;
import io.github.lanewise.PackedMatrix.Storage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Random weights of a decoder, by seed: nothing is downloaded. Products have packed factors.
 *
 * @param embeddings [vocabulary, dim]
 */
record DecoderWeights(
    DecoderShape shape,
    FloatTensor embeddings,
    List<Layer> layers,
    FloatTensor norm,
    PackedMatrix head) {

  /** Of one layer. */
  record Layer(
      FloatTensor attentionNorm,
      PackedMatrix query,
      PackedMatrix key,
      PackedMatrix value,
      PackedMatrix output,
      FloatTensor feedForwardNorm,
      PackedMatrix gate,
      PackedMatrix up,
      PackedMatrix down) {}

  static DecoderWeights random(DecoderShape shape, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int dim = shape.dim();
    List<Layer> layers = new ArrayList<>();
    for (int layer = 0; layer < shape.layers(); layer++) {
      layers.add(
          new Layer(
              norm(random, dim),
              matrix(random, shape.queryDim(), dim),
              matrix(random, shape.keyDim(), dim),
              matrix(random, shape.keyDim(), dim),
              matrix(random, dim, shape.queryDim()),
              norm(random, dim),
              matrix(random, shape.hidden(), dim),
              matrix(random, shape.hidden(), dim),
              matrix(random, dim, shape.hidden())));
    }
    FloatTensor embeddings = normal(random, 1, shape.vocabulary(), dim);
    return new DecoderWeights(
        shape, embeddings, layers, norm(random, dim), matrix(random, shape.vocabulary(), dim));
  }

  /** Keeps the variance of what it is multiplied with. */
  private static PackedMatrix matrix(SplittableRandom random, int rows, int columns) {
    FloatTensor weights = normal(random, 1 / Math.sqrt(columns), rows, columns);
    return PackedMatrix.pack(weights, Storage.FLOAT32);
  }

  private static FloatTensor norm(SplittableRandom random, int dim) {
    FloatTensor weights = normal(random, 0.1, dim);
    for (int i = 0; i < dim; i++) {
      weights.set(1 + weights.get(i), i);
    }
    return weights;
  }

  private static FloatTensor normal(SplittableRandom random, double deviation, long... shape) {
    float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return FloatTensor.of(values, shape);
  }
}
