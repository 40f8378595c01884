package io.github.lanewise.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is generated is, byte for byte, what its generator writes. */
@Tag("once")
class GeneratedKernelsTest {
  private static final Path BASE = Path.of(System.getProperty("basedir", ""));

  @ParameterizedTest
  @CsvSource({"GenerateKernels, vector", "GenerateDelegates, trial"})
  void whatIsCommittedIsWhatTheGeneratorWrites(String name, String room, @TempDir Path written)
      throws Exception {
    Path log = written.resolveSibling(written.getFileName() + ".log");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String generator = Path.of("src/build", name + ".java").toString();
    Process process =
        new ProcessBuilder(List.of(java, generator, written.toString()))
            .directory(BASE.toAbsolutePath().toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertTrue(process.waitFor(2, TimeUnit.MINUTES), "the generator does not end");
      assertEquals(0, process.exitValue(), Files.readString(log));
    } finally {
      process.destroyForcibly();
      Files.deleteIfExists(log);
    }
    Path committed =
        BASE.resolve("src/main/java/io/github/lanewise/internal/" + room + "/generated");
    assertEquals(files(written), files(committed));
  }

  private static Map<String, String> files(Path directory) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> list = Files.list(directory)) {
      for (Path file : list.toList()) {
        files.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    assertTrue(files.size() > 1, "no kernels in " + directory);
    return files;
  }
}
