package io.github.lanewise.bench.demo.minilm;

/** The weights, read once and shared by the encoders that are written in Java. */
public final class MiniLmModel {
  private final MiniLmWeights weights;

  private MiniLmModel(MiniLmWeights weights) {
    this.weights = weights;
  }

  /** Reads the weights from the artifact on the class path. */
  public static MiniLmModel load() {
    return new MiniLmModel(MiniLmWeights.load());
  }

  MiniLmWeights weights() {
    return weights;
  }
}
