package io.github.lanewise.bench.demo;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  @Test
  void aFolderThatCannotBeWrittenIsNamedBeforeAnyWork(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("occupied"));
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    Failure failure =
        assertThrows(
            Failure.class, () -> Demo.run(Terminal.of(nowhere, false), file.resolve("demo")));
    assertTrue(String.valueOf(failure.getMessage()).contains(file.toString()));
  }
}
