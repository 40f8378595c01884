package io.github.lanewise;

import static io.github.lanewise.testing.Accuracy.U;

import io.github.lanewise.RotaryEmbedding.Pairs;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceRows;
import io.github.lanewise.testing.Accuracy;
import io.github.lanewise.testing.Cases;
import io.github.lanewise.testing.ContractRows;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestWorkers;
import java.util.Arrays;

/**
 * Every operation of {@link Rows} has the bits of the contract, in any shape and layout, in place
 * or not, with any workers; and is within its bound of the oracle.
 */
class RowsPropertyTest {
  private static final FloatKind[] FINITE = {
    FloatKind.NORMAL, FloatKind.LOGITS, FloatKind.NEAR_ZERO, FloatKind.GRID
  };

  private static final FloatKind[] ANY = {
    FloatKind.NORMAL,
    FloatKind.LOGITS,
    FloatKind.WIDE,
    FloatKind.NEAR_ZERO,
    FloatKind.ANY_BITS,
    FloatKind.SPRINKLED
  };

  private static long[] shape(Draw draw, int length, int leastRank) {
    int rank = draw.integer("rank", leastRank, 4);
    long[] shape = new long[rank];
    for (int axis = 0; axis < rank - 1; axis++) {
      shape[axis] = draw.integer("size" + axis, 1, 3);
    }
    shape[rank - 1] = length;
    return shape;
  }

  /** A right result in place or apart. */
  private static FloatTensor output(Draw draw, Sandbox sandbox, FloatTensor in, long... shape) {
    return draw.onceIn(3, "in place") ? in : sandbox.output("y", shape);
  }

  @Cases(200)
  void norms(Draw draw, @Accuracy.Of("rmsNorm") Accuracy accuracy) {
    int n = draw.size("n", 1200);
    long[] shape = shape(draw, n, 1);
    int count = Floats.count(shape);
    boolean finite = draw.onceIn(2, "finite");
    float[] contents = draw.floats("x", count, finite ? FINITE : ANY);
    float[] weight = draw.floats("weight", n, finite ? FINITE : ANY);
    float epsilon = draw.oneOf("epsilon", 1e-5f, 1e-6f, 0.5f, 0f);
    boolean onePlus = draw.onceIn(2, "one plus");
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    FloatTensor x = sandbox.inPlace("x", contents, shape);
    FloatTensor y = output(draw, sandbox, x, shape);
    Rows.rmsNorm(
        x, sandbox.input("weight", weight, n), epsilon, onePlus, y, TestWorkers.draw(draw));
    sandbox.assertIntact("norm");
    float[] actual = y.toArray();
    double[] w = Primitives.widen(weight);
    double levels = Math.ceil(Accuracy.blockLevels(n));
    for (int from = 0; from < count; from += n) {
      float[] row = Arrays.copyOfRange(contents, from, from + n);
      float[] result = Arrays.copyOfRange(actual, from, from + n);
      Floats.assertBits(ContractRows.rmsNorm(row, weight, epsilon, onePlus), result, "norm");
      if (finite && epsilon > 0) {
        double[] expected = ReferenceRows.rmsNorm(Primitives.widen(row), w, epsilon, onePlus);
        for (int j = 0; j < n; j++) {
          double bound =
              (14 + levels / 2) * U * Math.abs(expected[j]) + (2 + Math.abs(w[j])) * 0x1p-149;
          accuracy.check(expected[j], result[j], bound, "[" + j + "]");
        }
      }
    }
  }

  /** An operation on elements, and what the contract makes of one. */
  private enum Element {
    SIGMOID,
    GELU,
    GELU_TANH;

    void apply(FloatTensor x, FloatTensor y, Workers workers) {
      switch (this) {
        case SIGMOID -> Rows.sigmoid(x, y, workers);
        case GELU -> Rows.gelu(x, y, workers);
        case GELU_TANH -> Rows.geluTanh(x, y, workers);
      }
    }

    float of(float x) {
      return switch (this) {
        case SIGMOID -> ContractRows.sigmoid(x);
        case GELU -> ContractRows.gelu(x);
        case GELU_TANH -> ContractRows.geluTanh(x);
      };
    }
  }

  @Cases(300)
  void elements(Draw draw) {
    long[] shape = shape(draw, draw.size("n", 1200), 1);
    float[] contents = draw.floats("x", Floats.count(shape), ANY);
    Element element = draw.oneOf("function", Element.values());
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    FloatTensor x = sandbox.inPlace("x", contents, shape);
    FloatTensor y = output(draw, sandbox, x, shape);
    element.apply(x, y, TestWorkers.draw(draw));
    sandbox.assertIntact(element.name());
    float[] expected = new float[contents.length];
    for (int j = 0; j < expected.length; j++) {
      expected[j] = element.of(contents[j]);
    }
    Floats.assertBits(expected, y.toArray(), element.name());
  }

  @Cases(150)
  void gatedUnits(Draw draw, @Accuracy.Of("SiLU times up") Accuracy accuracy) {
    long[] shape = shape(draw, draw.size("n", 1200), 1);
    int count = Floats.count(shape);
    boolean finite = draw.onceIn(2, "finite");
    float[] gates = draw.floats("gate", count, finite ? FINITE : ANY);
    float[] ups = draw.floats("up", count, finite ? FINITE : ANY);
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    FloatTensor gate = sandbox.inPlace("gate", gates, shape);
    FloatTensor up = sandbox.inPlace("up", ups, shape);
    FloatTensor y = output(draw, sandbox, draw.onceIn(2, "over up") ? up : gate, shape);
    Rows.siluMultiply(gate, up, y, TestWorkers.draw(draw));
    sandbox.assertIntact("SiLU");
    float[] actual = y.toArray();
    float[] expected = new float[count];
    for (int j = 0; j < count; j++) {
      expected[j] = ContractRows.siluMultiply(gates[j], ups[j]);
      if (finite) {
        double exact = ReferenceRows.silu(gates[j]) * ups[j];
        double tiny = (Math.abs(gates[j]) + 1) * Math.abs((double) ups[j]) + 1;
        accuracy.check(exact, actual[j], 6 * U * Math.abs(exact) + tiny * 0x1p-149, "[" + j + "]");
      }
    }
    Floats.assertBits(expected, actual, "SiLU");
  }

  /** Several pieces, and tasks of several threads. */
  @Cases(12)
  void manyElements(Draw draw) {
    int rows = draw.integer("rows", 2, 30);
    int n = draw.integer("n", 1000, 5000);
    int seed = draw.integer("seed", 0, Integer.MAX_VALUE - 1);
    float[] contents = FloatKind.LOGITS.floats(new java.util.SplittableRandom(seed), rows * n);
    Element element = draw.oneOf("function", Element.values());
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    FloatTensor y = sandbox.output("y", rows, n);
    element.apply(sandbox.input("x", contents, rows, n), y, TestWorkers.draw(draw));
    sandbox.assertIntact(element.name());
    float[] actual = y.toArray();
    for (int j = 0; j < actual.length; j++) {
      Floats.assertBits(element.of(contents[j]), actual[j], element.name());
    }
  }

  @Cases(250)
  void rotations(Draw draw, @Accuracy.Of("rotations") Accuracy accuracy) {
    int pairs = draw.oneOf("pairs", 1, 2, 3, 8, 15, 16, 17, 32, 33, 40, 64);
    int dim = 2 * pairs + draw.oneOf("more", 0, 0, 1, 7, 32);
    long[] shape = shape(draw, dim, 2);
    int rank = shape.length;
    int count = Floats.count(shape);
    int heads = rank >= 3 ? (int) shape[rank - 2] : 1;
    int tokens = count / dim / heads;
    boolean interleaved = draw.onceIn(2, "interleaved");
    boolean finite = draw.onceIn(2, "finite");
    float[] contents = draw.floats("x", count, finite ? FINITE : ANY);
    int most = draw.oneOf("positions", 1, 5, 4000);
    int[] positions = new int[tokens + draw.integer("spare", 0, 2)];
    Arrays.fill(positions, -1);
    for (int token = 0; token < tokens; token++) {
      positions[token] = draw.integer("position", 0, most - 1);
    }
    double[] frequencies = RotaryEmbedding.frequencies(draw.oneOf("base", 1e4f, 5e5f), 2 * pairs);
    RotaryEmbedding embedding =
        RotaryEmbedding.of(frequencies, most, interleaved ? Pairs.INTERLEAVED : Pairs.HALVES);
    Sandbox sandbox = new Sandbox(Layout.drawn(draw));
    FloatTensor x = sandbox.inPlace("x", contents, shape);
    FloatTensor y = output(draw, sandbox, x, shape);
    Rows.rotate(embedding, x, positions, y, TestWorkers.draw(draw));
    sandbox.assertIntact("rotation");
    float[] actual = y.toArray();
    for (int row = 0; row < tokens * heads; row++) {
      float[] head = Arrays.copyOfRange(contents, row * dim, (row + 1) * dim);
      float[] result = Arrays.copyOfRange(actual, row * dim, (row + 1) * dim);
      int position = positions[row / heads];
      Floats.assertBits(
          ContractRows.rotate(head, frequencies, position, interleaved), result, "rotation");
      if (finite) {
        check(head, frequencies, position, interleaved, result, accuracy);
      }
    }
  }

  private static void check(
      float[] head,
      double[] frequencies,
      int position,
      boolean interleaved,
      float[] result,
      Accuracy accuracy) {
    double[] x = Primitives.widen(head);
    double[] expected = ReferenceRows.rotate(x, frequencies, position, interleaved);
    for (int i = 0; i < frequencies.length; i++) {
      int a = interleaved ? 2 * i : i;
      int b = interleaved ? 2 * i + 1 : i + frequencies.length;
      double cos = Math.abs(Math.cos(position * frequencies[i]));
      double sin = Math.abs(Math.sin(position * frequencies[i]));
      bound(expected[a], result[a], Math.abs(x[a]) * cos, Math.abs(x[b]) * sin, accuracy);
      bound(expected[b], result[b], Math.abs(x[b]) * cos, Math.abs(x[a]) * sin, accuracy);
    }
  }

  /** The first order of the bound, and 1e-6 of it for the higher ones. */
  private static void bound(
      double expected, float actual, double own, double other, Accuracy accuracy) {
    double bound = (2 * own + other + Math.abs(expected)) * U * (1 + 1e-6) + 0x1p-148;
    accuracy.check(expected, actual, bound, "");
  }
}
