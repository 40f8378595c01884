package io.github.lanewise.bench.contender;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import java.util.Arrays;

/** A run that writes to an array; a reduction writes its only element. */
final class ArrayRun implements Contender.Run {
  private final float[] out;
  private final Runnable work;
  private final Runnable close;

  ArrayRun(float[] out, Runnable work) {
    this(out, work, () -> {});
  }

  ArrayRun(float[] out, Runnable work, Runnable close) {
    this.out = out;
    this.work = work;
    this.close = close;
  }

  /** An array for the result of a question. */
  static float[] output(Question question) {
    return new float
        [switch (question.operation()) {
          case SUM, MAX -> 1;
          case ATTENTION ->
              question.batch() * question.heads() * question.rows() * question.depth();
          default -> question.rows() * question.columns();
        }];
  }

  @Override
  public void run() {
    work.run();
  }

  @Override
  public void spoil() {
    Arrays.fill(out, Float.NaN);
  }

  @Override
  public float[] result() {
    return out.clone();
  }

  @Override
  public void close() {
    close.run();
  }
}
