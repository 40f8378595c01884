package io.github.lanewise.bench.demo.minilm;

import static io.github.lanewise.bench.demo.minilm.MiniLm.HIDDEN;
import static io.github.lanewise.bench.demo.minilm.MiniLm.INNER;

import java.util.ArrayList;
import java.util.List;

/**
 * The weights of all-MiniLM-L6-v2.
 *
 * @param wordEmbeddings [vocabulary, HIDDEN]
 * @param positionEmbeddings [512, HIDDEN]
 * @param tokenTypeEmbeddings [2, HIDDEN]; a single sentence uses row 0
 * @param embeddingNorm normalises the sum of the three
 * @param layers the encoder, bottom first
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of weights, never compared
record MiniLmWeights(
    float[] wordEmbeddings,
    float[] positionEmbeddings,
    float[] tokenTypeEmbeddings,
    Norm embeddingNorm,
    List<Layer> layers) {
  static final int VOCABULARY = 30522;
  static final int POSITIONS = 512;

  /** y = x·weights + bias, weights [in, out]. */
  @SuppressWarnings("ArrayRecordComponent")
  record Linear(int in, int out, float[] weights, float[] bias) {}

  /** y = gain·(x - mean)/√(variance + ε) + bias. */
  @SuppressWarnings("ArrayRecordComponent")
  record Norm(float[] gain, float[] bias) {}

  /** One post-LayerNorm encoder layer. */
  record Layer(
      Linear query,
      Linear key,
      Linear value,
      Linear attentionOutput,
      Norm attentionNorm,
      Linear inner,
      Linear output,
      Norm outputNorm) {}

  /** Reads the weights from the artifact on the class path. */
  static MiniLmWeights load() {
    return from(OnnxFile.parse(ModelArtifact.read(MiniLm.MODEL_ENTRY)));
  }

  static MiniLmWeights from(OnnxFile file) {
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < MiniLm.LAYERS; i++) {
      layers.add(layer(file, i));
    }
    return new MiniLmWeights(
        file.tensor("embeddings.word_embeddings.weight", VOCABULARY, HIDDEN),
        file.tensor("embeddings.position_embeddings.weight", POSITIONS, HIDDEN),
        file.tensor("embeddings.token_type_embeddings.weight", 2, HIDDEN),
        norm(file, "embeddings.LayerNorm"),
        List.copyOf(layers));
  }

  private static Layer layer(OnnxFile file, int i) {
    String prefix = "encoder.layer." + i + ".";
    return new Layer(
        linear(file, i, "attention.self.query", HIDDEN, HIDDEN),
        linear(file, i, "attention.self.key", HIDDEN, HIDDEN),
        linear(file, i, "attention.self.value", HIDDEN, HIDDEN),
        linear(file, i, "attention.output.dense", HIDDEN, HIDDEN),
        norm(file, prefix + "attention.output.LayerNorm"),
        linear(file, i, "intermediate.dense", HIDDEN, INNER),
        linear(file, i, "output.dense", INNER, HIDDEN),
        norm(file, prefix + "output.LayerNorm"));
  }

  /** The bias has the name of its layer; the weights are found through the layer's product. */
  private static Linear linear(OnnxFile file, int layer, String name, int in, int out) {
    String product = "/encoder/layer." + layer + "/" + name.replace('.', '/') + "/MatMul";
    return new Linear(
        in,
        out,
        file.weightOf(product, in, out),
        file.tensor("encoder.layer." + layer + "." + name + ".bias", out));
  }

  private static Norm norm(OnnxFile file, String name) {
    return new Norm(file.tensor(name + ".weight", HIDDEN), file.tensor(name + ".bias", HIDDEN));
  }
}
