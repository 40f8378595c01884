package io.github.lanewise.bench.experiments;

import io.github.lanewise.bench.training.ModelShape;
import io.github.lanewise.bench.training.Weighting;
import org.jspecify.annotations.Nullable;

/**
 * What a model is trained with.
 *
 * @param name of the files of its runs
 * @param scaled whether scores are divided by √headDim
 * @param weighting how scores become weights in plain Java; null for the library's softmax
 * @param learns whether each head learns its temperature
 * @param characters of the text that it sees
 */
record Setting(
    String name,
    ModelShape shape,
    boolean scaled,
    @Nullable Weighting weighting,
    boolean learns,
    int characters,
    int steps) {

  float scale() {
    return scaled ? (float) (1 / Math.sqrt(shape.headDim())) : 1f;
  }

  /** One model that is trained. */
  record Run(Setting setting, long seed) {
    String file() {
      return setting.name() + "-" + seed + ".json";
    }

    /** What a stored result has to be of, to be taken for this run's. */
    String signature() {
      return setting + " seed " + seed;
    }
  }
}
