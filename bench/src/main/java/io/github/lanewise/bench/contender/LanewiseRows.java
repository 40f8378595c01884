package io.github.lanewise.bench.contender;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RotaryEmbedding;
import io.github.lanewise.RotaryEmbedding.Pairs;
import io.github.lanewise.Rows;
import io.github.lanewise.Workers;
import io.github.lanewise.bench.comparison.BufferRun;
import io.github.lanewise.bench.comparison.Contender.Run;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import java.util.Arrays;

/** Lanewise's rows of a layer. */
final class LanewiseRows {
  private LanewiseRows() {}

  static Run prepare(Question question, QuestionData data, float[] out, Workers workers) {
    int rows = question.rows();
    int columns = question.columns();
    FloatTensor x = FloatTensor.of(data.a(), data.a().length / columns, columns);
    FloatTensor y = FloatTensor.of(out, out.length / columns, columns);
    return switch (question.operation()) {
      case SIGMOID -> new BufferRun(out, () -> Rows.sigmoid(x, y, workers), workers::close);
      case GELU ->
          question.variant() == Variant.TANH
              ? new BufferRun(out, () -> Rows.geluTanh(x, y, workers), workers::close)
              : new BufferRun(out, () -> Rows.gelu(x, y, workers), workers::close);
      case NORM -> {
        FloatTensor weight = FloatTensor.of(data.b(), columns);
        yield new BufferRun(
            out,
            () -> Rows.rmsNorm(x, weight, QuestionData.EPSILON, false, y, workers),
            workers::close);
      }
      case SILU -> {
        FloatTensor up = FloatTensor.of(data.b(), rows, columns);
        yield new BufferRun(out, () -> Rows.siluMultiply(x, up, y, workers), workers::close);
      }
      default -> rotation(question, data, out, workers);
    };
  }

  private static Run rotation(Question question, QuestionData data, float[] out, Workers workers) {
    int rows = question.rows();
    int columns = question.columns();
    FloatTensor x = FloatTensor.of(data.a(), rows, question.heads(), columns);
    FloatTensor y = FloatTensor.of(out, rows, question.heads(), columns);
    int[] positions = new int[rows];
    Arrays.setAll(positions, row -> row);
    boolean interleaved = question.variant() == Variant.INTERLEAVED;
    RotaryEmbedding embedding =
        RotaryEmbedding.of(
            RotaryEmbedding.frequencies(QuestionData.ROPE_BASE, columns),
            rows,
            interleaved ? Pairs.INTERLEAVED : Pairs.HALVES);
    return new BufferRun(
        out, () -> Rows.rotate(embedding, x, positions, y, workers), workers::close);
  }
}
