package io.github.lanewise;

import io.github.lanewise.Operation.Call;
import io.github.lanewise.RotaryEmbedding.Pairs;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/** What a decoder layer does between its products: on both sides of lanes, blocks and tasks. */
final class LayerOperations {
  private static final FloatKind[] KINDS = {FloatKind.NORMAL, FloatKind.ANY_BITS};

  private LayerOperations() {}

  /** An operation from x to y. */
  private interface Function {
    void apply(FloatTensor x, FloatTensor y, Workers workers);
  }

  static void addTo(List<Operation> all) {
    for (FloatKind kind : KINDS) {
      for (long length : new long[] {1, 16, 33, 1027}) {
        add(all, kind, 2, length);
      }
    }
    add(all, FloatKind.LOGITS, 2, 3, 4, 40);
    add(all, FloatKind.LOGITS, 3, 9_000);
    for (int pairs : new int[] {1, 8, 16, 33}) {
      for (Pairs form : Pairs.values()) {
        addRotation(all, form, pairs, 5, 2L * pairs);
        addRotation(all, form, pairs, 3, 2, 2L * pairs + 3);
        addRotation(all, form, pairs, 2, 3, 4, 2L * pairs);
      }
    }
  }

  private static void add(List<Operation> all, FloatKind kind, long... shape) {
    add(all, "sigmoid", kind, Rows::sigmoid, shape);
    add(all, "GELU", kind, Rows::gelu, shape);
    add(all, "GELU by tanh", kind, Rows::geluTanh, shape);
    long n = shape[shape.length - 1];
    float[] weight = Floats.of("weight", FloatKind.NORMAL, n);
    float[] up = Floats.of("up " + kind, kind, shape);
    with(all, "norm", kind, weight, new long[] {n}, norm(false), shape);
    with(all, "norm, 1 + weight", kind, weight, new long[] {n}, norm(true), shape);
    with(
        all,
        "SiLU",
        kind,
        up,
        shape,
        other -> (x, y, workers) -> Rows.siluMultiply(x, other, y, workers),
        shape);
  }

  private static java.util.function.Function<FloatTensor, Function> norm(boolean onePlus) {
    return weight -> (x, y, workers) -> Rows.rmsNorm(x, weight, 1e-5f, onePlus, y, workers);
  }

  private static void add(
      List<Operation> all, String what, FloatKind kind, Function function, long... shape) {
    with(all, what, kind, new float[1], new long[] {1}, other -> function, shape);
  }

  /** Out of place, and in place. */
  private static void with(
      List<Operation> all,
      String what,
      FloatKind kind,
      float[] second,
      long[] secondShape,
      java.util.function.Function<FloatTensor, Function> function,
      long... shape) {
    String name = "Rows: " + what + " " + kind + " " + Arrays.toString(shape);
    float[] contents = Floats.of(name, kind, shape);
    BiConsumer<String, Boolean> add =
        (suffix, inPlace) ->
            all.add(
                new Operation(
                    name + suffix,
                    sandbox -> {
                      FloatTensor x =
                          inPlace
                              ? sandbox.inPlace(contents, shape)
                              : sandbox.input(contents, shape);
                      FloatTensor y = inPlace ? x : sandbox.output(shape);
                      Function bound = function.apply(sandbox.input(second, secondShape));
                      return Call.inPlace(
                          () -> {
                            if (inPlace) {
                              Floats.copy(contents, x);
                            }
                          },
                          workers -> bound.apply(x, y, workers),
                          y);
                    }));
    add.accept("", false);
    add.accept(" in place", true);
  }

  private static void addRotation(List<Operation> all, Pairs form, int pairs, long... shape) {
    int[] positions = new int[30];
    for (int token = 0; token < positions.length; token++) {
      positions[token] = token * 7 % 19;
    }
    RotaryEmbedding embedding =
        RotaryEmbedding.of(RotaryEmbedding.frequencies(10_000, 2 * pairs), 19, form);
    add(
        all,
        "rotation of " + pairs + " " + form,
        FloatKind.NORMAL,
        (x, y, workers) -> Rows.rotate(embedding, x, positions, y, workers),
        shape);
  }
}
