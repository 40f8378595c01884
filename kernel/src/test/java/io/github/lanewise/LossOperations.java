package io.github.lanewise;

import io.github.lanewise.Operation.Call;
import io.github.lanewise.classification.CrossEntropy;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import java.util.List;

/** Losses with every option, apart, in place and without a gradient. */
final class LossOperations {
  private static final int IGNORED = -100;

  private LossOperations() {}

  static void addTo(List<Operation> all) {
    CrossEntropy plain = CrossEntropy.standard();
    for (int classes : new int[] {1, 2, 10, 17, 65, 256, 257, 1027}) {
      add(all, "plain", plain, FloatKind.LOGITS, 3, classes);
    }
    CrossEntropy every =
        CrossEntropy.builder().temperature(0.7f).labelSmoothing(0.1).ignore(IGNORED).build();
    for (FloatKind kind :
        new FloatKind[] {
          FloatKind.WIDE, FloatKind.TIED, FloatKind.MINUS_INFINITIES, FloatKind.SPRINKLED
        }) {
      add(all, "plain", plain, kind, 4, 70);
      add(all, "every option", every, kind, 300, 33);
    }
    for (float temperature : new float[] {0.5f, 3f, Float.POSITIVE_INFINITY}) {
      CrossEntropy warm = CrossEntropy.builder().temperature(temperature).build();
      add(all, "T=" + temperature, warm, FloatKind.MINUS_INFINITIES, 3, 299);
    }
    CrossEntropy smooth = CrossEntropy.builder().labelSmoothing(0.3).build();
    add(all, "smooth", smooth, FloatKind.NORMAL, 3, 299);
  }

  private static void add(
      List<Operation> all,
      String option,
      CrossEntropy loss,
      FloatKind kind,
      int rows,
      int classes) {
    String name = option + " " + kind + " " + rows + "x" + classes;
    float[] logits = Floats.of(name, kind, rows, classes);
    boolean ignores = option.equals("every option");
    int[] labels = new int[rows];
    for (int r = 0; r < rows; r++) {
      labels[r] = ignores && r % 5 == 3 ? IGNORED : r * 7 % classes;
    }
    all.add(
        new Operation(
            "CrossEntropy: " + name,
            sandbox -> {
              FloatTensor x = sandbox.input(logits, rows, classes);
              FloatTensor dx = sandbox.output(rows, classes);
              float[] losses = new float[rows];
              float[] mean = new float[1];
              return Call.of(
                  w -> mean[0] = (float) loss.apply(x, labels, dx, losses, w),
                  dx,
                  FloatTensor.of(losses, rows),
                  FloatTensor.of(mean, 1));
            }));
    all.add(
        new Operation(
            "CrossEntropy in place: " + name,
            sandbox -> {
              FloatTensor x = sandbox.inPlace(logits, rows, classes);
              float[] mean = new float[2];
              return Call.inPlace(
                  () -> Floats.copy(logits, x),
                  w -> {
                    mean[1] = (float) loss.apply(x, labels, null, w);
                    mean[0] = (float) loss.apply(x, labels, x, w);
                  },
                  x,
                  FloatTensor.of(mean, 2));
            }));
  }
}
