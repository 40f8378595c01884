package io.github.lanewise.bench.engine;

/** The sizes of a decoder of Llama's shape. */
record DecoderShape(
    int layers,
    int dim,
    int heads,
    int keyHeads,
    int headDim,
    int hidden,
    int vocabulary,
    int positions) {

  /** Small enough that a step takes about a millisecond. */
  static DecoderShape small() {
    return new DecoderShape(4, 256, 8, 2, 32, 704, 2048, 512);
  }

  /** Floats of all queries of a token. */
  int queryDim() {
    return heads * headDim;
  }

  /** Floats of all keys, or values, of a token. */
  int keyDim() {
    return keyHeads * headDim;
  }

  /** Weights that a token is multiplied with, without the embeddings. */
  long parameters() {
    long attention = (long) dim * (2 * queryDim() + 2 * keyDim());
    return layers * (attention + 3L * dim * hidden) + (long) dim * vocabulary;
  }
}
