package io.github.lanewise.bench.result;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.lanewise.bench.comparison.QuestionText;
import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * The stored form of a result: JSON in UTF-8, with NaN as the string {@code "NaN"}. The file is
 * replaced as a whole; when that fails, the former one is still there.
 */
public final class ResultFile {
  private static final String NAME = "a result of the comparison";

  // A record's component that is missing, null or unknown is an error: a figure must not become 0.
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(
              DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .defaultSetterInfo(JsonSetter.Value.forContentNulls(Nulls.FAIL))
          .build();

  private ResultFile() {}

  /**
   * Writes a result.
   *
   * @throws Failure with the file and the reason, such as a full disk
   */
  public static void write(BenchResult result, Path file) {
    AtomicFile.write(file, toJson(result));
  }

  /**
   * Reads a result.
   *
   * @throws Failure if the file cannot be read, is cut off, is of another format, or is something
   *     else altogether
   */
  public static BenchResult read(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new Failure("cannot read " + file.toAbsolutePath() + ": " + AtomicFile.reason(e), e);
    }
    return fromJson(text, file.toAbsolutePath().toString());
  }

  static String toJson(BenchResult result) {
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter(" ", "\n"));
    try {
      return MAPPER.writer(printer).writeValueAsString(result) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // nothing that these records hold has no JSON
    }
  }

  static BenchResult fromJson(String text, String source) {
    BenchResult result;
    try {
      JsonNode tree = MAPPER.readTree(text);
      checkFormat(tree, source);
      result = MAPPER.treeToValue(tree, BenchResult.class);
    } catch (JsonMappingException e) {
      String where =
          e.getPath().stream()
              .map(p -> p.getFieldName() == null ? "[" + p.getIndex() + "]" : p.getFieldName())
              .collect(Collectors.joining("."));
      throw new Failure(
          source
              + " is not "
              + NAME
              + ": "
              + (where.isEmpty() ? "" : where + ": ")
              + e.getOriginalMessage(),
          e);
    } catch (JsonProcessingException e) {
      throw new Failure(
          source
              + " is no complete JSON; is it cut off? Line "
              + e.getLocation().getLineNr()
              + ": "
              + e.getOriginalMessage(),
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
          source
              + " is of format "
              + format.intValue()
              + ", but this version reads format "
              + BenchResult.FORMAT
              + ": measure again, or use the version that wrote it");
    }
  }

  /** What every figure relies on, and no type says. */
  private static void check(BenchResult result, String source) {
    for (Measurement measurement : result.measurements()) {
      if (QuestionText.parse(measurement.question()).isEmpty()) {
        throw new Failure(
            source + " is damaged: \"" + measurement.question() + "\" is no question's id");
      }
      for (Fork fork : measurement.forks()) {
        if (fork.nanos().size() != fork.limits().size()) {
          throw new Failure(
              source
                  + " is damaged: "
                  + measurement.contender()
                  + " at \""
                  + measurement.question()
                  + "\" has "
                  + fork.nanos().size()
                  + " times, but "
                  + fork.limits().size()
                  + " limits");
        }
      }
    }
  }
}
