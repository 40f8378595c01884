package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.machine.DisturbanceMeter;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.result.BenchResult.Missing;
import io.github.lanewise.bench.result.Ratio;
import io.github.lanewise.bench.result.Verdict;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run in a few lines of text. */
final class Summary {
  private Summary() {}

  static List<String> of(BenchResult result) {
    List<String> lines = new ArrayList<>();
    double noise = Verdict.noise(result.disturbance());
    lines.add(DisturbanceMeter.words(result.disturbance()));
    lines.add(
        result.rounds() < 2
            ? "Time of the others / time of Lanewise; one round has no interval, and names no winner:"
            : Text.format(
                "Time of the others / time of Lanewise (smallest to largest of %d rounds); a"
                    + " difference within %.0f %% names no winner:",
                result.rounds(), 100 * noise));
    Map<String, List<Measurement>> questions = new LinkedHashMap<>();
    for (Measurement measurement : result.measurements()) {
      questions
          .computeIfAbsent(measurement.question(), question -> new ArrayList<>())
          .add(measurement);
    }
    questions.forEach((question, measured) -> addQuestion(lines, question, measured, noise));
    for (Missing missing : result.missing()) {
      lines.add(
          Text.format(
              "Missing: %s%s: %s",
              missing.contender(),
              missing.question().isEmpty() ? "" : " at " + missing.question(),
              missing.reason()));
    }
    return lines;
  }

  private static void addQuestion(
      List<String> lines, String question, List<Measurement> measured, double noise) {
    for (Measurement base : measured) {
      if (base.contender().equals(Contender.LANEWISE)) {
        List<String> ratios =
            measured.stream()
                .filter(other -> !other.equals(base))
                .map(other -> ratio(other, base, noise))
                .toList();
        lines.add(
            "  " + question + ": " + (ratios.isEmpty() ? "alone" : String.join(", ", ratios)));
        return;
      }
    }
    lines.add("  " + question + ": without Lanewise");
  }

  private static String ratio(Measurement other, Measurement base, double noise) {
    Ratio ratio = Ratio.of(other, base);
    Verdict verdict = Verdict.of(ratio, noise);
    if (verdict == Verdict.NO_INTERVAL) {
      return Text.format("%s %.2f", other.contender(), ratio.value());
    }
    String winner = verdict == Verdict.NO_WINNER ? "no winner, " : "";
    return Text.format(
        "%s %s%.2f (%.2f to %.2f)",
        other.contender(), winner, ratio.value(), ratio.low(), ratio.high());
  }
}
