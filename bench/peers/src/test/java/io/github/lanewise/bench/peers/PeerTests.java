package io.github.lanewise.bench.peers;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.OracleCheck;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What holds for every native peer; a class of its own for each, for each needs its own JVM. */
abstract class PeerTests {
  abstract Contender contender();

  /** Small questions of every kind that it answers. */
  abstract List<Question> questions();

  @TempDir Path folder;

  @Test
  void agreesWithTheOracle() throws Exception {
    Contender contender = contender();
    for (Question question : questions()) {
      assertTrue(contender.answers(question), question.id());
      QuestionData data = QuestionData.of(question);
      try (Contender.Run run = contender.prepare(question, data)) {
        double error = new OracleCheck(question, data).run(run);
        System.out.println(
            String.format(
                Locale.ROOT,
                "%s, %s: error %.2g, limit %.2g",
                contender.name(),
                question.id(),
                error,
                OracleCheck.limit(question)));
      }
    }
  }

  @Test
  void anotherThreadMayRunWhatWasPrepared() throws Exception {
    Question question = questions().get(0);
    QuestionData data = QuestionData.of(question);
    OracleCheck check = new OracleCheck(question, data);
    try (Contender.Run run = contender().prepare(question, data)) {
      List<Throwable> failures = new ArrayList<>();
      Thread other = new Thread(() -> check.run(run));
      other.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
      other.start();
      other.join();
      assertTrue(failures.isEmpty(), failures.toString());
    }
  }

  @Test
  void loadsNothingBeforeItPrepares() throws Exception {
    Path cache = folder.resolve("cache");
    String said = fork("ask", "-Dorg.bytedeco.javacpp.cachedir=" + cache);
    assertTrue(said.contains("loaded []"), said);
    assertTrue(said.contains("answered"), said);
    assertFalse(Files.exists(cache), "nothing is unpacked either");
  }

  @Test
  void saysWhichPlatformHasNoLibrary() throws Exception {
    String said =
        fork(
            "prepare",
            "-Dorg.bytedeco.javacpp.platform=linux-none",
            "-Dorg.bytedeco.javacpp.cachedir=" + folder);
    assertTrue(said.contains("has no native library for linux-none on the class path"), said);
    assertTrue(said.contains(contender().name()), said);
  }

  @Test
  void saysWhereItCannotBeUnpacked() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Path cache = file.resolve("cache");
    String said = fork("prepare", "-Dorg.bytedeco.javacpp.cachedir=" + cache);
    assertTrue(said.contains("cannot be unpacked to " + cache), said);
  }

  private String fork(String task, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(PeerProgram.class.getName());
    command.addAll(List.of(contender().getClass().getName(), task));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }
}
