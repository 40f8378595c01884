package io.github.lanewise.bench.comparison;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/**
 * Somebody who answers questions: Lanewise itself, the oracle, a plain loop, a native library.
 * Found by {@link java.util.ServiceLoader}; must be cheap to construct, and load nothing native
 * before {@link #prepare}.
 */
public interface Contender {
  /** The name of the contender with which the others are compared. */
  String LANEWISE = "Lanewise";

  /** All on the class path; Lanewise comes first. */
  static List<Contender> all() {
    return ServiceLoader.load(Contender.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(contender -> !contender.isLanewise())) // stable
        .toList();
  }

  /** Whether the others are compared with it. */
  default boolean isLanewise() {
    return name().equals(LANEWISE);
  }

  /** A short name for pictures and tables, such as {@code ONNX Runtime}. */
  String name();

  /** What exactly runs: library, version, function, settings; one line. */
  String description();

  /** Whether it can answer at all; false is no failure and is not reported as one. */
  boolean answers(Question question);

  /** Options of the JVM that it needs. */
  default List<String> jvmArguments() {
    return List.of();
  }

  /**
   * Gets everything ready, so that {@link Run#run} does nothing but the work.
   *
   * @throws Exception if it cannot; also {@link LinkageError}, where a native library is missing
   */
  Run prepare(Question question, QuestionData data) throws Exception;

  /** One prepared computation. */
  interface Run extends AutoCloseable {
    /** Computes; what it writes stays until the next call. */
    void run();

    /**
     * Overwrites what the last {@link #run} wrote with NaN, or lets go of it where every call has
     * an output of its own: so the check sees whether the next call does the work again.
     */
    void spoil();

    /** A row-major copy of what {@link #run} wrote; one element for a reduction. */
    float[] result();

    /** Lets go of everything, threads included. */
    @Override
    void close();
  }
}
