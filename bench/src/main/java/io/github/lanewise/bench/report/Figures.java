package io.github.lanewise.bench.report;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionText;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.result.BenchResult.Limit;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.result.Ratio;
import io.github.lanewise.bench.result.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A result, in the order in which the page asks for it. */
final class Figures {
  /** The one whom all others are compared with. */
  static final String LANEWISE = "Lanewise";

  private final BenchResult result;
  private final List<Series> contenders = new ArrayList<>();
  private final Map<String, Map<String, Cell>> cells = new LinkedHashMap<>();

  Figures(BenchResult result) {
    this.result = result;
    for (Measurement measurement : result.measurements()) {
      Cell cell = new Cell(measurement, QuestionText.parse(measurement.question()).orElse(null));
      if (cell.measured()) {
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
    List<Question> questions = new ArrayList<>();
    for (String id : cells.keySet()) {
      QuestionText.parse(id).filter(kind).ifPresent(questions::add);
    }
    return questions;
  }

  /** Who answered it, in the order of the contenders. */
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

  /** A limit of the machine; null if it was not measured. */
  @Nullable Limit limit(String name) {
    return result.limits().stream().filter(l -> l.name().equals(name)).findFirst().orElse(null);
  }
}
