package io.github.lanewise.bench.result;

import io.github.lanewise.bench.stage.Failure;
import java.nio.file.Path;

/**
 * Makes the README's section about speed, its picture, and the table of docs/performance.md of a
 * stored result: {@code mvn -Preadme}.
 */
public final class ReadmePerformance {
  static final String BEGIN = "<!-- performance: begin, made by mvn -Preadme -->\n";
  static final String END = "<!-- performance: end -->\n";

  /** The result that the README shows, below the project's folder. */
  static final String RESULT = "bench/results/reference.json";

  static final String PICTURE = "bench/pictures/performance.svg";
  static final String README = "README.md";
  static final String DOCUMENT = "docs/performance.md";

  private ReadmePerformance() {}

  /**
   * Rewrites README, document and picture.
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
    Path document = project.resolve(DOCUMENT);
    // first what can fail for its content, so that texts and picture are replaced all or none
    String brief = readme(TextFile.read(readme), result);
    String table = document(TextFile.read(document), result);
    TextFile.write(project.resolve(PICTURE), picture(result));
    TextFile.write(document, table);
    TextFile.write(readme, brief);
  }

  static String picture(BenchResult result) {
    return ReadmePicture.draw(new ReadmeFigures(result));
  }

  /** Returns the README with its block replaced. */
  static String readme(String text, BenchResult result) {
    return replaced(README, text, new ReadmeTable(result).brief(PICTURE, DOCUMENT));
  }

  /** Returns the document with its block replaced. */
  static String document(String text, BenchResult result) {
    return replaced(DOCUMENT, text, new ReadmeTable(result).markdown("../" + RESULT));
  }

  private static String replaced(String name, String text, String block) {
    int begin = only(name, text, BEGIN) + BEGIN.length();
    int end = only(name, text, END);
    if (end < begin) {
      throw new Failure(name + ": \"" + END.strip() + "\" stands before its beginning");
    }
    return text.substring(0, begin) + "\n" + block + "\n" + text.substring(end);
  }

  private static int only(String name, String text, String mark) {
    int at = text.indexOf(mark);
    if (at < 0 || text.indexOf(mark, at + 1) >= 0) {
      String how = at < 0 ? "does not have" : "has more than once";
      throw new Failure(name + " " + how + " the line \"" + mark.strip() + "\"");
    }
    return at;
  }
}
