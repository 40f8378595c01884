package io.github.lanewise.bench.training;

import io.github.lanewise.Workers;
import org.jspecify.annotations.Nullable;

/** A model that is small enough for a test, and what it reads. */
final class SmallModel {
  static final ModelShape SHAPE = new ModelShape(Corpus.VOCABULARY, 20, 2, 16, 2, 2, 8);

  static final Corpus TEXT =
      Corpus.of(
          """
          Returns the arithmetic mean of the entries in the specified portion of the input array,
          or Double.NaN if the designated subarray is empty. Throws an exception if the array is
          null; the two-pass algorithm is used, and the result is corrected by the mean deviation.
          """
              .repeat(3));

  final Transformer model;
  final Training training;

  /** A null for the weighting: the library's softmax. */
  SmallModel(@Nullable Weighting weighting, boolean learns, long seed, int steps, Workers workers) {
    float scale = (float) (1 / Math.sqrt(SHAPE.headDim()));
    model =
        new Transformer(
            SHAPE,
            seed,
            layer ->
                weighting == null
                    ? new LanewiseAttending(SHAPE, scale, learns, workers)
                    : new PlainAttending(SHAPE, weighting, scale),
            workers);
    training = new Training(model, SHAPE, TEXT, seed, steps);
  }
}
