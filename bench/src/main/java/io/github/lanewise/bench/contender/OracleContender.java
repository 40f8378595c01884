package io.github.lanewise.bench.contender;

import io.github.lanewise.bench.comparison.BufferRun;
import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.OracleRows;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;

/** The scalar oracle that everybody is checked against, where one can wait for it. */
public final class OracleContender implements Contender {
  /** Multiplications at about 10 ns each: about a second. */
  private static final double PATIENCE = 1e8;

  /** An exponential, with its share of the sums, costs as much as so many multiplications. */
  private static final double EXPONENTIAL = 8;

  @Override
  public String name() {
    return "Oracle";
  }

  @Override
  public String description() {
    return "lanewise-reference: double precision, compensated sums, scalar, one row at a time";
  }

  @Override
  public boolean answers(Question question) {
    double columns = question.columns();
    double work =
        switch (question.operation()) {
          case QK, PV, ATTENTION -> question.operations() / 2;
          case SOFTMAX ->
              question.resultRows()
                  * columns
                  * (question.variant() == Variant.BACKWARD ? columns : EXPONENTIAL);
          default -> question.resultLength() * EXPONENTIAL;
        };
    return question.threads() == 1 && work <= PATIENCE;
  }

  @Override
  public Run prepare(Question question, QuestionData data) {
    OracleRows oracle = new OracleRows(question, data);
    float[] out = new float[question.resultLength()];
    return new BufferRun(out, () -> compute(oracle, question.resultRows(), out));
  }

  private static void compute(OracleRows oracle, int rows, float[] out) {
    int next = 0;
    for (int row = 0; row < rows; row++) {
      for (double value : oracle.row(row)) {
        out[next++] = (float) value;
      }
    }
  }
}
