package io.github.lanewise.bench.experiments;

import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.Chart;
import io.github.lanewise.bench.page.Chart.Point;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.page.Table;
import io.github.lanewise.bench.stage.Text;
import io.github.lanewise.bench.training.Weighting;
import io.github.lanewise.classification.TemperatureScaling.Bin;
import io.github.lanewise.classification.TemperatureScaling.Calibration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The curves of the experiments, each the mean over the seeds with the spread. */
final class ExperimentSections {
  private static final int GOOD = 0;
  private static final int WRONG = 8;

  /** Points of a curve of single steps. */
  private static final int POINTS = 60;

  private final Plan plan;
  private final Figures figures;

  private ExperimentSections(Plan plan, Map<Setting, List<RunResult>> results) {
    this.plan = plan;
    figures = new Figures(plan, results);
  }

  /** Adds the four sections. */
  static void draw(Page page, Plan plan, Map<Setting, List<RunResult>> results) {
    ExperimentSections sections = new ExperimentSections(plan, results);
    String seeds = plan.seeds().size() == 1 ? "One run each." : plan.seeds().size() + " runs each.";
    page.section(
        "With 1/√d and without it",
        "A transformer that learns to guess the next character of a text, with heads of several"
            + " sizes: its loss on text that it has not seen, the entropy of its attention, and the"
            + " norm of the gradient. "
            + seeds,
        sections::scale);
    page.section(
        "Softmax, and what is set beside it",
        "The same model with other weights than softmax, as their formulas have it.",
        sections::weightings);
    page.section(
        "Temperatures that heads learn",
        "Each head learns the logarithm of its temperature, from 0 on.",
        out -> table(out, Figures.temperatureHead(), sections.figures.temperatures()));
    page.section(
        "Calibration",
        "A model that was trained too long on too little text is too sure of itself; one"
            + " temperature, fitted to text that it has not seen, mends that.",
        sections::calibration);
  }

  private void scale(Markup out) {
    for (int dim : plan.dims()) {
      Setting with = plan.scale(dim, true);
      Setting without = plan.scale(dim, false);
      Series good = new Series("with 1/√d", GOOD);
      Series wrong = new Series("without", WRONG);
      Chart loss = new Chart(steps(), new Axis("loss, nats", Axis.Kind.LINEAR));
      loss.line(curve(good, with, RunResult::validation, Trial.VALIDATION_EVERY));
      loss.line(curve(wrong, without, RunResult::validation, Trial.VALIDATION_EVERY));
      Chart norm = new Chart(steps(), new Axis("norm of the gradient", Axis.Kind.LOGARITHMIC));
      norm.line(curve(good, with, this::norms, every()));
      norm.line(curve(wrong, without, this::norms, every()));
      Chart entropy = new Chart(steps(), new Axis("entropy, nats", Axis.Kind.FROM_ZERO));
      for (int l = 0; l < plan.layers(); l++) {
        int layer = l;
        Series scaled = new Series("layer " + (l + 1), l);
        Series bare = new Series("layer " + (l + 1) + ", without", l + 4);
        entropy.line(curve(scaled, with, run -> entropies(run, layer), Trial.EVERY));
        entropy.line(curve(bare, without, run -> entropies(run, layer), Trial.EVERY));
      }
      out.open("div", "class", "columns");
      loss.draw(out, "d = " + dim + ": loss", "On text that it has not seen.");
      entropy.draw(out, "d = " + dim + ": entropy", "Mean over heads and characters.");
      norm.draw(out, "d = " + dim + ": gradient", "All parameters together.");
      out.close();
    }
    table(out, Figures.scaleHead(), figures.scale());
  }

  private void weightings(Markup out) {
    Chart loss = new Chart(steps(), new Axis("loss, nats", Axis.Kind.LINEAR));
    Chart norm = new Chart(steps(), new Axis("norm of the gradient", Axis.Kind.LOGARITHMIC));
    int look = 0;
    for (Weighting weighting : Weighting.values()) {
      Setting setting = plan.weighting(weighting);
      Series series = new Series(weighting.words(), look++);
      loss.line(curve(series, setting, RunResult::validation, Trial.VALIDATION_EVERY));
      norm.line(curve(series, setting, this::norms, every()));
    }
    out.open("div", "class", "columns");
    loss.draw(out, "Loss", "On text that it has not seen; a curve ends where one run failed.");
    norm.draw(out, "Gradient", "All parameters together.");
    out.close();
    table(out, Figures.weightingHead(), figures.weighting());
  }

  private void calibration(Markup out) {
    Chart diagram =
        new Chart(
            new Axis("confidence", Axis.Kind.FROM_ZERO),
            new Axis("share that is right", Axis.Kind.FROM_ZERO));
    Series ideal = new Series("calibrated", 2);
    diagram.line(List.of(new Point(ideal, 0, 0, ""), new Point(ideal, 1, 1, "")));
    for (RunResult run : figures.of(plan.overtrained()).subList(0, 1)) {
      Calibration fit = run.calibration();
      if (fit != null) {
        diagram.line(bins(new Series("before", WRONG), fit.binsBefore()));
        diagram.line(bins(new Series("after", GOOD), fit.binsAfter()));
      }
    }
    out.open("div", "class", "columns");
    diagram.draw(out, "Reliability", "Each point is a bin of answers of about one confidence.");
    out.close();
    table(out, Figures.calibrationHead(), figures.calibration());
  }

  private static List<Point> bins(Series series, List<Bin> bins) {
    List<Point> points = new ArrayList<>();
    for (Bin bin : bins) {
      if (bin.count() > 0) {
        points.add(
            new Point(series, bin.meanConfidence(), bin.accuracy(), bin.count() + " answers"));
      }
    }
    return points;
  }

  private static void table(Markup out, List<String> head, List<List<String>> rows) {
    Table table =
        new Table(
            head.getFirst(),
            String.join(
                ", ",
                head.subList(1, head.size()).stream().map(ExperimentSections::oneName).toList()));
    rows.forEach(table::row);
    table.draw(out);
  }

  /** A table takes the names of its columns with commas between them. */
  private static String oneName(String name) {
    return name.replace(", ", " ");
  }

  private static Axis steps() {
    return new Axis("step", Axis.Kind.FROM_ZERO);
  }

  private int every() {
    return Math.max(1, plan.steps() / POINTS);
  }

  /** Norms of the gradient, averaged over as many steps as there are from point to point. */
  private List<Double> norms(RunResult run) {
    List<Double> all = run.gradientNorm();
    List<Double> means = new ArrayList<>();
    for (int from = 0; from < all.size(); from += every()) {
      means.add(
          all.subList(from, Math.min(all.size(), from + every())).stream()
              .mapToDouble(x -> x)
              .average()
              .orElse(Double.NaN));
    }
    return means;
  }

  private static List<Double> entropies(RunResult run, int layer) {
    return run.entropy().stream().map(layers -> layers.get(layer)).toList();
  }

  private List<Point> curve(
      Series series, Setting setting, Function<RunResult, List<Double>> values, int every) {
    List<List<Double>> runs = figures.of(setting).stream().map(values).toList();
    int shortest = runs.stream().mapToInt(List::size).min().orElse(0);
    List<Point> points = new ArrayList<>();
    for (int i = 0; i < shortest; i++) {
      int at = i;
      Seeds seeds = Seeds.of(runs.stream().mapToDouble(run -> run.get(at)).toArray());
      int step = Math.min(i * every, setting.steps());
      points.add(
          new Point(
              series,
              step,
              seeds.mean(),
              seeds.least(),
              seeds.largest(),
              false,
              Text.format("%s, step %d: %s", series.name(), step, seeds.words("%.3g"))));
    }
    return points;
  }
}
