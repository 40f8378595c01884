package io.github.lanewise.bench.experiments;

import io.github.lanewise.bench.stage.Text;
import io.github.lanewise.bench.training.Weighting;
import io.github.lanewise.classification.TemperatureScaling.Calibration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What came out, in tables: for each setting the mean over the seeds, the least and the largest.
 */
final class Figures {
  /** Steps over which a gradient's norm is averaged, at the end. */
  private static final int LAST_STEPS = 50;

  private final Plan plan;
  private final Map<Setting, List<RunResult>> results;

  Figures(Plan plan, Map<Setting, List<RunResult>> results) {
    this.plan = plan;
    this.results = results;
  }

  List<RunResult> of(Setting setting) {
    return Objects.requireNonNull(results.get(setting), setting.name());
  }

  private Seeds seeds(Setting setting, ToDoubleFunction<RunResult> figure) {
    return Seeds.of(of(setting), figure);
  }

  Seeds validation(Setting setting) {
    return seeds(setting, RunResult::finalValidation);
  }

  /** All tables as Markdown. */
  String markdown() {
    StringBuilder out = new StringBuilder();
    add(out, scaleHead(), scale());
    add(out, weightingHead(), weighting());
    add(out, temperatureHead(), temperatures());
    add(out, calibrationHead(), calibration());
    return out.append(time()).append('\n').toString();
  }

  private String time() {
    List<RunResult> all = results.values().stream().flatMap(List::stream).toList();
    double seconds = all.stream().mapToDouble(RunResult::seconds).sum();
    return Text.format("%d runs took %.0f seconds of a processor.", all.size(), seconds);
  }

  private static void add(StringBuilder out, List<String> head, List<List<String>> rows) {
    out.append(line(head)).append("|---".repeat(head.size())).append("|\n");
    rows.forEach(row -> out.append(line(row)));
    out.append('\n');
  }

  private static String line(List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  static List<String> scaleHead() {
    return List.of(
        "heads",
        "loss at the end",
        "steps to the other's last loss",
        "entropy, first layer",
        "entropy at the end",
        "gradient norm, first step",
        "gradient norm, last steps");
  }

  List<List<String>> scale() {
    List<List<String>> rows = new ArrayList<>();
    for (int dim : plan.dims()) {
      for (boolean scaled : new boolean[] {true, false}) {
        Setting setting = plan.scale(dim, scaled);
        Setting other = plan.scale(dim, !scaled);
        List<Double> steps = new ArrayList<>();
        for (int s = 0; s < of(setting).size(); s++) {
          steps.add(stepsTo(of(setting).get(s), of(other).get(s).finalValidation()));
        }
        rows.add(
            List.of(
                Text.format("d = %d%s", dim, scaled ? ", by √d" : ", not scaled"),
                validation(setting).words("%.3f"),
                Seeds.of(steps.stream().mapToDouble(x -> x).toArray()).words("%.0f"),
                seeds(setting, run -> run.entropy().getFirst().getFirst()).words("%.2f"),
                seeds(setting, Figures::lastEntropy).words("%.2f"),
                seeds(setting, run -> run.gradientNorm().getFirst()).words("%.2f"),
                seeds(setting, Figures::lastNorm).words("%.2f")));
      }
    }
    return rows;
  }

  /** The step at which validation first was as low, between two looks on a line; NaN: never. */
  static double stepsTo(RunResult run, double loss) {
    List<Double> all = run.validation();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i) <= loss) {
        double before = i == 0 ? all.get(i) : all.get(i - 1);
        double share = i == 0 || before == all.get(i) ? 0 : (before - loss) / (before - all.get(i));
        return i == 0 ? 0 : (i - 1 + share) * Trial.VALIDATION_EVERY;
      }
    }
    return Double.NaN;
  }

  private static double lastEntropy(RunResult run) {
    return run.entropy().getLast().stream().mapToDouble(x -> x).average().orElse(Double.NaN);
  }

  private static double lastNorm(RunResult run) {
    List<Double> norms = run.gradientNorm();
    return norms.subList(Math.max(0, norms.size() - LAST_STEPS), norms.size()).stream()
        .mapToDouble(x -> x)
        .average()
        .orElse(Double.NaN);
  }

  static List<String> weightingHead() {
    return List.of(
        "weights",
        "runs that failed",
        "at step",
        "loss at the end",
        "against softmax",
        "largest gradient norm");
  }

  List<List<String>> weighting() {
    List<List<String>> rows = new ArrayList<>();
    for (Weighting weighting : Weighting.values()) {
      rows.add(weighting(weighting.words(), plan.weighting(weighting), plan.scale(Plan.DIM, true)));
    }
    rows.add(
        weighting("unshifted, d = 64 not scaled", plan.unshiftedUnscaled(), plan.scale(64, false)));
    return rows;
  }

  private List<String> weighting(String words, Setting setting, Setting softmax) {
    List<RunResult> runs = of(setting);
    List<RunResult> failed = runs.stream().filter(run -> run.failedAt() >= 0).toList();
    double excess = validation(setting).mean() / validation(softmax).mean() - 1;
    return List.of(
        words,
        failed.size() + " of " + runs.size(),
        failed.stream().map(run -> "" + (run.failedAt() + 1)).collect(Collectors.joining(", ")),
        failed.isEmpty() ? validation(setting).words("%.3f") : "no number",
        failed.isEmpty() ? Text.format("%+.1f %%", 100 * excess) : "",
        seeds(setting, Figures::largestNorm).words("%.3g"));
  }

  private static double largestNorm(RunResult run) {
    return run.gradientNorm().stream().filter(Double::isFinite).mapToDouble(x -> x).max().orElse(0);
  }

  static List<String> temperatureHead() {
    return List.of("", "mean over the heads", "least head", "largest head", "loss at the end");
  }

  List<List<String>> temperatures() {
    List<List<String>> rows = new ArrayList<>();
    List<RunResult> runs = of(plan.temperatures());
    for (int l = 0; l < plan.layers(); l++) {
      int layer = l;
      rows.add(
          List.of(
              "layer " + (layer + 1),
              Seeds.of(runs, run -> heads(run, layer).mean()).words("%.3f"),
              Seeds.of(runs, run -> heads(run, layer).least()).words("%.3f"),
              Seeds.of(runs, run -> heads(run, layer).largest()).words("%.3f"),
              ""));
    }
    rows.add(List.of("learned", "", "", "", validation(plan.temperatures()).words("%.4f")));
    rows.add(
        List.of("fixed at 1", "", "", "", validation(plan.scale(Plan.DIM, true)).words("%.4f")));
    return rows;
  }

  static Seeds heads(RunResult run, int layer) {
    return Seeds.of(run.temperatures().get(layer).stream().mapToDouble(x -> x).toArray());
  }

  static List<String> calibrationHead() {
    return List.of("", "before", "after");
  }

  List<List<String>> calibration() {
    List<RunResult> runs =
        of(plan.overtrained()).stream().filter(run -> run.calibration() != null).toList();
    return List.of(
        List.of("temperature", "1", Seeds.of(runs, run -> fit(run).temperature()).words("%.3f")),
        List.of(
            "loss, where it was fitted",
            Seeds.of(runs, run -> fit(run).lossBefore()).words("%.3f"),
            Seeds.of(runs, run -> fit(run).lossAfter()).words("%.3f")),
        List.of(
            "loss on other text",
            Seeds.of(runs, RunResult::checkedBefore).words("%.3f"),
            Seeds.of(runs, RunResult::checkedAfter).words("%.3f")),
        List.of(
            "expected calibration error",
            Seeds.of(runs, run -> fit(run).calibrationErrorBefore()).words("%.4f"),
            Seeds.of(runs, run -> fit(run).calibrationErrorAfter()).words("%.4f")));
  }

  private static Calibration fit(RunResult run) {
    return Objects.requireNonNull(run.calibration());
  }
}
