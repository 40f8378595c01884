package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.Inputs;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * The inputs of a question, the same for every contender, row-major and dense. What a question does
 * not need has length 0. Nobody writes to the arrays.
 *
 * @param a the run of floats, the logits, the left factor, Q; for the gradient of softmax its
 *     output
 * @param b the right factor, K; for the gradient of softmax the gradient by its output
 * @param c V
 * @param allowed [rows, columns], true = visible; every row sees something
 * @param keyLengths visible columns of each row of a softmax, or keys of each sequence of a ragged
 *     batch
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record QuestionData(float[] a, float[] b, float[] c, boolean[] allowed, int[] keyLengths) {
  /** What {@link Operation#DIVIDE} divides by. */
  public static final float DIVISOR = 3f;

  /** Keys that {@link Variant#WINDOW} shows at most. */
  public static final int WINDOW = 256;

  /** The cap of {@link Variant#SOFTCAP}, as Gemma 2 has it for its last scores. */
  public static final float SOFTCAP = 30f;

  /** Standard deviation of the logits of a softmax: weights from nearly 1 down to nearly 0. */
  private static final float LOGIT_DEVIATION = 4f;

  /** Standard deviation of what goes into an activation. */
  private static final float ACTIVATION_DEVIATION = 3f;

  /** What a norm adds to the mean square. */
  public static final float EPSILON = 1e-5f;

  /** Frequencies of rotary embeddings fall from 1 to nearly the inverse of this. */
  public static final double ROPE_BASE = 10_000;

  /** Columns that a {@link Variant#BOOLEAN} mask shows or hides in a row, on average. */
  private static final double MEAN_RUN = 16;

  private static final float[] NONE = {};

  /** The inputs of a question, by seeds that are always the same. */
  public static QuestionData of(Question question) {
    boolean[] allowed = {};
    int[] keyLengths = {};
    switch (question.variant()) {
      case BOOLEAN, BITS -> allowed = allowed(question.rows(), question.columns());
      case KEY_LENGTHS -> keyLengths = rowLengths(question);
      case RAGGED -> keyLengths = raggedLengths(question);
      default -> {}
    }
    float[] a = NONE;
    float[] b = NONE;
    float[] c = NONE;
    int rows = question.rows();
    int columns = question.columns();
    int depth = question.depth();
    switch (question.operation()) {
      case EXP, MAX, DIVIDE -> a = Inputs.normal(columns, 1);
      case SUM -> {
        a = Inputs.normal(columns, 1);
        for (int i = 0; i < columns; i++) {
          a[i] = Math.abs(a[i]); // a softmax adds positive numbers; nothing cancels
        }
      }
      case SOFTMAX -> {
        a = Inputs.normal(question.resultLength(), 1);
        for (int i = 0; i < a.length; i++) {
          a[i] *= LOGIT_DEVIATION;
        }
        if (question.variant() == Variant.BACKWARD) {
          softmaxRows(a, columns);
          b = Inputs.normal(rows * columns, 2);
        }
      }
      case SIGMOID, GELU -> a = scaled(Inputs.normal(columns, 1), ACTIVATION_DEVIATION);
      case NORM -> {
        a = Inputs.normal(rows * columns, 1);
        b = Inputs.normal(columns, 2);
      }
      case SILU -> {
        a = scaled(Inputs.normal(rows * columns, 1), ACTIVATION_DEVIATION);
        b = Inputs.normal(rows * columns, 2);
      }
      case ROPE -> a = Inputs.normal(question.heads() * rows * columns, 1);
      case QK, PV -> {
        a = Inputs.normal(rows * depth, 1);
        b = Inputs.normal(columns * depth, 2);
      }
      case ATTENTION -> {
        a = Inputs.normal(question.batch() * question.heads() * rows * depth, 1);
        b = Inputs.normal(question.batch() * question.keyHeads() * columns * depth, 2);
        c = Inputs.normal(question.batch() * question.keyHeads() * columns * depth, 3);
      }
    }
    return new QuestionData(a, b, c, allowed, keyLengths);
  }

  /** The result of a softmax along a middle axis row by row, as every result is compared. */
  public static float[] rowByRow(Question question, float[] result) {
    int columns = question.columns();
    int depth = question.depth();
    float[] rows = new float[result.length];
    for (int row = 0; row < question.resultRows(); row++) {
      for (int j = 0; j < columns; j++) {
        rows[row * columns + j] = result[(row / depth * columns + j) * depth + row % depth];
      }
    }
    return rows;
  }

  /** The same as {@link #allowed}, packed as {@link Variant#BITS} says. */
  public long[] allowedBits(Question question) {
    int longs = (question.columns() + Long.SIZE - 1) / Long.SIZE;
    long[] bits = new long[question.rows() * longs];
    for (int i = 0; i < question.rows(); i++) {
      for (int j = 0; j < question.columns(); j++) {
        if (allowed[i * question.columns() + j]) {
          bits[i * longs + j / Long.SIZE] |= 1L << j;
        }
      }
    }
    return bits;
  }

  /**
   * Lengths of the sequences of a ragged batch: all columns, and evenly down to a fifth of them.
   */
  static int[] raggedLengths(Question question) {
    int[] lengths = new int[question.batch()];
    long fifths = 5L * lengths.length;
    for (int b = 0; b < lengths.length; b++) {
      lengths[b] = Math.max(1, (int) (question.columns() * (fifths - 4L * b) / fifths));
    }
    return lengths;
  }

  /** Anything from one column to all; the last row sees all. */
  private static int[] rowLengths(Question question) {
    RandomGenerator random = random(4);
    int[] lengths = new int[question.rows()];
    for (int i = 0; i < lengths.length; i++) {
      lengths[i] = 1 + random.nextInt(question.columns());
    }
    lengths[lengths.length - 1] = question.columns();
    return lengths;
  }

  /** Runs of visible and of hidden columns, as documents in a row leave them: half is visible. */
  private static boolean[] allowed(int rows, int columns) {
    RandomGenerator random = random(5);
    boolean[] allowed = new boolean[rows * columns];
    for (int i = 0; i < rows; i++) {
      boolean visible = random.nextBoolean();
      for (int j = 0; j < columns; j++) {
        visible ^= random.nextDouble() < 1 / MEAN_RUN;
        allowed[i * columns + j] = visible;
      }
      allowed[i * columns + random.nextInt(columns)] = true;
    }
    return allowed;
  }

  private static float[] scaled(float[] x, float factor) {
    for (int i = 0; i < x.length; i++) {
      x[i] *= factor;
    }
    return x;
  }

  private static void softmaxRows(float[] x, int columns) {
    for (int from = 0; from < x.length; from += columns) {
      double sum = 0;
      for (int j = from; j < from + columns; j++) {
        sum += Math.exp(x[j]);
      }
      for (int j = from; j < from + columns; j++) {
        x[j] = (float) (Math.exp(x[j]) / sum);
      }
    }
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }
}
