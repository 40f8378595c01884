package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lanewise.attention.Attention;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Outputs in the memory of inputs: exactly in place and interleaved without a common element they
 * are right, everything else is refused and writes nothing.
 */
class SharedMemoryTest {

  /** The same memory twice, as two tensors of [count]. */
  record Twice(String name, FloatTensor first, FloatTensor second) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Stream<Twice> twice(int count) {
    IntFunction<float[]> contents = n -> Floats.of("shared", FloatKind.NORMAL, n);
    float[] array = contents.apply(count);
    float[] mixed = contents.apply(count);
    MemorySegment memory = Arena.ofAuto().allocate(4L * count, 64);
    MemorySegment odd = Arena.ofAuto().allocate(4L * count + 1, 64).asSlice(1);
    byte[] bytes = new byte[4 * count];
    FloatTensor whole = FloatTensor.of(memory, count);
    FloatTensor other = FloatTensor.of(odd, count);
    FloatTensor third = FloatTensor.of(MemorySegment.ofArray(bytes), count);
    for (FloatTensor t : new FloatTensor[] {whole, other, third}) {
      Floats.copy(contents.apply(count), t);
    }
    return Stream.of(
        new Twice("one array", FloatTensor.of(array, count), FloatTensor.of(array, count)),
        new Twice(
            "array and segment",
            FloatTensor.of(mixed, count),
            FloatTensor.of(MemorySegment.ofArray(mixed), count)),
        new Twice("native", whole, FloatTensor.of(memory.asSlice(0), count)),
        new Twice("unaligned", other, FloatTensor.of(odd, count)),
        new Twice("bytes", third, FloatTensor.of(MemorySegment.ofArray(bytes), count)));
  }

  static Stream<Twice> softmaxMemory() {
    return twice(2 * 3 * 40);
  }

  private static final Mask CAUSAL = Mask.causal(30);

  @ParameterizedTest
  @MethodSource("softmaxMemory")
  void softmaxExactlyInPlaceIsRight(Twice memory) {
    FloatTensor x = memory.first.reshape(2, 3, 40);
    FloatTensor y = FloatTensor.allocate(2, 3, 40);
    Softmax.standard().apply(x, CAUSAL, y);
    Softmax.standard().apply(x, CAUSAL, memory.second.reshape(2, 3, 40));
    Floats.assertBits(y, x, "in place");
  }

  @ParameterizedTest
  @MethodSource("softmaxMemory")
  void backwardExactlyInPlaceIsRight(Twice memory) {
    Softmax softmax = Softmax.builder().temperature(0.7f).build();
    float[] before = memory.first.toArray();
    FloatTensor other = Floats.tensor("other", FloatKind.NORMAL, 240).reshape(2, 3, 40);
    FloatTensor first = memory.first.reshape(2, 3, 40);
    FloatTensor second = memory.second.reshape(2, 3, 40);
    FloatTensor dx = FloatTensor.allocate(2, 3, 40);
    softmax.backward(first, other, dx);
    softmax.backward(first, other, second);
    Floats.assertBits(dx, first, "dx is y");
    Floats.copy(before, first);
    softmax.backward(other, first, dx);
    softmax.backward(other, first, second);
    Floats.assertBits(dx, first, "dx is dy");
  }

  @ParameterizedTest
  @MethodSource("softmaxMemory")
  void softmaxInterleavedIsRight(Twice memory) {
    FloatTensor x = memory.first.reshape(6, 2, 20).select(1, 0);
    FloatTensor y = memory.second.reshape(6, 2, 20).select(1, 1);
    float[] before = x.toArray();
    FloatTensor expected = FloatTensor.allocate(6, 20);
    Softmax.standard().apply(x, expected);
    Softmax.standard().apply(x, y);
    Floats.assertBits(expected, y, "rows in between");
    Floats.assertBits(before, x.toArray(), "the input");
  }

  @ParameterizedTest
  @MethodSource("softmaxMemory")
  void softmaxThatOverlapsOtherwiseIsRefused(Twice memory) {
    FloatTensor a = memory.first;
    FloatTensor b = memory.second;
    assertRefused(memory, a.slice(0, 0, 200), b.slice(0, 1, 201)); // by one element
    assertRefused(memory, a.slice(0, 1, 201), b.slice(0, 0, 200));
    FloatTensor rowsA = a.reshape(12, 20);
    FloatTensor rowsB = b.reshape(12, 20);
    assertRefused(memory, rowsA.slice(0, 0, 8), rowsB.slice(0, 1, 9)); // by one row
    assertRefused(memory, rowsA.slice(0, 0, 6), rowsB.slice(0, 5, 11)); // in one row
    assertRefused(memory, rowsA.slice(1, 0, 11), rowsB.slice(1, 9, 20)); // in two columns
    FloatTensor square = b.reshape(2, 2, 60);
    assertRefused(memory, a.reshape(2, 2, 60), square.permute(1, 0, 2)); // in another order
    // every other row of 20 against every third: they meet in some
    FloatTensor second = a.reshape(6, 2, 20).select(1, 0).slice(0, 0, 4);
    FloatTensor third = b.reshape(4, 3, 20).select(1, 0);
    assertRefused(memory, second, third);
  }

  private static void assertRefused(Twice memory, FloatTensor x, FloatTensor y) {
    float[] before = memory.first.toArray();
    Softmax softmax = Softmax.standard();
    assertThrows(IllegalArgumentException.class, () -> softmax.apply(x, y));
    FloatTensor other = FloatTensor.allocate(x.shape());
    assertThrows(IllegalArgumentException.class, () -> softmax.backward(x, other, y));
    assertThrows(IllegalArgumentException.class, () -> softmax.backward(other, x, y));
    Floats.assertBits(before, memory.first.toArray(), "what was refused");
  }

  static Stream<Twice> attentionMemory() {
    return twice(2 * 70 * 12 * 8);
  }

  /** Position by position query, key, value and result of three heads: [2, 3, 70, 8] each. */
  private static FloatTensor part(FloatTensor all, int part) {
    return all.reshape(2, 70, 12, 8).slice(2, 3L * part, 3L * part + 3).permute(0, 2, 1, 3);
  }

  @ParameterizedTest
  @MethodSource("attentionMemory")
  void attentionInterleavedOrExactlyInPlaceIsRight(Twice memory) {
    float[] before = memory.first.toArray();
    Attention attention = Attention.builder().mask(Mask.causal()).build();
    FloatTensor q = part(memory.first, 0);
    FloatTensor k = part(memory.first, 1);
    FloatTensor v = part(memory.first, 2);
    FloatTensor expected = FloatTensor.allocate(2, 3, 70, 8);
    FloatTensor expectedEntropy = FloatTensor.allocate(2, 3, 70);
    RowStatistics statistics = new RowStatistics(null, expectedEntropy, null);
    attention.forward(q, k, v, expected, statistics, Workers.caller());
    for (int place = 0; place < 4; place++) {
      FloatTensor out = part(memory.second, place);
      attention.forward(q, k, v, out);
      Floats.assertBits(expected, part(memory.first, place), "in place of part " + place);
      Floats.copy(Floats.filled(2 * 3 * 70 * 8, 0f), out);
      float[] after = memory.first.toArray();
      FloatTensor was = FloatTensor.of(before.clone(), before.length);
      Floats.copy(Floats.filled(2 * 3 * 70 * 8, 0f), part(was, place));
      Floats.assertBits(was.toArray(), after, "around part " + place);
      Floats.copy(before, memory.first);
    }
  }

  @ParameterizedTest
  @MethodSource("attentionMemory")
  void attentionThatOverlapsOtherwiseIsRefused(Twice memory) {
    float[] before = memory.first.toArray();
    FloatTensor q = part(memory.first, 0);
    FloatTensor k = part(memory.first, 1);
    FloatTensor v = part(memory.first, 2);
    FloatTensor all = memory.second.reshape(2, 70, 12, 8);
    Attention attention = Attention.builder().build();
    FloatTensor safe = FloatTensor.allocate(2, 3, 70, 8);
    FloatTensor elsewhere = FloatTensor.allocate(2, 3, 70, 8);
    for (int head : new int[] {1, 2, 4, 5, 7, 8}) { // between the parts
      FloatTensor shifted = all.slice(2, head, head + 3).permute(0, 2, 1, 3);
      FloatTensor[] inputs = {q, k, v};
      FloatTensor alone = inputs[head / 3];
      int operand = head / 3;
      assertThrows(
          IllegalArgumentException.class,
          () ->
              attention.forward(
                  operand == 0 ? alone : elsewhere,
                  operand == 1 ? alone : elsewhere,
                  operand == 2 ? alone : elsewhere,
                  shifted));
    }
    FloatTensor p = memory.second.slice(0, 0, 2 * 3 * 70 * 5).reshape(2, 3, 70, 5);
    FloatTensor five = k.slice(2, 65, 70);
    assertThrows(
        IllegalArgumentException.class, () -> attention.weights(q, five, p, Workers.caller()));
    FloatTensor rows = memory.second.slice(0, 24 * 70, 24 * 70 + 2 * 3 * 70).reshape(2, 3, 70);
    RowStatistics statistics = new RowStatistics(rows, null, null);
    assertThrows(
        IllegalArgumentException.class,
        () -> attention.forward(q, k, v, safe, statistics, Workers.caller()));
    Floats.assertBits(before, memory.first.toArray(), "what was refused");
    Floats.assertBits(new float[2 * 3 * 70 * 8], safe.toArray(), "out");
  }

  @Test
  void keysMayBeTheValuesAndTheQueries() {
    FloatTensor all = FloatTensor.of(Floats.of("all", FloatKind.NORMAL, 1680), 2, 3, 35, 8);
    FloatTensor expected = FloatTensor.allocate(2, 3, 35, 8);
    FloatTensor copy = FloatTensor.of(all.toArray(), 2, 3, 35, 8);
    Attention attention = Attention.builder().build();
    attention.forward(copy, FloatTensor.of(all.toArray(), 2, 3, 35, 8), copy, expected);
    attention.forward(all, all, all, all);
    Floats.assertBits(expected, all, "out of itself");
  }

  @ParameterizedTest
  @MethodSource("softmaxMemory")
  void productsInterleavedAreRightAndOthersRefused(Twice memory) {
    FloatTensor thirds = memory.first.reshape(8, 3, 10);
    FloatTensor a = thirds.select(1, 0).slice(1, 0, 8);
    FloatTensor b = thirds.select(1, 1).slice(1, 0, 8);
    FloatTensor c = memory.second.reshape(8, 3, 10).select(1, 2).slice(1, 0, 8);
    FloatTensor expected = FloatTensor.allocate(8, 8);
    Matmul.multiply(1f, a, b, expected, Workers.caller());
    Matmul.multiply(1f, a, b, c, Workers.caller());
    Floats.assertBits(expected, c, "rows in between");
    float[] before = memory.first.toArray();
    for (int row = 0; row < 2; row++) {
      for (int column = 0; column < 3; column++) {
        FloatTensor input =
            memory.second.reshape(8, 3, 10).select(1, row).slice(1, column, column + 8);
        assertThrows(
            IllegalArgumentException.class,
            () -> Matmul.multiply(1f, a, b, input, Workers.caller()));
        assertThrows(
            IllegalArgumentException.class,
            () -> Matmul.multiplyTransposed(1f, a, b, input, Workers.caller()));
      }
    }
    Floats.assertBits(before, Arrays.copyOf(memory.first.toArray(), 240), "what was refused");
  }
}
