package io.github.lanewise.bench.result;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The stored forms of a result: JSON, with NaN as the string {@code "NaN"}, which is read back; and
 * its measurements as CSV for spreadsheets and data frames (RFC 4180, a point in numbers, NaN where
 * nothing is known), with a header and one row per iteration. Both are UTF-8, and replaced as a
 * whole; when that fails, the former file is still there.
 */
public final class ResultFile {
  private static final String NAME = "a result of the comparison";

  // A record's component that is missing, null or unknown is an error: a figure must not become 0.
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          .build();

  // Columns in the order of the row's components.
  private static final CsvMapper CSV =
      CsvMapper.builder().disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY).build();

  /**
   * A row of the CSV.
   *
   * @param nanos time of a call
   * @param achieved by that call, in {@code unit}
   * @param limit of the machine beside it, in {@code unit}
   */
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

  private ResultFile() {}

  /**
   * Writes a result.
   *
   * @throws Failure with the file and the reason, such as a full disk
   */
  public static void write(BenchResult result, Path file) {
    TextFile.write(file, toJson(result));
  }

  /**
   * Writes the measurements of a result as CSV.
   *
   * @throws Failure with the file and the reason
   */
  public static void writeCsv(BenchResult result, Path file) {
    TextFile.write(file, toCsv(result));
  }

  /**
   * Reads a result.
   *
   * @throws Failure if the file cannot be read, is cut off, is of another format, or is something
   *     else altogether
   */
  public static BenchResult read(Path file) {
    return fromJson(TextFile.read(file), file.toAbsolutePath().toString());
  }

  static String toJson(BenchResult result) {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter(" ", "\n"));
    return text(JSON.writer(printer), result) + "\n";
  }

  private static String text(ObjectWriter writer, Object value) {
    try {
      return writer.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // nothing that these records hold has no such form
    }
  }

  static BenchResult fromJson(String text, String source) {
    BenchResult result;
    try {
      JsonNode tree = JSON.readTree(text);
      checkFormat(tree, source);
      result = JSON.treeToValue(tree, BenchResult.class);
    } catch (JsonMappingException e) {
      String where =
          e.getPath().stream()
              .map(p -> p.getFieldName() == null ? "[" + p.getIndex() + "]" : p.getFieldName())
              .collect(Collectors.joining("."));
      String what = (where.isEmpty() ? "" : where + ": ") + e.getOriginalMessage();
      throw new Failure(source + " is not " + NAME + ": " + what, e);
    } catch (JsonProcessingException e) {
      throw new Failure(
          Text.format(
              "%s is no complete JSON; is it cut off? Line %d: %s",
              source, e.getLocation().getLineNr(), e.getOriginalMessage()),
          e);
    }
    check(result, source);
    return result;
  }

  private static void checkFormat(JsonNode tree, String source) {
    JsonNode format = tree.get("format");
    if (format == null || !format.isInt() || !tree.has("measurements")) {
      throw new Failure(source + " is not " + NAME + ": it has no \"format\" and \"measurements\"");
    }
    if (format.intValue() != BenchResult.FORMAT) {
      throw new Failure(
          Text.format(
              "%s is of format %d, but this version reads format %d: measure again, or use the"
                  + " version that wrote it",
              source, format.intValue(), BenchResult.FORMAT));
    }
  }

  /** What every figure relies on, and no type says. */
  private static void check(BenchResult result, String source) {
    for (Measurement m : result.measurements()) {
      if (Question.parse(m.question()).isEmpty()) {
        throw new Failure(source + " is damaged: \"" + m.question() + "\" is no question's id");
      }
      for (Fork fork : m.forks()) {
        int times = fork.nanos().size();
        int limits = fork.limits().size();
        if (times != limits) {
          throw new Failure(
              Text.format(
                  "%s is damaged: %s at \"%s\" has %d times, but %d limits",
                  source, m.contender(), m.question(), times, limits));
        }
      }
    }
  }

  private static String toCsv(BenchResult result) {
    List<Row> rows = new ArrayList<>();
    for (Measurement m : result.measurements()) {
      Question question = Question.of(m.question());
      for (Fork fork : m.forks()) {
        for (int i = 0; i < fork.nanos().size(); i++) {
          rows.add(row(question, m.contender(), fork, i));
        }
      }
    }
    return text(CSV.writer(CSV.schemaFor(Row.class).withHeader()), rows);
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
