package io.github.lanewise.bench.result;

import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes the README's section about performance, and its picture, of a stored result: {@code mvn
 * -Preadme}.
 */
public final class ReadmePerformance {
  static final String BEGIN = "<!-- performance: begin, made by mvn -Preadme -->\n";
  static final String END = "<!-- performance: end -->\n";

  /** The result that the README shows, below the project's folder. */
  static final String RESULT = "bench/results/reference.json";

  static final String PICTURE = "bench/pictures/performance.svg";
  static final String README = "README.md";

  private ReadmePerformance() {}

  /**
   * Rewrites README and picture.
   *
   * @param args the project's folder
   */
  public static void main(String[] args) {
    if (args.length != 1) {
      System.err.println("The only argument is the project's folder; there are " + args.length);
      System.exit(2);
    }
    try {
      rewrite(Path.of(args[0]));
    } catch (Failure e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }

  static void rewrite(Path project) {
    BenchResult result = ResultFile.read(project.resolve(RESULT));
    Path readme = project.resolve(README);
    // first what can fail for its content, so that text and picture are replaced both or not at all
    String text = readme(read(readme), result);
    AtomicFile.write(project.resolve(PICTURE), picture(result));
    AtomicFile.write(readme, text);
  }

  static String picture(BenchResult result) {
    return ReadmePicture.draw(new ReadmeFigures(result));
  }

  /** Returns the README with its block replaced. */
  static String readme(String text, BenchResult result) {
    int begin = only(text, BEGIN) + BEGIN.length();
    int end = only(text, END);
    if (end < begin) {
      throw new Failure(README + ": \"" + END.strip() + "\" stands before its beginning");
    }
    String block = new ReadmeTable(new ReadmeFigures(result)).markdown(RESULT, PICTURE);
    return text.substring(0, begin) + "\n" + block + "\n" + text.substring(end);
  }

  private static int only(String text, String mark) {
    int at = text.indexOf(mark);
    if (at < 0 || text.indexOf(mark, at + 1) >= 0) {
      String how = at < 0 ? "does not have" : "has more than once";
      throw new Failure(README + " " + how + " the line \"" + mark.strip() + "\"");
    }
    return at;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new Failure("cannot read " + file.toAbsolutePath() + ": " + AtomicFile.reason(e), e);
    }
  }
}
