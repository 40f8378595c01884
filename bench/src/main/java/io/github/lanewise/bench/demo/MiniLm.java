package io.github.lanewise.bench.demo;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.PackedMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The shape and the weights of all-MiniLM-L6-v2.
 *
 * @param wordEmbeddings [VOCABULARY, HIDDEN]
 * @param positionEmbeddings [POSITIONS, HIDDEN]
 * @param tokenTypeEmbeddings [2, HIDDEN]; a single sentence uses row 0
 * @param embeddingNorm normalises the sum of the three
 * @param layers the encoder, bottom first
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of weights, never compared
record MiniLm(
    float[] wordEmbeddings,
    float[] positionEmbeddings,
    float[] tokenTypeEmbeddings,
    Norm embeddingNorm,
    List<Layer> layers) {
  static final int LAYERS = 6;
  static final int HIDDEN = 384; // width of a token's hidden state, and of an embedding
  static final int HEADS = 12; // of attention, in a layer
  static final int HEAD_DIM = HIDDEN / HEADS; // width of one head's query, key and value
  static final int INNER = 1536; // width of the feed-forward network's inner state
  static final double NORM_EPSILON = 1e-12; // added to the variance in layer normalisation
  static final int MAX_TOKENS = 128; // the tokenizer cuts a text here, [CLS] and [SEP] included
  private static final int VOCABULARY = 30522;
  private static final int POSITIONS = 512;

  /** One attention head; layer and number count from 0. */
  record Head(int layer, int number) {
    /** All heads, layer by layer. */
    static final List<Head> ALL =
        IntStream.range(0, LAYERS * HEADS).mapToObj(i -> new Head(i / HEADS, i % HEADS)).toList();

    /** The head as readers count. */
    @Override
    public String toString() {
      return "layer " + (layer + 1) + ", head " + (number + 1);
    }
  }

  /** y = x·weights + bias; weights [in, out], and packed for products. */
  @SuppressWarnings("ArrayRecordComponent")
  record Linear(float[] weights, PackedMatrix matrix, float[] bias) {}

  /** y = gain·(x - mean)/√(variance + ε) + bias. */
  @SuppressWarnings("ArrayRecordComponent")
  record Norm(float[] gain, float[] bias) {}

  /** One post-LayerNorm encoder layer; query, key and value are one product, side by side. */
  record Layer(
      Linear queryKeyValue,
      Linear attentionOutput,
      Norm attentionNorm,
      Linear inner,
      Linear output,
      Norm outputNorm) {}

  /** Reads the weights from the artifact on the class path. */
  static MiniLm load() {
    OnnxFile file = OnnxFile.parse(DemoFiles.model());
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < LAYERS; i++) {
      String layer = "encoder.layer." + i + ".";
      String self = layer + "attention.self.";
      layers.add(
          new Layer(
              linear(file, HIDDEN, HIDDEN, self + "query", self + "key", self + "value"),
              linear(file, HIDDEN, HIDDEN, layer + "attention.output.dense"),
              norm(file, layer + "attention.output.LayerNorm"),
              linear(file, HIDDEN, INNER, layer + "intermediate.dense"),
              linear(file, INNER, HIDDEN, layer + "output.dense"),
              norm(file, layer + "output.LayerNorm")));
    }
    return new MiniLm(
        file.tensor("embeddings.word_embeddings.weight", VOCABULARY, HIDDEN),
        file.tensor("embeddings.position_embeddings.weight", POSITIONS, HIDDEN),
        file.tensor("embeddings.token_type_embeddings.weight", 2, HIDDEN),
        norm(file, "embeddings.LayerNorm"),
        List.copyOf(layers));
  }

  /**
   * Joins linear layers [in, out] of one input. The bias has the name of its layer; the weights are
   * found through the layer's product.
   */
  private static Linear linear(OnnxFile file, int in, int out, String... names) {
    int width = names.length * out;
    float[] weights = new float[in * width];
    float[] bias = new float[width];
    for (int part = 0; part < names.length; part++) {
      String product = "/" + names[part].replace('.', '/').replace("layer/", "layer.") + "/MatMul";
      float[] partWeights = file.weightOf(product, in, out);
      for (int row = 0; row < in; row++) {
        System.arraycopy(partWeights, row * out, weights, row * width + part * out, out);
      }
      System.arraycopy(file.tensor(names[part] + ".bias", out), 0, bias, part * out, out);
    }
    return new Linear(weights, pack(weights, in, width), bias);
  }

  /** A packed matrix has a row for each output. */
  private static PackedMatrix pack(float[] weights, int in, int out) {
    float[] rows = new float[weights.length];
    for (int i = 0; i < in; i++) {
      for (int o = 0; o < out; o++) {
        rows[o * in + i] = weights[i * out + o];
      }
    }
    return PackedMatrix.pack(FloatTensor.of(rows, out, in));
  }

  private static Norm norm(OnnxFile file, String name) {
    return new Norm(file.tensor(name + ".weight", HIDDEN), file.tensor(name + ".bias", HIDDEN));
  }
}
