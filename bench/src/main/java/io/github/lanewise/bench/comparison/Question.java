package io.github.lanewise.bench.comparison;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is measured: an operation on one shape, with its options, by some threads. What a
 * dimension means is said at {@link Operation}; those that an operation has not are 1.
 *
 * @param rows rows of a softmax or a product; queries of attention
 * @param columns length of a run or of a softmax row; columns of a product; keys of attention
 * @param depth the inner dimension of a product; headDim = valueDim of attention; rows of a softmax
 *     along a middle axis that lie side by side
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
  private static final Pattern FORM =
      Pattern.compile(
          "(?<operation>[a-z]+) (?:(?:(?<batch>[1-9]\\d*)x)?(?<heads>[1-9]\\d*)(?::(?<keyHeads>[1-9]\\d*))? )?"
              + "(?<shape>[1-9]\\d*(?:x[1-9]\\d*)*)(?<variant>[a-z ]*)(?:, (?<threads>[1-9]\\d*) threads)?");

  /** The question that has this id, which is known to be one. */
  public static Question of(String id) {
    return parse(id).orElseThrow(() -> new IllegalArgumentException("no question: " + id));
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
    String shape =
        switch (operation) {
          case EXP, SUM, MAX, DIVIDE, SIGMOID, GELU -> Integer.toString(columns);
          case NORM, SILU -> rows + "x" + columns;
          case ROPE -> heads + " " + rows + "x" + columns;
          case SOFTMAX ->
              rows + "x" + columns + (variant == Variant.MIDDLE_AXIS ? "x" + depth : "");
          case QK, PV -> rows + "x" + columns + "x" + depth;
          case ATTENTION ->
              (batch > 1 ? batch + "x" : "")
                  + heads
                  + (keyHeads == heads ? "" : ":" + keyHeads)
                  + " "
                  + (rows == columns ? "" : rows + "x")
                  + columns
                  + "x"
                  + depth;
        };
    String by = threads == 1 ? "" : ", " + threads + " threads";
    return operation.word() + " " + shape + variant.suffix() + by;
  }

  /**
   * The question that has this id, whether or not the present catalogue still asks it, or asks it
   * of as many threads: a stored result outlives both. Empty if no question can have it.
   */
  public static Optional<Question> parse(String id) {
    Matcher match = FORM.matcher(id);
    if (!match.matches()) {
      return Optional.empty();
    }
    for (Operation operation : Operation.values()) {
      for (Variant variant : Variant.values()) {
        if (operation.word().equals(match.group("operation"))
            && variant.suffix().equals(match.group("variant"))) {
          return parse(operation, variant, match).filter(found -> found.id().equals(id));
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Question> parse(Operation operation, Variant variant, Matcher match) {
    try {
      int[] shape =
          Arrays.stream(match.group("shape").split("x", -1)).mapToInt(Integer::parseInt).toArray();
      int heads = number(match.group("heads"), 1);
      int last = shape.length - 1;
      boolean inner =
          (last > 0 && operation.compareTo(Operation.QK) >= 0) || variant == Variant.MIDDLE_AXIS;
      int columns = shape[inner ? last - 1 : last];
      boolean rowsNamed = shape.length > (inner ? 2 : 1);
      return Optional.of(
          new Question(
              operation,
              variant,
              number(match.group("batch"), 1),
              heads,
              number(match.group("keyHeads"), heads),
              rowsNamed ? shape[0] : operation == Operation.ATTENTION ? columns : 1,
              columns,
              inner ? shape[last] : 1,
              number(match.group("threads"), 1)));
    } catch (NumberFormatException e) {
      return Optional.empty(); // more digits than an int has
    }
  }

  private static int number(@Nullable String digits, int otherwise) {
    return digits == null ? otherwise : Integer.parseInt(digits);
  }

  /** Rows of the result: of a softmax or a product, queries of all sequences and heads, or one. */
  public int resultRows() {
    return batch * heads * rows * sideBySide();
  }

  /** Rows of a softmax that lie side by side. */
  private int sideBySide() {
    return operation == Operation.SOFTMAX ? depth : 1;
  }

  /** Elements of such a row. */
  int resultColumns() {
    return switch (operation) {
      case SUM, MAX -> 1;
      case ATTENTION -> depth;
      default -> columns;
    };
  }

  /** Elements of the result. */
  public int resultLength() {
    return resultRows() * resultColumns();
  }

  /** Elements of which a time per element is told: of the result, or of a reduction's input. */
  public double elements() {
    if (operation == Operation.ROPE) {
      return (double) heads * rows * columns;
    }
    return operation == Operation.ATTENTION
        ? (double) batch * heads * rows * depth
        : (double) rows * columns * sideBySide();
  }

  /**
   * Floating-point operations of products and attention, a multiply-add being two: what a mask
   * hides is not counted for causal (half of all), windows and ragged lengths. 0 for the others.
   */
  public double operations() {
    return switch (operation) {
      case QK, PV -> 2.0 * rows * columns * depth;
      case ATTENTION -> 4.0 * heads * depth * visiblePairs();
      default -> 0;
    };
  }

  /** Pairs of a query and a key that it sees, in all sequences of one head. */
  private double visiblePairs() {
    double square = (double) rows * columns;
    return switch (variant) {
      case CAUSAL -> batch * square / 2; // the convention, a diagonal too few
      case WINDOW -> {
        double w = Math.min(QuestionData.WINDOW, rows);
        yield batch * (w * (w + 1) / 2 + (rows - w) * w);
      }
      case RAGGED ->
          (double) rows * Arrays.stream(QuestionData.raggedLengths(this)).asLongStream().sum();
      default -> batch * square;
    };
  }

  /** Bytes that have to be read and written once, of the whole arrays. */
  public double bytes() {
    return switch (operation) {
      case SUM, MAX -> 4.0 * columns;
      case EXP, DIVIDE, SIGMOID, GELU -> 8.0 * columns;
      case NORM -> 8.0 * rows * columns;
      case SILU -> 12.0 * rows * columns;
      case ROPE -> 8.0 * heads * rows * columns;
      case SOFTMAX -> (variant == Variant.BACKWARD ? 12 : 8) * elements();
      case QK, PV ->
          4.0 * ((double) rows * depth + (double) columns * depth + (double) rows * columns);
      case ATTENTION -> 4.0 * batch * depth * (2.0 * heads * rows + 2.0 * keyHeads * columns);
    };
  }

  /** What limits it on any machine, see {@link LimitKind}. */
  public LimitKind limit() {
    return switch (operation) {
      case QK, PV, ATTENTION -> LimitKind.FMA;
      case SUM, MAX -> LimitKind.READ;
      case EXP, DIVIDE, SOFTMAX, SIGMOID, GELU, NORM, SILU, ROPE -> LimitKind.COPY;
    };
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
