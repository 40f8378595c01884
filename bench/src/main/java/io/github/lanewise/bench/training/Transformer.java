package io.github.lanewise.bench.training;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import io.github.lanewise.classification.CrossEntropy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A decoder-only transformer over characters: embeddings of character and position, layers, and the
 * logits of the next character. Every buffer is made once.
 */
public final class Transformer {
  private static final float EMBEDDING_DEVIATION = 0.5f;

  /**
   * What gradients are multiplied by on their way through the model, 2³²: a power of two leaves
   * their digits as they are. A peaked attention has weights down to 2⁻¹²⁶, whose products with the
   * gradients of a mean over many rows would be subnormal otherwise, and slow.
   */
  static final float GRADIENT_SCALE = 0x1p32f;

  private final ModelShape shape;
  private final Parameter characters;
  private final Parameter positions;
  private final List<Layer> layers = new ArrayList<>();
  private final Normalization last;
  private final Linear output;
  private final List<Parameter> parameters = new ArrayList<>();

  private final Activations input;
  private final Activations normal;
  private final Activations logits;
  private final Activations dx;
  private final Activations dNormal;
  private final Workers workers;

  /** What makes the attention of each layer. */
  public interface Heads {
    /** That of one layer. */
    Attending of(int layer);
  }

  /** A model with random weights. */
  public Transformer(ModelShape shape, long seed, Heads attention, Workers workers) {
    this.shape = shape;
    this.workers = workers;
    Normals normals = new Normals(seed);
    int rows = shape.rows();
    int width = shape.width();
    characters = Parameter.matrix(shape.vocabulary(), width, EMBEDDING_DEVIATION, normals);
    positions = Parameter.matrix(shape.context(), width, EMBEDDING_DEVIATION, normals);
    parameters.add(characters);
    parameters.add(positions);
    for (int l = 0; l < shape.layers(); l++) {
      Layer layer = new Layer(shape, attention.of(l), normals, workers);
      layers.add(layer);
      parameters.addAll(layer.parameters());
    }
    last = new Normalization(rows, width);
    output = new Linear(rows, width, shape.vocabulary(), 1 / Math.sqrt(width), normals, workers);
    parameters.add(last.gain);
    parameters.add(output.weights);
    input = new Activations(rows, width);
    normal = new Activations(rows, width);
    logits = new Activations(rows, shape.vocabulary());
    dx = new Activations(rows, width);
    dNormal = new Activations(rows, width);
  }

  List<Parameter> parameters() {
    return parameters;
  }

  /** The logits of the last forward, or their gradient after {@link #learn}, times its scale. */
  public FloatTensor logits() {
    return logits.tensor;
  }

  /** Mean entropy of a layer's attention in the last forward. */
  public double entropy(int layer) {
    return layers.get(layer).attention.entropy();
  }

  /** Computes the logits of a batch: [batch, context] characters. */
  public void forward(int[] tokens) {
    int width = shape.width();
    for (int r = 0; r < shape.rows(); r++) {
      int character = tokens[r] * width;
      int position = r % shape.context() * width;
      for (int j = 0; j < width; j++) {
        input.array[r * width + j] =
            characters.value[character + j] + positions.value[position + j];
      }
    }
    Activations x = input;
    for (int l = 0; l < layers.size(); l++) {
      x = layers.get(l).forward(x);
    }
    last.forward(x.array, normal.array);
    output.forward(normal.tensor, logits.tensor);
  }

  /** Returns the mean loss of a batch. */
  public double loss(int[] tokens, int[] targets) {
    forward(tokens);
    return CrossEntropy.standard().apply(logits.tensor, targets, null, workers);
  }

  /** Computes all gradients, times {@link #GRADIENT_SCALE}, and returns the mean loss. */
  double learn(int[] tokens, int[] targets) {
    forward(tokens);
    double loss = CrossEntropy.standard().apply(logits.tensor, targets, logits.tensor, workers);
    for (int i = 0; i < logits.array.length; i++) {
      logits.array[i] *= GRADIENT_SCALE;
    }
    output.backward(normal, logits.tensor, dNormal.tensor);
    Arrays.fill(dx.array, 0f);
    last.backward(inputOf(layers.size()).array, dNormal.array, dx.array);
    for (int l = layers.size() - 1; l >= 0; l--) {
      layers.get(l).backward(inputOf(l), dx);
    }
    embed(tokens);
    return loss;
  }

  private Activations inputOf(int layer) {
    return layer == 0 ? input : layers.get(layer - 1).result();
  }

  private void embed(int[] tokens) {
    int width = shape.width();
    Arrays.fill(characters.gradient, 0f);
    Arrays.fill(positions.gradient, 0f);
    for (int r = 0; r < shape.rows(); r++) {
      int character = tokens[r] * width;
      int position = r % shape.context() * width;
      for (int j = 0; j < width; j++) {
        float g = dx.array[r * width + j];
        characters.gradient[character + j] += g;
        positions.gradient[position + j] += g;
      }
    }
  }
}
