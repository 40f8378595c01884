package io.github.lanewise;

import io.github.lanewise.attention.Attention;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.testing.Attended;
import io.github.lanewise.testing.Axes;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A row's bits do not depend on which other rows are in the call: any rows, alone or in other
 * company, get the bits of the full call, and keys that are not seen change nothing.
 */
class RowInvarianceTest {

  private static final int BATCH = 2;
  private static final int HEADS = 4;
  private static final int KEY_HEADS = 2;
  private static final int QUERIES = 130;
  private static final int KEYS = 530;
  private static final int OFFSET = 400;
  private static final AttentionShape FULL =
      new AttentionShape(BATCH, HEADS, KEY_HEADS, QUERIES, KEYS, 12, 10);

  private static final float[] Q = Floats.of("q", FloatKind.NORMAL, Axes.q(FULL));
  private static final float[] K = Floats.of("k", FloatKind.NORMAL, Axes.k(FULL));
  private static final float[] V = Floats.of("v", FloatKind.NORMAL, Axes.v(FULL));

  /** A mask that knows how to show rows from some query on what it shows them in the full call. */
  interface Shifted {
    Mask from(int query);
  }

  /** Options of a call; all of them per head, so that heads can be taken out. */
  record Options(String name, Shifted mask, boolean slopes, boolean sinks, boolean temperatures) {

    Attention.Builder builder(int firstQuery, int firstHead, int heads) {
      Attention.Builder builder = Attention.builder().mask(mask.from(firstQuery));
      if (slopes) {
        builder.alibi(ofHeads(firstHead, heads, 0.01f, 0.02f, 0.3f, 0f));
      }
      if (sinks) {
        builder.sinks(ofHeads(firstHead, heads, 1f, 9f, -2f, Float.NEGATIVE_INFINITY));
      }
      if (temperatures) {
        builder.temperature(ofHeads(firstHead, heads, 1f, 0.2f, 3f, 0.7f));
      }
      return builder;
    }

    private static float[] ofHeads(int first, int heads, float... all) {
      return Arrays.copyOfRange(all, first, first + heads);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Options> options() {
    Shifted none = query -> Mask.none();
    Shifted causal = query -> Mask.causal(OFFSET + query);
    Shifted window = query -> Mask.window(70, 3, OFFSET + query);
    Shifted streaming = query -> Mask.prefix(4).or(Mask.window(100, 0, OFFSET + query));
    return Stream.of(
        new Options("plain", none, false, false, false),
        new Options("causal", causal, false, false, false),
        new Options("causal with everything", causal, true, true, true),
        new Options("window with sinks", window, false, true, false),
        new Options("streaming with ALiBi", streaming, true, false, false));
  }

  private static Attended full(Options options) {
    return Attended.by(options.builder(0, 0, HEADS).build(), FULL, Q, K, V);
  }

  /** Parts that prefill and decode cut a sequence into, and single rows. */
  private static final List<int[]> RUNS =
      List.of(
          new int[] {0, 1},
          new int[] {64, 65},
          new int[] {129, 130},
          new int[] {0, 63},
          new int[] {63, 66},
          new int[] {1, 130},
          new int[] {40, 104});

  @ParameterizedTest
  @MethodSource("options")
  void runsOfQueriesHaveTheBitsOfTheFullCall(Options options) {
    Attended full = full(options);
    for (int[] run : RUNS) {
      int count = run[1] - run[0];
      AttentionShape sizes = new AttentionShape(BATCH, HEADS, KEY_HEADS, count, KEYS, 12, 10);
      float[] q = queries(IntStream.range(run[0], run[1]).toArray());
      Attention attention = options.builder(run[0], 0, HEADS).build();
      Layout layout = count % 2 == 0 ? Layout.NATIVE : Layout.STRIDED_ARRAY;
      Attended part = Attended.by(attention, sizes, q, K, V, layout, Workers.caller());
      for (int head = 0; head < BATCH * HEADS; head++) {
        for (int i = 0; i < count; i++) {
          part.assertSameRow(full, head * count + i, head * QUERIES + run[0] + i);
        }
      }
    }
  }

  @Test
  void anyQueriesInAnyOrderHaveTheBitsOfTheFullCall() {
    boolean[] allowed = new boolean[QUERIES * KEYS];
    for (int j = 0; j < allowed.length; j++) {
      allowed[j] = (j * 0x9e3779b9) >>> 30 != 0 && j % KEYS <= OFFSET + j / KEYS;
    }
    Attention attention =
        Attention.builder().mask(Mask.allowed(allowed, QUERIES, KEYS)).sinks(1, 2, 3, 4).build();
    Attended full = Attended.by(attention, FULL, Q, K, V);
    int[] chosen = {129, 3, 64, 65, 0, 77, 3, 128, 12};
    boolean[] chosenAllowed = new boolean[chosen.length * KEYS];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(allowed, chosen[i] * KEYS, chosenAllowed, i * KEYS, KEYS);
    }
    Attention same =
        Attention.builder()
            .mask(Mask.allowed(chosenAllowed, chosen.length, KEYS))
            .sinks(1, 2, 3, 4)
            .build();
    AttentionShape sizes = new AttentionShape(BATCH, HEADS, KEY_HEADS, chosen.length, KEYS, 12, 10);
    Attended part = Attended.by(same, sizes, queries(chosen), K, V);
    for (int head = 0; head < BATCH * HEADS; head++) {
      for (int i = 0; i < chosen.length; i++) {
        part.assertSameRow(full, head * chosen.length + i, head * QUERIES + chosen[i]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("options")
  void headsAndBatchElementsAloneHaveTheBitsOfTheFullCall(Options options) {
    Attended full = full(options);
    int queriesOfHead = Q.length / (BATCH * HEADS);
    int keysOfHead = K.length / (BATCH * KEY_HEADS);
    int valuesOfHead = V.length / (BATCH * KEY_HEADS);
    for (int b = 0; b < BATCH; b++) {
      for (int head = 0; head < HEADS; head++) {
        int at = b * HEADS + head;
        int keyAt = b * KEY_HEADS + head / (HEADS / KEY_HEADS);
        Attended alone =
            Attended.by(
                options.builder(0, head, 1).build(),
                new AttentionShape(1, 1, 1, QUERIES, KEYS, 12, 10),
                Arrays.copyOfRange(Q, at * queriesOfHead, (at + 1) * queriesOfHead),
                Arrays.copyOfRange(K, keyAt * keysOfHead, (keyAt + 1) * keysOfHead),
                Arrays.copyOfRange(V, keyAt * valuesOfHead, (keyAt + 1) * valuesOfHead));
        for (int i = 0; i < QUERIES; i++) {
          alone.assertSameRow(full, i, at * QUERIES + i);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 17, 238, 239, 600})
  void keysThatNobodySeesChangeNothing(int more) {
    AttentionShape longer =
        new AttentionShape(BATCH, HEADS, KEY_HEADS, QUERIES, KEYS + more, 12, 10);
    float[] k = appended(K, 12, more);
    float[] v = appended(V, 10, more);
    int[] lengths = {KEYS, KEYS};
    for (Mask hiding : new Mask[] {Mask.prefix(KEYS), Mask.keyLengths(lengths)}) {
      for (Mask mask : new Mask[] {Mask.none(), Mask.causal(OFFSET), Mask.window(9, 9, OFFSET)}) {
        Attention.Builder plain = Attention.builder().mask(mask).alibi(0.1f, 0.2f, 0f, 0.3f);
        // an offset that does not change with the number of keys, for ALiBi
        Mask positions = Mask.causal(OFFSET).or(Mask.none());
        Attended expected = Attended.by(plain.mask(mask.and(positions)).build(), FULL, Q, K, V);
        Attended actual =
            Attended.by(plain.mask(mask.and(positions).and(hiding)).build(), longer, Q, k, v);
        for (int row = 0; row < expected.rows(); row++) {
          Floats.assertBits(expected.out[row], actual.out[row], hiding + ", row " + row);
          float[] weights = Arrays.copyOf(expected.weights[row], KEYS + more);
          Floats.assertBits(weights, actual.weights[row], hiding + ", row " + row);
          actual.assertSameStatistics(expected, row, row);
        }
      }
    }
  }

  /** The queries of those numbers, of every head. */
  private static float[] queries(int[] numbers) {
    float[] q = new float[BATCH * HEADS * numbers.length * 12];
    for (int head = 0; head < BATCH * HEADS; head++) {
      for (int i = 0; i < numbers.length; i++) {
        int from = (head * QUERIES + numbers[i]) * 12;
        System.arraycopy(Q, from, q, (head * numbers.length + i) * 12, 12);
      }
    }
    return q;
  }

  /** Every head's keys or values with more of them, all poison. */
  private static float[] appended(float[] x, int dim, int more) {
    int heads = BATCH * KEY_HEADS;
    float[] longer = Floats.filled(heads * (KEYS + more) * dim, Float.NaN);
    for (int head = 0; head < heads; head++) {
      System.arraycopy(x, head * KEYS * dim, longer, head * (KEYS + more) * dim, KEYS * dim);
    }
    return longer;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 31, 256, 300, 1025})
  void softmaxRowsAloneHaveTheBitsOfTheFullCall(int length) {
    long[] shape = {2, 7, length};
    FloatTensor x = Floats.tensor("x", FloatKind.LOGITS, shape);
    Softmax softmax = Softmax.builder().temperature(0.8f).build();
    FloatTensor y = FloatTensor.allocate(shape);
    FloatTensor dx = FloatTensor.allocate(shape);
    FloatTensor entropy = FloatTensor.allocate(2, 7);
    softmax.apply(x, Mask.none(), y, new RowStatistics(null, entropy, null), Workers.caller());
    softmax.backward(y, x, dx);
    for (int b = 0; b < 2; b++) {
      for (int i = 0; i < 7; i++) {
        FloatTensor row = FloatTensor.allocate(length);
        FloatTensor gradient = FloatTensor.allocate(length);
        FloatTensor ownEntropy = FloatTensor.allocate(1);
        FloatTensor expected = y.select(0, b).select(0, i);
        softmax.apply(
            x.select(0, b).select(0, i),
            Mask.none(),
            row,
            new RowStatistics(null, ownEntropy, null),
            Workers.caller());
        softmax.backward(row, x.select(0, b).select(0, i), gradient);
        Floats.assertBits(expected, row, "row " + i);
        Floats.assertBits(dx.select(0, b).select(0, i), gradient, "gradient of row " + i);
        Floats.assertBits(
            new float[] {entropy.get(b, i)}, ownEntropy.toArray(), "entropy of row " + i);
        float[] array = x.select(0, b).select(0, i).toArray();
        softmax.apply(array, 0, length);
        Floats.assertBits(row.toArray(), array, "row " + i + " in an array");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 31, 256, 300, 1025})
  void softmaxPositionsThatARowDoesNotSeeChangeNothing(int length) {
    int longer = length + 277;
    float[] scores = Floats.of("x", FloatKind.LOGITS, length);
    float[] poisoned = Arrays.copyOf(scores, longer);
    Arrays.fill(poisoned, length, longer, Float.NaN);
    Softmaxed.Variant plain = Softmaxed.Variant.all()[0];
    Softmaxed expected = new Softmaxed(plain, 1f, scores, 1, Mask.none());
    Softmaxed actual = new Softmaxed(plain, 1f, poisoned, 1, Mask.prefix(length));
    actual.assertRow(0, Arrays.copyOf(expected.weights[0], longer));
    actual.assertStatistics(0, expected.logSumExp[0], expected.entropy[0], expected.maxWeight[0]);
  }

  @Test
  void rowsAndColumnsOfAProductAloneHaveTheBitsOfTheFullCall() {
    FloatTensor a = Floats.tensor("a", FloatKind.NORMAL, 2, 70, 33);
    FloatTensor b = Floats.tensor("b", FloatKind.NORMAL, 2, 33, 90);
    FloatTensor bT = Floats.tensor("bT", FloatKind.NORMAL, 2, 90, 33);
    FloatTensor c = FloatTensor.allocate(2, 70, 90);
    FloatTensor cT = FloatTensor.allocate(2, 70, 90);
    Matmul.multiply(0.5f, a, b, c, Workers.caller());
    Matmul.multiplyTransposed(0.5f, a, bT, cT, Workers.caller());
    int[][] parts = {{0, 1}, {69, 70}, {15, 17}, {3, 68}, {0, 64}};
    for (int[] rows : parts) {
      for (int[] columns : parts) {
        FloatTensor part = FloatTensor.allocate(1, rows[1] - rows[0], columns[1] - columns[0]);
        FloatTensor left = a.slice(0, 1, 2).slice(1, rows[0], rows[1]);
        String what = Arrays.toString(rows) + " x " + Arrays.toString(columns);
        Matmul.multiply(
            0.5f, left, b.slice(0, 1, 2).slice(2, columns[0], columns[1]), part, Workers.caller());
        Floats.assertBits(part(c, rows, columns), part, what);
        Matmul.multiplyTransposed(
            0.5f, left, bT.slice(0, 1, 2).slice(1, columns[0], columns[1]), part, Workers.caller());
        Floats.assertBits(part(cT, rows, columns), part, what + " transposed");
      }
    }
  }

  private static FloatTensor part(FloatTensor c, int[] rows, int[] columns) {
    return c.slice(0, 1, 2).slice(1, rows[0], rows[1]).slice(2, columns[0], columns[1]);
  }
}
