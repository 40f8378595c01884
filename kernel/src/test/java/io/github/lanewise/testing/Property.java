package io.github.lanewise.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.StackWalker.StackFrame;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a property on many drawn inputs. The seed is fixed, or taken from the system property {@code
 * lanewise.test.seed}. A failing input is printed with its seed and written to a file under
 * target/; {@code mvn test -Dtest=Class#method -Dlanewise.test.replay=file} runs the property on
 * that input alone.
 *
 * <p>{@code mvn verify} draws the first ninth of the inputs; {@code mvn -Plong verify}, which runs
 * the tests with the tag {@value #TAG}, sets {@code lanewise.test.cases} to {@code all}.
 */
public final class Property {
  static final String TAG = "property";

  private static final String CASES = "lanewise.test.cases";
  private static final int FEW = 20;
  private static final String SEED = "lanewise.test.seed";
  private static final String REPLAY = "lanewise.test.replay";
  private static final int PRINTED_LINE = 400;

  private final long seed;
  private final Path directory;
  private final @Nullable Path replay;

  Property(long seed, Path directory, @Nullable Path replay) {
    this.seed = seed;
    this.directory = directory;
    this.replay = replay;
  }

  /** Runs the body on so many inputs at most, under the name of the calling test. */
  public static void check(int cases, Consumer<Draw> body) {
    StackFrame caller =
        StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE)
            .walk(frames -> frames.skip(1).findFirst().orElseThrow());
    check(caller.getDeclaringClass(), caller.getMethodName(), cases, body);
  }

  static void check(Class<?> test, String method, int cases, Consumer<Draw> body) {
    String lanes = System.getProperty("lanewise.test.lanes", "any");
    String file = System.getProperty(REPLAY);
    new Property(
            Long.decode(System.getProperty(SEED, "0x1a2e315e")),
            Path.of("target", "property-failures", "lanes-" + lanes),
            file == null ? null : Path.of(file))
        .run(test.getSimpleName() + "." + method, share(cases), body);
  }

  /** How many of so many cases this run takes: all, or a ninth; a few are not divided. */
  public static int share(int cases) {
    return takesAll() ? cases : Math.min(cases, Math.max(FEW, cases / 9));
  }

  /** Whether this run takes all cases: {@code mvn -Plong verify}. */
  public static boolean takesAll() {
    return System.getProperty(CASES, "").equals("all");
  }

  void run(String name, int cases, Consumer<Draw> body) {
    if (replay != null && name.equals(nameIn(replay))) {
      List<String> lines = read(replay);
      attempt(name, "replay of " + replay, Draw.replaying(lines.subList(2, lines.size())), body);
      return;
    }
    SplittableRandom seeds = new SplittableRandom(seed ^ name.hashCode());
    for (int i = 0; i < cases; i++) {
      String origin = "case " + i + " of -D" + SEED + "=0x" + Long.toHexString(seed);
      attempt(name, origin, Draw.generating(seeds.nextLong()), body);
    }
  }

  private void attempt(String name, String origin, Draw draw, Consumer<Draw> body) {
    try {
      body.accept(draw);
    } catch (AssertionError | RuntimeException failure) {
      Path file = write(name, origin, draw.lines());
      StringBuilder message = new StringBuilder();
      message.append(name).append(" fails on ").append(origin).append(": ");
      message.append(failure).append("\nReplay: -Dtest=").append(name.replace('.', '#'));
      message.append(" -D").append(REPLAY).append('=').append(file).append("\nInput:");
      for (String line : draw.lines()) {
        message.append("\n  ").append(line, 0, Math.min(line.length(), PRINTED_LINE));
        message.append(line.length() > PRINTED_LINE ? " … (all of it in the file)" : "");
      }
      throw new AssertionError(message.toString(), failure);
    }
  }

  private Path write(String name, String origin, List<String> lines) {
    List<String> content = new ArrayList<>();
    content.add("property " + name);
    content.add("origin " + origin);
    content.addAll(lines);
    Path file = directory.resolve(name.replaceAll("[^A-Za-z0-9.]", "-") + ".txt").toAbsolutePath();
    try {
      Files.createDirectories(directory);
      return Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String nameIn(Path file) {
    return read(file).get(0).replaceFirst("property ", "");
  }

  private static List<String> read(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
