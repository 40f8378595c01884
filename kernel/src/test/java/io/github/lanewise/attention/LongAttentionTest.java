package io.github.lanewise.attention;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanewise;
import io.github.lanewise.reference.ReferenceAttention;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.commons.math3.util.FastMath;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Memory does not grow with queryLength · keyLength: 8 heads of 65536 rows run in 1 GiB, of which
 * the operands take half. One matrix of scores would take 16 GiB.
 */
@Tag("long")
class LongAttentionTest {

  /** The bound that Attention states for unit variance; observed: 2e-8. */
  private static final double MOST = 1.5e-6;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"all", "5000"})
  void runsInOneGibibyte(String visible) throws Exception {
    File out = directory.resolve("out").toFile();
    File err = directory.resolve("err").toFile();
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "--add-modules=jdk.incubator.vector",
            "-cp",
            root(Lanewise.class)
                + File.pathSeparator
                + root(LongAttentionMain.class)
                + File.pathSeparator
                + root(ReferenceAttention.class)
                + File.pathSeparator
                + root(FastMath.class),
            LongAttentionMain.class.getName(),
            visible);
    Process process = new ProcessBuilder(command).redirectOutput(out).redirectError(err).start();
    assertTrue(process.waitFor(20, TimeUnit.MINUTES), "no end of " + command);
    String warnings = Files.readString(err.toPath(), UTF_8);
    assertEquals(0, process.exitValue(), () -> command + " failed: " + warnings);
    String[] figures = Files.readString(out.toPath(), UTF_8).trim().split(" ", -1);
    double error = Double.parseDouble(figures[0]);
    System.out.printf(
        Locale.ROOT,
        "8 heads of 65536 rows x 64, %s keys before its own visible to a query: error %.2g·max|v|,"
            + " %s s%n",
        visible,
        error,
        figures[1]);
    assertTrue(error <= MOST, "error is " + error + " of max|v|");
  }

  private static Path root(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
