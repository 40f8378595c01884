package io.github.lanewise.bench.report;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.result.Ratio;
import io.github.lanewise.bench.result.Share;
import io.github.lanewise.bench.result.Statistics;
import io.github.lanewise.bench.result.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A result, in the order in which the page asks for it. */
final class Figures {
  /** The contender that all others are compared with. */
  static final String LANEWISE = "Lanewise";

  private final BenchResult result;
  private final List<Series> contenders = new ArrayList<>();
  private final Map<String, Map<String, Cell>> cells = new LinkedHashMap<>();

  /**
   * What one contender took for one question. A spread is from the smallest to the largest median
   * of a fork.
   *
   * @param question null if its id is of a form that this version does not know
   */
  record Cell(Measurement measurement, @Nullable Question question) {
    String contender() {
      return measurement.contender();
    }

    /** The median of all iterations; NaN if there is none. */
    double nanos() {
      return median(Fork::nanos);
    }

    /** The smallest and the largest median of a fork. */
    double[] spread() {
      double[] medians =
          measurement.forks().stream()
              .filter(fork -> !fork.nanos().isEmpty())
              .mapToDouble(fork -> Statistics.median(fork.nanos()))
              .sorted()
              .toArray();
      return new double[] {medians[0], medians[medians.length - 1]};
    }

    /** NaN if the question is not known. */
    double nanosPerElement(double nanos) {
      return question == null ? Double.NaN : nanos / question.elements();
    }

    /** GFLOP/s or GB/s; NaN if the question is not known. */
    double achieved(double nanos) {
      return question == null ? Double.NaN : question.achieved(nanos);
    }

    /** The limit beside it, by as many threads as it has. */
    double limit() {
      return median(Fork::limits);
    }

    /** Achieved as a share of the limit beside it; NaN if one of them is not known. */
    double share() {
      return question == null ? Double.NaN : Share.ofLimit(question, measurement);
    }

    /** The largest of its forks; NaN where none told. */
    double bytesPerCall() {
      return measurement.forks().stream()
          .mapToDouble(Fork::bytesPerCall)
          .filter(Double::isFinite)
          .max()
          .orElse(Double.NaN);
    }

    private double median(Function<Fork, List<Double>> values) {
      List<Double> all =
          finite(
              measurement.forks().stream().flatMap(fork -> values.apply(fork).stream()).toList());
      return all.isEmpty() ? Double.NaN : Statistics.median(all);
    }
  }

  Figures(BenchResult result) {
    this.result = result;
    for (Measurement measurement : result.measurements()) {
      Cell cell = new Cell(measurement, Question.parse(measurement.question()).orElse(null));
      if (Double.isFinite(cell.nanos())) {
        cells
            .computeIfAbsent(measurement.question(), id -> new LinkedHashMap<>())
            .put(measurement.contender(), cell);
      }
    }
    Set<String> names = new LinkedHashSet<>(List.of(LANEWISE));
    result.contenders().forEach(contender -> names.add(contender.name()));
    result.measurements().forEach(measurement -> names.add(measurement.contender()));
    result.ulps().forEach(histogram -> names.add(histogram.contender()));
    for (String name : names) {
      contenders.add(new Series(name, contenders.size()));
    }
  }

  BenchResult result() {
    return result;
  }

  /** Everybody that the result names; Lanewise first, looking the same in every picture. */
  List<Series> contenders() {
    return contenders;
  }

  /** Everybody but Lanewise. */
  List<Series> others() {
    return contenders.subList(1, contenders.size());
  }

  Series series(String name) {
    return contenders.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
  }

  /** Ids of the questions that were answered, in the order of the result. */
  List<String> ids() {
    return List.copyOf(cells.keySet());
  }

  /** The answered questions of a kind, in the order of the result. */
  List<Question> questions(Predicate<Question> kind) {
    return ids().stream().flatMap(id -> Question.parse(id).filter(kind).stream()).toList();
  }

  /** The answers to a question, in the order of the contenders. */
  List<Cell> cells(String id) {
    List<Cell> answers = new ArrayList<>();
    for (Series contender : contenders) {
      Cell cell = cell(id, contender.name());
      if (cell != null) {
        answers.add(cell);
      }
    }
    return answers;
  }

  @Nullable Cell cell(String id, String contender) {
    return cells.getOrDefault(id, Map.of()).get(contender);
  }

  /** The other's time over Lanewise's; null where they have no round in common. */
  @Nullable Ratio ratio(String id, String other) {
    Cell mine = cell(id, LANEWISE);
    Cell theirs = cell(id, other);
    if (mine == null || theirs == null) {
      return null;
    }
    Ratio ratio = Ratio.of(theirs.measurement(), mine.measurement());
    return Double.isNaN(ratio.value()) ? null : ratio;
  }

  /** Which difference is none in this run. */
  double noise() {
    return Verdict.noise(result.disturbance());
  }

  Verdict verdict(Ratio ratio) {
    return Verdict.of(ratio, noise());
  }

  /** Those that are a number, in ascending order. */
  static List<Double> finite(List<Double> values) {
    return values.stream().filter(Double::isFinite).sorted().toList();
  }
}
