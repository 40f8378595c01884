package io.github.lanewise.bench.experiments;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import io.github.lanewise.bench.experiments.Setting.Run;
import io.github.lanewise.bench.training.Attending;
import io.github.lanewise.bench.training.Batch;
import io.github.lanewise.bench.training.Corpus;
import io.github.lanewise.bench.training.LanewiseAttending;
import io.github.lanewise.bench.training.ModelShape;
import io.github.lanewise.bench.training.PlainAttending;
import io.github.lanewise.bench.training.Training;
import io.github.lanewise.bench.training.Transformer;
import io.github.lanewise.classification.CrossEntropy;
import io.github.lanewise.classification.TemperatureScaling;
import io.github.lanewise.classification.TemperatureScaling.Calibration;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One run, on the calling thread alone: what is trained, and what is looked at meanwhile. */
final class Trial {
  /** Steps from one look at the entropies to the next. */
  static final int EVERY = 10;

  /** Steps from one validation to the next. */
  static final int VALIDATION_EVERY = 50;

  private static final int VALIDATION_BATCHES = 4;
  private static final int HELD_OUT_BATCHES = 16;

  private final Run run;
  private final Corpus heldOut;
  private final Transformer model;
  private final Training training;
  private final Batch batch;
  private final List<LanewiseAttending> learning = new ArrayList<>();

  Trial(Run run, Corpus text) {
    this.run = run;
    Setting setting = run.setting();
    ModelShape shape = setting.shape();
    int seen = text.length() * 9 / 10;
    heldOut = text.part(seen, text.length());
    Corpus part = text.part(0, Math.min(seen, setting.characters()));
    model = new Transformer(shape, run.seed(), layer -> attention(), Workers.caller());
    training = new Training(model, shape, part, run.seed(), setting.steps());
    batch = new Batch(shape);
  }

  private Attending attention() {
    Setting setting = run.setting();
    if (setting.weighting() != null) {
      return new PlainAttending(setting.shape(), setting.weighting(), setting.scale());
    }
    LanewiseAttending attention =
        new LanewiseAttending(setting.shape(), setting.scale(), setting.learns(), Workers.caller());
    if (setting.learns()) {
      learning.add(attention);
    }
    return attention;
  }

  /** Trains, until the end or until the loss is no number. */
  RunResult run(boolean calibrates) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    List<Double> loss = new ArrayList<>();
    List<Double> norms = new ArrayList<>();
    List<List<Double>> entropy = new ArrayList<>();
    List<Double> validation = new ArrayList<>();
    int failedAt = -1;
    for (int step = 0; step < run.setting().steps() && failedAt < 0; step++) {
      if (step % VALIDATION_EVERY == 0) {
        validation.add(validate());
      }
      double now = training.step();
      loss.add(now);
      norms.add(training.gradientNorm());
      if (step % EVERY == 0) {
        entropy.add(entropies());
      }
      failedAt = Double.isFinite(now) ? -1 : step;
    }
    validation.add(validate());
    Calibration calibration = null;
    double before = Double.NaN;
    double after = Double.NaN;
    if (calibrates && failedAt < 0) {
      Labelled fitted = heldOut(0);
      calibration = TemperatureScaling.fit(fitted.logits, fitted.labels);
      Labelled other = heldOut(1);
      before = CrossEntropy.standard().apply(other.logits, other.labels);
      after =
          CrossEntropy.builder()
              .temperature(calibration.temperature())
              .build()
              .apply(other.logits, other.labels);
    }
    return new RunResult(
        run.signature(),
        loss,
        norms,
        entropy,
        validation,
        failedAt,
        temperatures(),
        calibration,
        before,
        after,
        (threads.getCurrentThreadCpuTime() - start) * 1e-9);
  }

  private double validate() {
    double sum = 0;
    for (int b = 0; b < VALIDATION_BATCHES; b++) {
      batch.place(heldOut, b, VALIDATION_BATCHES);
      sum += batch.loss(model);
    }
    return sum / VALIDATION_BATCHES;
  }

  private List<Double> entropies() {
    List<Double> all = new ArrayList<>();
    for (int layer = 0; layer < run.setting().shape().layers(); layer++) {
      all.add(model.entropy(layer));
    }
    return all;
  }

  private List<List<Double>> temperatures() {
    List<List<Double>> all = new ArrayList<>();
    for (LanewiseAttending attention : learning) {
      all.add(Arrays.stream(attention.temperatures()).boxed().toList());
    }
    return all;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Labelled(FloatTensor logits, int[] labels) {}

  /** Logits of every second held-out batch. */
  private Labelled heldOut(int odd) {
    ModelShape shape = run.setting().shape();
    int rows = shape.rows();
    FloatTensor all = FloatTensor.allocate((long) HELD_OUT_BATCHES * rows, shape.vocabulary());
    int[] labels = new int[HELD_OUT_BATCHES * rows];
    for (int b = 0; b < HELD_OUT_BATCHES; b++) {
      batch.place(heldOut, 2 * b + odd, 2 * HELD_OUT_BATCHES);
      int[] next = batch.logits(model);
      all.slice(0, (long) b * rows, (long) (b + 1) * rows).copyFrom(model.logits());
      System.arraycopy(next, 0, labels, b * rows, rows);
    }
    return new Labelled(all, labels);
  }
}
