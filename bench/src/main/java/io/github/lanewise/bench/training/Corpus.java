package io.github.lanewise.bench.training;

import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The text: sources of Apache Commons Math with their Javadoc, from its Maven artifact (Apache
 * License 2.0), as numbers of characters.
 */
public final class Corpus {
  private static final String FOLDER = "org/apache/commons/math3/";

  /** English for the most part, of many subjects. */
  private static final List<String> FILES =
      List.of(
          "stat/inference/TestUtils.java",
          "linear/AbstractRealMatrix.java",
          "ode/AbstractIntegrator.java",
          "util/MathArrays.java",
          "stat/descriptive/DescriptiveStatistics.java",
          "distribution/AbstractIntegerDistribution.java",
          "optim/nonlinear/vector/jacobian/LevenbergMarquardtOptimizer.java",
          "random/RandomDataGenerator.java",
          "geometry/euclidean/threed/Rotation.java",
          "complex/Complex.java",
          "analysis/polynomials/PolynomialsUtils.java",
          "fitting/GaussianFitter.java",
          "filter/KalmanFilter.java",
          "ml/clustering/DBSCANClusterer.java",
          "genetics/GeneticAlgorithm.java",
          "stat/StatUtils.java");

  private static final char OTHER = '?';
  private static final char FIRST = ' ';
  private static final char LAST = '~';
  private static final int NEW_LINE = 0;

  /** Line ends, and the printable characters of ASCII. */
  public static final int VOCABULARY = LAST - FIRST + 2;

  private final int[] tokens;

  private Corpus(int[] tokens) {
    this.tokens = tokens;
  }

  /** Reads the text; the files' licence, the same in each, is left out. */
  public static Corpus read() {
    StringBuilder text = new StringBuilder();
    for (String file : FILES) {
      String source = file(file);
      text.append(source.substring(Math.max(0, source.indexOf("package "))));
    }
    return of(text.toString());
  }

  /** The numbers of a text's characters. */
  static Corpus of(String text) {
    int[] tokens = new int[text.length()];
    for (int i = 0; i < tokens.length; i++) {
      char c = text.charAt(i);
      c = c == '\n' || (c >= FIRST && c <= LAST) ? c : OTHER;
      tokens[i] = c == '\n' ? NEW_LINE : c - FIRST + 1;
    }
    return new Corpus(tokens);
  }

  private static String file(String name) {
    try (InputStream in = Corpus.class.getClassLoader().getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        throw new Failure(
            name
                + " is not on the class path. It is part of the artifact"
                + " org.apache.commons:commons-math3:sources, which mvn -Pexperiments downloads.");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r", "");
    } catch (IOException e) {
      throw new Failure("cannot read " + name, e);
    }
  }

  /** How many characters there are. */
  public int length() {
    return tokens.length;
  }

  /** A part of the text. */
  public Corpus part(int from, int to) {
    return new Corpus(Arrays.copyOfRange(tokens, from, to));
  }

  /** Copies a sequence to row {@code at} on, and what follows each of its characters. */
  void read(int start, int length, int[] characters, int[] next, int at) {
    System.arraycopy(tokens, start, characters, at, length);
    System.arraycopy(tokens, start + 1, next, at, length);
  }
}
