package io.github.lanewise.bench.comparison;

import io.github.lanewise.reference.AttentionOptions;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceAttention;
import io.github.lanewise.reference.ReferenceRows;
import io.github.lanewise.reference.ReferenceSoftmax;
import io.github.lanewise.reference.Visibility;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A question's right answer, in double precision, row by row: rows of a softmax or a product,
 * queries of attention over all sequences and heads; runs of floats are one row.
 */
public final class OracleRows {
  /** Multiplications for all rows that are compared, about 10 ns each. */
  private static final long BUDGET = 10_000_000;

  private static final int[] EDGES = {
    1,
    QuestionData.WINDOW - 1,
    QuestionData.WINDOW,
    QuestionData.WINDOW + 1,
    2,
    3,
    15,
    16,
    63,
    64,
    127,
    128
  };

  private final Question question;
  private final double[] a;
  private final double[] b;
  private final double[] c;
  private final Visibility visibility;

  /** Takes the inputs as doubles. */
  public OracleRows(Question question, QuestionData data) {
    this.question = question;
    this.a = Primitives.widen(data.a());
    this.b =
        question.operation() == Operation.PV
            ? transposed(data.b(), question.depth(), question.columns())
            : Primitives.widen(data.b());
    this.c = Primitives.widen(data.c());
    this.visibility = visibility(question, data);
  }

  /** Multiplications, or what takes as long, that one row costs. */
  private long cost() {
    long columns = question.columns();
    return switch (question.operation()) {
      case QK, PV -> columns * question.depth();
      case ATTENTION -> columns * question.depth() * 2;
      case SOFTMAX -> columns * (question.variant() == Variant.BACKWARD ? columns : 8);
      default -> columns * 8;
    };
  }

  /**
   * The rows that are compared: all, if there is time for them; else the first and the last of
   * every head, where a shifted causal mask or a wrong length cannot hide, then those beside the
   * edges of tiles, chunks and windows, then any.
   */
  Set<Integer> sampled() {
    int all = question.resultRows();
    long affordable = Math.max(1, BUDGET / cost());
    Set<Integer> rows = new LinkedHashSet<>();
    if (affordable >= all) {
      IntStream.range(0, all).forEach(rows::add);
      return rows;
    }
    for (int first = 0; first < all; first += question.rows()) {
      rows.add(first);
      rows.add(first + question.rows() - 1);
    }
    IntStream.of(EDGES).filter(edge -> edge < question.rows()).forEach(rows::add);
    Random random = new Random(6);
    while (rows.size() < affordable) {
      rows.add(random.nextInt(all));
    }
    return rows;
  }

  /** Whether a mask of softmax shows this element. */
  boolean visible(int row, int column) {
    return visibility.visible(0, 0, row, column);
  }

  /** Computes a row. */
  public double[] row(int row) {
    return switch (question.operation()) {
      case EXP -> Primitives.exp(a);
      case SUM -> new double[] {Primitives.sum(a)};
      case MAX -> new double[] {Primitives.max(a)};
      case DIVIDE -> Primitives.divide(a, QuestionData.DIVISOR);
      case SOFTMAX -> softmax(row);
      case SIGMOID -> Arrays.stream(a).map(ReferenceRows::sigmoid).toArray();
      case GELU ->
          question.variant() == Variant.TANH
              ? Arrays.stream(a).map(ReferenceRows::geluTanh).toArray()
              : Arrays.stream(a).map(ReferenceRows::gelu).toArray();
      case NORM -> {
        double[] x = rows(a, row, question.columns());
        yield ReferenceRows.rmsNorm(x, b, QuestionData.EPSILON, false);
      }
      case SILU -> {
        double[] y = rows(a, row, question.columns());
        for (int j = 0; j < y.length; j++) {
          y[j] = ReferenceRows.silu(y[j]) * b[row * y.length + j];
        }
        yield y;
      }
      case ROPE -> {
        double[] head = rows(a, row, question.columns());
        boolean interleaved = question.variant() == Variant.INTERLEAVED;
        double[] frequencies = frequencies(question.columns());
        yield ReferenceRows.rotate(head, frequencies, row / question.heads(), interleaved);
      }
      case QK, PV -> product(row);
      case ATTENTION -> attention(row);
    };
  }

  private static double[] frequencies(int dim) {
    return IntStream.range(0, dim / 2)
        .mapToDouble(i -> Math.pow(QuestionData.ROPE_BASE, -2.0 * i / dim))
        .toArray();
  }

  private double[] softmax(int row) {
    int columns = question.columns();
    double[] x = rows(a, row, columns);
    if (question.variant() == Variant.MIDDLE_AXIS) {
      int depth = question.depth();
      for (int j = 0; j < columns; j++) {
        x[j] = a[(row / depth * columns + j) * depth + row % depth];
      }
    }
    if (question.variant() == Variant.BACKWARD) {
      return ReferenceSoftmax.backward(x, rows(b, row, columns), 1);
    }
    if (question.variant() == Variant.LOGARITHMIC) {
      return ReferenceSoftmax.logSoftmax(x, 1);
    }
    boolean[] visible = new boolean[columns];
    for (int j = 0; j < columns; j++) {
      visible[j] = visible(row, j);
    }
    return ReferenceSoftmax.softmax(x, visible, 1, Double.NaN);
  }

  private double[] product(int row) {
    int depth = question.depth();
    double[] products = new double[question.columns()];
    for (int j = 0; j < products.length; j++) {
      products[j] = Primitives.dot(a, row * depth, b, j * depth, depth);
    }
    return products;
  }

  private double[] attention(int row) {
    int i = row % question.rows();
    int head = row / question.rows() % question.heads();
    int sequence = row / question.rows() / question.heads();
    int dim = question.depth();
    AttentionShape all =
        new AttentionShape(
            question.batch(),
            question.heads(),
            question.keyHeads(),
            question.rows(),
            question.columns(),
            dim,
            dim);
    int keys = all.keyRow(sequence, head, 0) / question.columns();
    return ReferenceAttention.forward(
            new AttentionShape(1, 1, 1, 1, question.columns(), dim, dim),
            AttentionOptions.standard(dim)
                .withSoftcap(question.variant() == Variant.SOFTCAP ? QuestionData.SOFTCAP : 0)
                .withVisibility((b0, h0, i0, j) -> visibility.visible(sequence, head, i, j)),
            rows(a, row, dim),
            rows(b, keys, question.columns() * dim),
            rows(c, keys, question.columns() * dim))
        .out();
  }

  private static Visibility visibility(Question question, QuestionData data) {
    long offset = (long) question.columns() - question.rows();
    int columns = question.columns();
    return switch (question.variant()) {
      case CAUSAL -> Visibility.causal(offset);
      case WINDOW -> Visibility.window(QuestionData.WINDOW - 1L, 0, offset);
      case RAGGED -> Visibility.keyLengths(data.keyLengths());
      case KEY_LENGTHS -> {
        int[] lengths = data.keyLengths();
        yield (batch, head, query, key) -> key < lengths[query];
      }
      case BOOLEAN, BITS -> {
        boolean[] allowed = data.allowed();
        yield (batch, head, query, key) -> allowed[query * columns + key];
      }
      default -> Visibility.everything();
    };
  }

  private static double[] rows(double[] x, int row, int length) {
    return Arrays.copyOfRange(x, row * length, (row + 1) * length);
  }

  private static double[] transposed(float[] x, int rows, int columns) {
    double[] y = new double[rows * columns];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        y[j * rows + i] = x[i * columns + j];
      }
    }
    return y;
  }
}
