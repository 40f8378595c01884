package io.github.lanewise.bench.comparison;

/**
 * One thing that is measured: an operation on one shape, with its options, by some threads. What a
 * dimension means is said at {@link Operation}; those that an operation has not are 1.
 *
 * @param rows rows of a softmax or a product; queries of attention
 * @param columns length of a run or of a softmax row; columns of a product; keys of attention
 * @param depth the inner dimension of a product; headDim = valueDim of attention
 */
public record Question(
    Operation operation,
    Variant variant,
    int batch,
    int heads,
    int keyHeads,
    int rows,
    int columns,
    int depth,
    int threads) {

  /** A run of floats. */
  static Question map(Operation operation, int length) {
    return new Question(operation, Variant.PLAIN, 1, 1, 1, 1, length, 1, 1);
  }

  static Question softmax(Variant variant, int rows, int columns) {
    return new Question(Operation.SOFTMAX, variant, 1, 1, 1, rows, columns, 1, 1);
  }

  static Question product(Operation operation, int rows, int columns, int depth) {
    return new Question(operation, Variant.PLAIN, 1, 1, 1, rows, columns, depth, 1);
  }

  /** Attention with as many queries as keys. */
  static Question attention(Variant variant, int heads, int length, int depth) {
    return new Question(Operation.ATTENTION, variant, 1, heads, heads, length, length, depth, 1);
  }

  Question withBatch(int count) {
    return new Question(operation, variant, count, heads, keyHeads, rows, columns, depth, threads);
  }

  Question withKeyHeads(int count) {
    return new Question(operation, variant, batch, heads, count, rows, columns, depth, threads);
  }

  /** The same by several threads. */
  public Question withThreads(int count) {
    return new Question(operation, variant, batch, heads, keyHeads, rows, columns, depth, count);
  }

  /**
   * The name of the question in results, on the command line and in pictures, such as {@code exp
   * 4096}, {@code softmax 64x1024 causal}, {@code qk 2048x2048x128} or {@code attention 2x8:2
   * 2048x64 causal, 2 threads}: batch x heads : key heads, length x headDim.
   */
  public String id() {
    String shape;
    switch (operation) {
      case EXP:
      case SUM:
      case MAX:
      case DIVIDE:
        shape = Integer.toString(columns);
        break;
      case SOFTMAX:
        shape = rows + "x" + columns;
        break;
      case QK:
      case PV:
        shape = rows + "x" + columns + "x" + depth;
        break;
      default:
        shape =
            (batch > 1 ? batch + "x" : "")
                + heads
                + (keyHeads == heads ? "" : ":" + keyHeads)
                + " "
                + (rows == columns ? "" : rows + "x")
                + columns
                + "x"
                + depth;
        break;
    }
    String by = threads == 1 ? "" : ", " + threads + " threads";
    return operation.word() + " " + shape + variant.suffix() + by;
  }

  /** Elements of which a time per element is told: of the result, or of a reduction's input. */
  public double elements() {
    return operation == Operation.ATTENTION
        ? (double) batch * heads * rows * depth
        : (double) rows * columns;
  }

  /**
   * Floating-point operations of products and attention, a multiply-add being two: what a mask
   * hides is not counted for causal (half of all), windows and ragged lengths. 0 for the others.
   */
  public double operations() {
    switch (operation) {
      case QK:
      case PV:
        return 2.0 * rows * columns * depth;
      case ATTENTION:
        return 4.0 * heads * depth * visiblePairs();
      default:
        return 0;
    }
  }

  /** Pairs of a query and a key that it sees, in all sequences of one head. */
  private double visiblePairs() {
    double square = (double) rows * columns;
    switch (variant) {
      case CAUSAL:
        return batch * square / 2; // the convention, a diagonal too few
      case WINDOW:
        double w = Math.min(QuestionData.WINDOW, rows);
        return batch * (w * (w + 1) / 2 + (rows - w) * w);
      case RAGGED:
        double pairs = 0;
        for (int length : QuestionData.raggedLengths(this)) {
          pairs += (double) rows * length;
        }
        return pairs;
      default:
        return batch * square;
    }
  }

  /** Bytes that have to be read and written once, of the whole arrays. */
  public double bytes() {
    switch (operation) {
      case SUM:
      case MAX:
        return 4.0 * columns;
      case EXP:
      case DIVIDE:
        return 8.0 * columns;
      case SOFTMAX:
        return (variant == Variant.BACKWARD ? 12.0 : 8.0) * rows * columns;
      case QK:
      case PV:
        return 4.0 * ((double) rows * depth + (double) columns * depth + (double) rows * columns);
      default:
        return 4.0 * batch * depth * (2.0 * heads * rows + 2.0 * keyHeads * columns);
    }
  }

  /** What limits it on any machine, see {@link LimitKind}. */
  public LimitKind limit() {
    switch (operation) {
      case QK:
      case PV:
      case ATTENTION:
        return LimitKind.FMA;
      case SUM:
      case MAX:
        return LimitKind.READ;
      default:
        return LimitKind.COPY;
    }
  }

  /** Achieved in the unit of the limit, from the time of one call. */
  public double achieved(double nanos) {
    return (limit() == LimitKind.FMA ? operations() : bytes()) / nanos;
  }

  @Override
  public String toString() {
    return id();
  }
}
