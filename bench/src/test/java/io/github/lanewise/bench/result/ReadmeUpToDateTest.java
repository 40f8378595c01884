package io.github.lanewise.bench.result;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * README and docs show the result that is stored beside them: what {@code mvn -Preadme} makes of
 * it.
 */
final class ReadmeUpToDateTest {
  private static final Path PROJECT = Path.of("..");
  private static final String REMEDY = "run mvn -Preadme";

  @Test
  void blockIsThatOfTheStoredResult() throws IOException {
    String readme = Files.readString(PROJECT.resolve(ReadmePerformance.README));
    assertEquals(ReadmePerformance.readme(readme, stored()), readme, REMEDY);
  }

  @Test
  void tableIsThatOfTheStoredResult() throws IOException {
    String document = Files.readString(PROJECT.resolve(ReadmePerformance.DOCUMENT));
    assertEquals(ReadmePerformance.document(document, stored()), document, REMEDY);
  }

  @Test
  void pictureIsThatOfTheStoredResult() throws IOException {
    String picture = Files.readString(PROJECT.resolve(ReadmePerformance.PICTURE));
    assertEquals(ReadmePerformance.picture(stored()), picture, REMEDY);
  }

  private static BenchResult stored() {
    return ResultFile.read(PROJECT.resolve(ReadmePerformance.RESULT));
  }
}
