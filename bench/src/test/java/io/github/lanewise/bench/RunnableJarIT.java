package io.github.lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The jar as it was built, in processes of its own and in an empty folder. */
class RunnableJarIT {
  private static final Path JAR = Path.of("target/lanewise-bench.jar").toAbsolutePath();
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  /** Of a class for Java 8. */
  private static final int JAVA_8 = 52;

  @TempDir private Path folder;

  private record Ended(int status, String output) {}

  private Ended run(String java, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(java, "-jar", JAR.toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }

  /** As the JVM itself tells it: {@code java.specification.version}. */
  private static String versionOfThePath() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("java", "-XshowSettings:properties", "-version")
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("java.specification.version = "))
        .map(line -> line.substring(line.indexOf('=') + 2))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theHelpNamesTheOptions() throws IOException, InterruptedException {
    Ended help = run(JAVA.toString(), "--help");
    assertEquals(0, help.status(), help.output());
    for (String option : List.of("--report", "--rounds", "--only", "--quick", "--help")) {
      assertTrue(help.output().contains(option), help.output());
    }
  }

  @Test
  void misuseHasItsStatus() throws IOException, InterruptedException {
    Ended misuse = run(JAVA.toString(), "--colour");
    assertEquals(2, misuse.status(), misuse.output());
    assertTrue(misuse.output().contains("--colour"), misuse.output());
  }

  @ParameterizedTest
  @CsvSource({"1.8, 1.8", "9, 9", "17, 17", "24, 24", "'', ''"})
  void anOlderJavaIsToldWhichItTakes(String version, String named) {
    assertEquals(
        "Lanewise's comparison needs Java 25 or newer, but this is Java " + named,
        Launcher.complaint(version));
  }

  @ParameterizedTest
  @CsvSource({"25", "28"})
  void aNewerJavaWillDo(String version) {
    assertNull(Launcher.complaint(version));
  }

  @Test
  void java8CanReadTheMainClass() throws IOException {
    try (JarFile jar = new JarFile(JAR.toFile())) {
      String main = jar.getManifest().getMainAttributes().getValue("Main-Class");
      assertEquals(Launcher.class.getName(), main);
      try (DataInputStream in =
          new DataInputStream(
              jar.getInputStream(jar.getEntry(main.replace('.', '/') + ".class")))) {
        in.readInt(); // the magic number
        in.readUnsignedShort(); // the minor version
        assertEquals(JAVA_8, in.readUnsignedShort());
      }
    }
  }

  /** Whichever Java the PATH has, which may be one that only Maven runs on. */
  @Test
  void theJavaOfThePathRunsItOrIsToldWhichItTakes() throws IOException, InterruptedException {
    Ended ended = run("java", "--help");
    if (Launcher.complaint(versionOfThePath()) == null) {
      assertEquals(0, ended.status(), ended.output());
      assertTrue(ended.output().startsWith("Usage: "), ended.output());
      return;
    }
    assertEquals(1, ended.status(), ended.output());
    assertEquals(1, ended.output().lines().count(), ended.output());
    assertTrue(ended.output().startsWith("Lanewise's comparison needs Java 25"), ended.output());
  }

  @Tag("long")
  @Test
  void aRunWritesAReportAndNamesItsCommand() throws IOException, InterruptedException {
    Ended run = run(JAVA.toString(), "--quick", "--only", "exp", "--contender", "Plain Java");
    assertEquals(0, run.status(), run.output());
    Path report = folder.resolve("report");
    assertTrue(Files.size(report.resolve("index.html")) > 10_000, run.output());
    String result = Files.readString(report.resolve("result.json"));
    assertTrue(
        result.contains(
            "java -jar lanewise-bench.jar --only exp --contender \\\"Plain Java\\\" --quick"),
        result);
    assertNotEquals(-1, result.indexOf("\"exp 4096\""), result);
  }
}
