package io.github.lanewise.bench.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ResultFileTest {
  private static final BenchResult SAMPLE = SampleResult.create();

  @TempDir Path folder;

  @Test
  void sampleIsWhatItsGeneratorMakes() throws IOException {
    assertEquals(
        ResultFile.toJson(SAMPLE),
        Files.readString(SampleResult.FILE),
        "run SampleResult.main in the module bench");
  }

  @Test
  void readsWhatItWrote() {
    Path file = folder.resolve("new folder/result.json");
    ResultFile.write(SAMPLE, file);
    ResultFile.write(SAMPLE, file); // a second time, over the first
    assertEquals(SAMPLE, ResultFile.read(file));
    assertFalse(Files.exists(file.resolveSibling("result.json.tmp")));
  }

  @Test
  void keepsWhatIsNoNumber() {
    List<Double> values =
        List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 1e-300);
    BenchResult result = with(new Fork(0, values, values, Double.NaN));
    assertEquals(result, ResultFile.fromJson(ResultFile.toJson(result), "here"));
  }

  @Test
  void saysWhichFormatItReads() {
    String text = ResultFile.toJson(SAMPLE).replace("\"format\" : 1,", "\"format\" : 7,");
    String message = failure(text);
    assertTrue(message.contains("format 7, but this version reads format 1"), message);
  }

  @Test
  void saysThatTheFileIsCutOff() {
    String text = ResultFile.toJson(SAMPLE);
    for (int length : new int[] {1, 20, text.length() / 2, text.length() - 3}) {
      String message = failure(text.substring(0, length));
      assertTrue(message.startsWith("here is no complete JSON; is it cut off?"), message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "[]", "3", "null", "{\"format\": \"1\"}", "{\"format\": 1}"})
  void refusesForeignJson(String text) {
    String message = failure(text);
    assertTrue(message.startsWith("here is not a result of the comparison: "), message);
  }

  @Test
  void namesTheFieldThatIsWrong() {
    String text = ResultFile.toJson(SAMPLE);
    String unknown = failure(text.replaceFirst("\"cpu\"", "\"colour\" : 3, \"cpu\""));
    assertTrue(unknown.contains("machine.colour: "), unknown);
    String none = failure(text.replaceFirst("\"nanos\" : \\[ [0-9.]+", "\"nanos\" : [ null"));
    assertTrue(none.contains("measurements.[0].forks.[0].nanos"), none);
    String gone = failure(text.replaceFirst("\"rounds\" : 3,", ""));
    assertTrue(gone.contains("rounds"), gone);
    String word = failure(text.replaceFirst("\"round\" : 0", "\"round\" : \"first\""));
    assertTrue(word.contains("measurements.[0].forks.[0].round: "), word);
  }

  @Test
  void refusesTimesWithoutLimits() {
    BenchResult result = with(new Fork(0, List.of(1.0, 2.0), List.of(1.0), 0));
    String message = failure(ResultFile.toJson(result));
    assertTrue(message.contains("\"exp 4096\" has 2 times, but 1 limits"), message);
  }

  @Test
  void saysWhyItCannotRead() {
    Path file = folder.resolve("none.json");
    Failure failure = assertThrows(Failure.class, () -> ResultFile.read(file));
    assertEquals("cannot read " + file + ": there is no " + file, failure.getMessage());
  }

  @Test
  void fullDiskKeepsTheFormerFile() throws IOException {
    Path full = Path.of("/dev/full");
    assertTrue(Files.exists(full), "a full disk is played by /dev/full, which is missing here");
    Path file = folder.resolve("result.json");
    Files.writeString(file, "former");
    Files.createSymbolicLink(folder.resolve("result.json.tmp"), full);
    Failure failure = assertThrows(Failure.class, () -> ResultFile.write(SAMPLE, file));
    assertEquals("cannot write " + file + ": No space left on device", failure.getMessage());
    assertEquals("former", Files.readString(file));
    assertFalse(Files.exists(folder.resolve("result.json.tmp")));
  }

  @Test
  void saysThatAFolderIsNone() throws IOException {
    Path occupied = Files.writeString(folder.resolve("report"), "");
    Path file = occupied.resolve("result.json");
    Failure failure = assertThrows(Failure.class, () -> ResultFile.write(SAMPLE, file));
    String message = String.valueOf(failure.getMessage());
    assertTrue(message.startsWith("cannot write " + file + ": "), message);
  }

  @Test
  void csvHasARowPerIteration() throws IOException {
    Path file = folder.resolve("result.csv");
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      ResultFile.writeCsv(SAMPLE, file);
    } finally {
      Locale.setDefault(before);
    }
    List<String> lines = Files.readAllLines(file);
    int iterations =
        SAMPLE.measurements().stream()
            .flatMap(m -> m.forks().stream())
            .mapToInt(f -> f.nanos().size())
            .sum();
    assertEquals(1 + iterations, lines.size());
    assertEquals(
        "question,operation,variant,threads,contender,round,iteration,nanos,achieved,limit,unit,"
            + "bytesPerCall",
        lines.get(0));
    double nanos = SAMPLE.measurements().get(0).forks().get(0).nanos().get(0);
    double limit = SAMPLE.measurements().get(0).forks().get(0).limits().get(0);
    assertEquals(
        "\"exp 4096\",EXP,PLAIN,1,Lanewise,0,0,%s,%s,%s,GB/s,0.0"
            .formatted(nanos, 8 * 4096 / nanos, limit),
        lines.get(1));
    assertTrue(
        lines.stream().anyMatch(line -> line.startsWith("\"qk 2048x2048x128, 2 threads\",QK,")));
  }

  private static BenchResult with(Fork fork) {
    return SampleResult.with(
        List.of(new Measurement("exp 4096", "Lanewise", 0, List.of(fork))), SAMPLE.disturbance());
  }

  private static String failure(String text) {
    Failure failure = assertThrows(Failure.class, () -> ResultFile.fromJson(text, "here"));
    return String.valueOf(failure.getMessage());
  }
}
