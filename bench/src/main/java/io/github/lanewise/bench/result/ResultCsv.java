package io.github.lanewise.bench.result;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionText;
import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The measurements for spreadsheets and data frames: CSV (RFC 4180, UTF-8, a point in numbers, NaN
 * where nothing is known), with a header and one row per iteration.
 */
public final class ResultCsv {
  private static final CsvMapper MAPPER = new CsvMapper();

  /**
   * One row.
   *
   * @param nanos time of a call
   * @param achieved by that call, in {@code unit}
   * @param limit of the machine beside it, in {@code unit}
   */
  @JsonPropertyOrder({
    "question",
    "operation",
    "variant",
    "threads",
    "contender",
    "round",
    "iteration",
    "nanos",
    "achieved",
    "limit",
    "unit",
    "bytesPerCall"
  })
  record Row(
      String question,
      String operation,
      String variant,
      int threads,
      String contender,
      int round,
      int iteration,
      double nanos,
      double achieved,
      double limit,
      String unit,
      double bytesPerCall) {}

  private ResultCsv() {}

  /**
   * Writes the measurements of a result.
   *
   * @throws io.github.lanewise.bench.stage.Failure with the file and the reason
   */
  public static void write(BenchResult result, Path file) {
    AtomicFile.write(file, toCsv(result));
  }

  static String toCsv(BenchResult result) {
    List<Row> rows = new ArrayList<>();
    for (Measurement measurement : result.measurements()) {
      Question question = QuestionText.parse(measurement.question()).orElseThrow();
      for (Fork fork : measurement.forks()) {
        for (int i = 0; i < fork.nanos().size(); i++) {
          rows.add(row(question, measurement.contender(), fork, i));
        }
      }
    }
    CsvSchema schema = MAPPER.schemaFor(Row.class).withHeader();
    try {
      return MAPPER.writer(schema).writeValueAsString(rows);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // numbers and strings all have a form in CSV
    }
  }

  private static Row row(Question question, String contender, Fork fork, int iteration) {
    double nanos = fork.nanos().get(iteration);
    return new Row(
        question.id(),
        question.operation().name(),
        question.variant().name(),
        question.threads(),
        contender,
        fork.round(),
        iteration,
        nanos,
        question.achieved(nanos),
        fork.limits().get(iteration),
        question.limit().unit(),
        fork.bytesPerCall());
  }
}
