package io.github.lanewise.packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * README and docs: every Java block compiles and runs, every command is CI's, every link leads
 * somewhere.
 */
@Tag("once")
class DocumentationTest {
  private static final Path PROJECT = Path.of(System.getProperty("basedir", "")).resolve("..");
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern COMMAND =
      Pattern.compile("(?<![\\w/.])mvn -[^`#\n|]*|(?<![\\w/.])mvn [a-z:-]+[^`#\n|]*");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]*)(#[^)]*)?\\)");

  /** Commands that CI does not call as they stand, and why. */
  private static final Set<String> NAMED =
      Set.of(
          "mvn -Plong verify", // CI leaves out what its first step has checked
          "mvn -Pgate", // with another JVM to compare with: .ci/jdks/newer
          "mvn -pl kernel -am test", // a part of verify
          "mvn package", // the same
          "mvn install", // verify, and a copy into the local repository
          "mvn -Preadme", // ReadmeUpToDateTest compares what it writes
          "mvn -Pbench,peers", // half an hour; CI runs the contenders on small questions: step
          // peers
          "mvn -Pbench", // CI runs it with --quick
          "mvn -Pexperiments", // a quarter of an hour; the demo trains a few of its models
          "mvn -Pjmh", // the benchmarks of docs/performance.md, by hand: figures need a quiet
          // machine
          "mvn spotless:apply", // verify checks what it writes
          "mvn spring-boot:run"); // a user's

  record Block(String document, int line, String code) {
    @Override
    public String toString() {
      return document + ":" + line;
    }
  }

  private static List<Path> documents() throws IOException {
    List<Path> all = new ArrayList<>(List.of(PROJECT.resolve("README.md")));
    try (Stream<Path> docs = Files.list(PROJECT.resolve("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(all::add);
    }
    return all;
  }

  static List<Block> blocks() throws IOException {
    List<Block> blocks = new ArrayList<>();
    for (Path document : documents()) {
      String text = Files.readString(document);
      Matcher matcher = BLOCK.matcher(text);
      while (matcher.find()) {
        int line = (int) text.substring(0, matcher.start()).lines().count() + 1;
        blocks.add(new Block(document.getFileName().toString(), line, matcher.group(1)));
      }
    }
    assertTrue(blocks.size() >= 6, "only " + blocks.size() + " blocks");
    return blocks;
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void everyJavaBlockCompilesAndRuns(Block block, @TempDir Path classes) throws Exception {
    String imports =
        block.code.lines().filter(l -> l.startsWith("import ")).collect(Collectors.joining("\n"));
    String statements =
        block.code.lines().filter(l -> !l.startsWith("import ")).collect(Collectors.joining("\n"));
    String unit =
        imports
            + "\npublic class Block { public static void run() throws Exception {\n"
            + statements
            + "\n} }\n";
    Path source = Files.writeString(classes.resolve("Block.java"), unit);
    Path complaints = classes.resolve("javac.log");
    Process compiler =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                source.toString())
            .redirectErrorStream(true)
            .redirectOutput(complaints.toFile())
            .start();
    int code = compiler.waitFor();
    assertEquals(0, code, () -> block + "\n" + read(complaints));
    URL[] path = {classes.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(path, getClass().getClassLoader())) {
      loader.setDefaultAssertionStatus(true);
      loader.loadClass("Block").getMethod("run").invoke(null);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyCommandIsOneThatCiRunsOrThatIsNamedHere() throws IOException {
    StringBuilder ci = new StringBuilder(Files.readString(PROJECT.resolve(".ci/run")));
    try (Stream<Path> scripts = Files.walk(PROJECT.resolve(".ci/jdks"))) {
      for (Path script : scripts.filter(Files::isRegularFile).toList()) {
        ci.append(Files.readString(script));
      }
    }
    Set<String> unknown = new TreeSet<>();
    int seen = 0;
    List<Path> all = new ArrayList<>(documents());
    all.add(PROJECT.resolve("CONTRIBUTING.md"));
    for (Path document : all) {
      Matcher matcher = COMMAND.matcher(Files.readString(document));
      while (matcher.find()) {
        String command = matcher.group().strip().replaceAll("[\\s,.;:)]+$", "");
        seen++;
        String quiet = command.replace("mvn ", "mvn -B -ntp ");
        boolean named =
            NAMED.stream().anyMatch(n -> command.equals(n) || command.startsWith(n + " "));
        if (!named && !ci.toString().contains(quiet)) {
          unknown.add(document.getFileName() + ": " + command);
        }
      }
    }
    assertTrue(seen > 10, "only " + seen + " commands");
    assertEquals(Set.of(), unknown);
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    Set<String> broken = new TreeSet<>();
    List<Path> all = new ArrayList<>(documents());
    all.add(PROJECT.resolve("CONTRIBUTING.md"));
    for (Path document : all) {
      Matcher matcher = LINK.matcher(Files.readString(document));
      while (matcher.find()) {
        String target = matcher.group(1);
        String anchor = matcher.group(2);
        Path file = target.isEmpty() ? document : document.resolveSibling(target);
        if (!target.contains("://")
            && (!Files.exists(file) || (anchor != null && !anchors(file).contains(anchor)))) {
          broken.add(document.getFileName() + ": " + matcher.group());
        }
      }
    }
    assertEquals(Set.of(), broken);
  }

  /** The anchors of a page's headings, as GitHub makes them. */
  private static Set<String> anchors(Path page) throws IOException {
    return Files.readString(page)
        .lines()
        .filter(line -> line.startsWith("#"))
        .map(line -> line.replaceFirst("^#+ ", "").toLowerCase(Locale.ROOT))
        .map(heading -> "#" + heading.replaceAll("[^\\p{L}\\p{N} -]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  @Test
  void readmeIsReadInTwoMinutes() throws IOException {
    long lines = Files.readString(PROJECT.resolve("README.md")).lines().count();
    assertTrue(lines <= 100, lines + " lines");
  }
}
