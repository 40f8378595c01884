package io.github.lanewise.bench.training;

/**
 * The sizes of a model and of its batches.
 *
 * @param vocabulary characters
 * @param context characters of a sequence
 * @param batch sequences of a step
 * @param width floats that stand for a character between the layers
 * @param headDim floats of a query or a key, of each head
 */
public record ModelShape(
    int vocabulary, int context, int batch, int width, int layers, int heads, int headDim) {
  /** How many times as wide as the model its hidden layers are. */
  private static final int EXPANSION = 4;

  /** Characters of a batch. */
  public int rows() {
    return batch * context;
  }

  int attended() {
    return heads * headDim;
  }

  int hidden() {
    return EXPANSION * width;
  }
}
