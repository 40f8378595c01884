package io.github.lanewise.bench.comparison;

/** Options of an operation. */
public enum Variant {
  /** None. */
  PLAIN(""),
  /** Key j is visible to query i iff j <= i + columns - rows. */
  CAUSAL(" causal"),
  /** Softmax whose row i sees the first {@link QuestionData#keyLengths}[i] columns. */
  KEY_LENGTHS(" key lengths"),
  /** Softmax under {@link QuestionData#allowed}, row by row. */
  BOOLEAN(" boolean"),
  /** The same mask, packed to bits; each row begins a new long. */
  BITS(" bits"),
  /** Softmax along the middle one of three axes, of which the last has the question's depth. */
  MIDDLE_AXIS(" middle axis"),
  /** The logarithm of the softmax. */
  LOGARITHMIC(" log"),
  /** The gradient of softmax: a is its output y, b is dy, the result is dx. */
  BACKWARD(" backward"),
  /** Causal attention to the last {@link QuestionData#WINDOW} keys, a query's own included. */
  WINDOW(" window"),
  /** GELU in its tanh form. */
  TANH(" tanh"),
  /** Rotary embeddings of neighbours, instead of split halves. */
  INTERLEAVED(" interleaved"),
  /** Attention whose scores are capped: c·tanh(s/c), c = {@link QuestionData#SOFTCAP}. */
  SOFTCAP(" softcap"),
  /**
   * Attention whose sequence b has {@link QuestionData#keyLengths}[b] keys; queries beyond count
   * too.
   */
  RAGGED(" ragged");

  private final String suffix;

  Variant(String suffix) {
    this.suffix = suffix;
  }

  /** What it adds to a question's id. */
  String suffix() {
    return suffix;
  }
}
