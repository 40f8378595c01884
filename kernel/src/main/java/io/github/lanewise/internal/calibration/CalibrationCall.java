package io.github.lanewise.internal.calibration;

import io.github.lanewise.classification.TemperatureScaling;
import io.github.lanewise.classification.TemperatureScaling.Bin;
import io.github.lanewise.classification.TemperatureScaling.Calibration;
import io.github.lanewise.internal.kernel.DoubleSums;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.TaskRunner.Task;
import io.github.lanewise.internal.work.Workspace;
import java.util.ArrayList;
import java.util.List;

/** One fit while it runs: each pass is over all rows, dealt out in blocks, at one β = 1/T. */
public final class CalibrationCall implements Task {
  private static final Workspace.Key<RowLikelihood> ROW = Workspace.key(RowLikelihood::new);
  private static final Workspace.Floats STAGE = Workspace.floats();

  /** Rows of a task: the fewest that make more of a task than of its dispatch. */
  private static final int TASK_ROWS = 64;

  /** What a pass leaves of each row. */
  private enum Pass {
    /** Loss, E[e], the label's gap. */
    EXAMINE,
    /** Loss, slope, curvature. */
    DERIVE,
    /** Loss, confidence, 1 for a hit. */
    JUDGE
  }

  /** Relative distance of the last step; it is below the next one's error, which is its square. */
  private static final double TOLERANCE = 1e-9;

  /** Where doubles end: no minimum is looked for beyond. */
  private static final double LARGEST = 0x1p500;

  private static final int MOST_STEPS = 400;

  private final StridedFloats logits;
  private final int[] labels;
  private final TaskRunner runner;
  private final Workspace own;
  private final int length;
  private final double[] first;
  private final double[] second;
  private final double[] third;
  private Pass pass = Pass.EXAMINE;
  private double beta;

  private CalibrationCall(StridedFloats logits, int[] labels, TaskRunner runner, Workspace own) {
    this.logits = logits;
    this.labels = labels;
    this.runner = runner;
    this.own = own;
    length = (int) logits.size(1);
    first = new double[labels.length];
    second = new double[labels.length];
    third = new double[labels.length];
  }

  /** Fits, with arguments that have been checked, except for what the logits are. */
  public static Calibration run(StridedFloats logits, int[] labels, TaskRunner runner) {
    try (Workspace own = runner.acquire()) {
      return new CalibrationCall(logits, labels, runner, own).fit();
    }
  }

  private Calibration fit() {
    requireMinimum();
    double temperature = 1 / leastAt();
    List<Bin> before = judge(1);
    double lossBefore = mean(first);
    List<Bin> after = judge(temperature);
    return new Calibration(
        temperature, lossBefore, mean(first), error(before), error(after), before, after);
  }

  private double mean(double[] rows) {
    return DoubleSums.sum(rows, labels.length) / labels.length;
  }

  private void pass(Pass kind, double beta) {
    pass = kind;
    this.beta = beta;
    runner.run((labels.length + TASK_ROWS - 1) / TASK_ROWS, this, own);
  }

  /** A block of rows. */
  @Override
  public void run(int index, Workspace workspace) {
    RowLikelihood row = workspace.get(ROW);
    int end = Math.min(labels.length, (index + 1) * TASK_ROWS);
    for (int r = index * TASK_ROWS; r < end; r++) {
      long at = logits.offset() + r * logits.stride(0);
      float[] x = logits.arrayOrNull();
      int from = (int) at;
      if (x == null) {
        x = workspace.get(STAGE, length);
        from = 0;
        logits.read(at, x, 0, length);
      }
      row.at(beta, x, from, length, labels[r]);
      keep(row, r);
    }
  }

  private void keep(RowLikelihood row, int r) {
    first[r] = row.loss;
    switch (pass) {
      case EXAMINE -> {
        second[r] = row.mean;
        third[r] = row.gap;
      }
      case DERIVE -> {
        second[r] = row.slope;
        third[r] = row.curvature;
      }
      case JUDGE -> {
        second[r] = row.confidence;
        third[r] = row.hit ? 1 : 0;
      }
    }
  }

  /** Looks at both ends: the slope is that of E[e] at β = 0, and that of the gaps at infinity. */
  private void requireMinimum() {
    if (labels.length == 0) {
      throw new IllegalArgumentException("logits.size(0) is 0, but a fit needs rows");
    }
    pass(Pass.EXAMINE, 0);
    for (int r = 0; r < labels.length; r++) {
      if (Double.isNaN(first[r])) {
        throw new IllegalArgumentException(
            "the loss of row "
                + r
                + " is not finite: there is a NaN or +inf among its logits, or that of its label,"
                + (" labels[" + r + "] = " + labels[r] + ", is -inf"));
      }
    }
    double spread = mean(second);
    double gap = mean(third);
    if (spread == 0) {
      throw new IllegalArgumentException(
          "the logits are constant: in each of the "
              + labels.length
              + " rows all above -inf are equal, and every temperature has the same loss");
    }
    if (gap == 0) {
      throw separable();
    }
    if (spread + gap >= 0) {
      throw adverse();
    }
  }

  private IllegalArgumentException separable() {
    return new IllegalArgumentException(
        "the logits are separable: in each of the "
            + labels.length
            + " rows the label has the largest, and the loss falls as the temperature goes to 0");
  }

  private IllegalArgumentException adverse() {
    return new IllegalArgumentException(
        "the logits are adverse: those of the "
            + labels.length
            + " labels are not above their rows' means on average, and the loss falls as the"
            + " temperature goes to infinity");
  }

  /** The β at which the slope is 0: enclosed by steps from 1, by a factor of 4 each. */
  private double leastAt() {
    double at = 1;
    double slope = slope(at);
    double end = at;
    double atEnd = slope;
    double factor = slope < 0 ? 4 : 0.25;
    while (slope != 0 && slope < 0 == atEnd < 0) {
      if (at >= LARGEST || at <= 1 / LARGEST) {
        throw slope < 0 ? separable() : adverse();
      }
      end = at;
      atEnd = slope;
      at *= factor;
      slope = slope(at);
    }
    return newton(Math.min(at, end), Math.max(at, end), at, slope);
  }

  private double slope(double at) {
    pass(Pass.DERIVE, at);
    return mean(second);
  }

  /** From one end of an enclosure, at which the last pass was. */
  private double newton(double low, double high, double start, double itsSlope) {
    double below = low;
    double above = high;
    double at = start;
    double slope = itsSlope;
    double last = Double.POSITIVE_INFINITY;
    for (int step = 0; step < MOST_STEPS && slope != 0; step++) {
      double next = at - slope / mean(third);
      boolean good = next > below && next < above && Math.abs(next - at) <= last / 2;
      if (!good) {
        next = Math.sqrt(below) * Math.sqrt(above);
      }
      last = Math.abs(next - at);
      at = next;
      if (last <= TOLERANCE * at) {
        break;
      }
      slope = slope(at);
      if (slope < 0) {
        below = at;
      } else {
        above = at;
      }
    }
    return at;
  }

  private List<Bin> judge(double temperature) {
    pass(Pass.JUDGE, 1 / temperature);
    int bins = TemperatureScaling.BINS;
    int[] count = new int[bins];
    double[] confidence = new double[bins];
    double[] hits = new double[bins];
    for (int r = 0; r < labels.length; r++) {
      int bin = Math.max(0, (int) Math.ceil(second[r] * bins) - 1);
      count[bin]++;
      confidence[bin] += second[r];
      hits[bin] += third[r];
    }
    List<Bin> all = new ArrayList<>();
    for (int b = 0; b < bins; b++) {
      all.add(new Bin(count[b], confidence[b] / count[b], hits[b] / count[b]));
    }
    return all;
  }

  private double error(List<Bin> bins) {
    double sum = 0;
    for (Bin bin : bins) {
      if (bin.count() > 0) {
        sum += bin.count() * Math.abs(bin.accuracy() - bin.meanConfidence());
      }
    }
    return sum / labels.length;
  }
}
