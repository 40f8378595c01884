package io.github.lanewise;

import io.github.lanewise.Operation.Call;
import io.github.lanewise.testing.FloatKind;
import java.util.List;

/**
 * The primitives on rows of many lengths. They take arrays only, so the layout says nothing here.
 */
final class LanesOperations {

  private static final int[] LENGTHS = {0, 1, 5, 16, 33, 255, 256, 257, 1000, 4098};

  private LanesOperations() {}

  static void addTo(List<Operation> all) {
    for (FloatKind kind : new FloatKind[] {FloatKind.LOGITS, FloatKind.ANY_BITS}) {
      for (int length : LENGTHS) {
        String name = "Lanes: " + kind + " " + length;
        float[] x = Floats.of(name, kind, length + 1);
        all.add(new Operation(name, sandbox -> reductions(x, length)));
        all.add(new Operation("Lanes maps: " + name.substring(7), sandbox -> maps(x, length)));
      }
    }
  }

  private static Call reductions(float[] x, int length) {
    float[] results = new float[3];
    return Call.of(
        workers -> {
          results[0] = Lanes.max(x, 1, 1 + length);
          results[1] = Lanes.sum(x, 1, 1 + length);
          results[2] = Lanes.logSumExp(x, 1, 1 + length);
        },
        FloatTensor.of(results, 3));
  }

  private static Call maps(float[] x, int length) {
    float[] results = new float[2 * length];
    return Call.of(
        workers -> {
          Lanes.exp(x, 1, results, 0, length);
          Lanes.divide(x, 1, 3.3f, results, length, length);
        },
        FloatTensor.of(results, 2L * length));
  }
}
