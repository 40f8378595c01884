package io.github.lanewise;

import static io.github.lanewise.testing.Refused.assertIllegal;
import static io.github.lanewise.testing.Refused.assertIllegalState;
import static io.github.lanewise.testing.Refused.assertMissing;
import static io.github.lanewise.testing.Refused.assertOutOfBounds;
import static io.github.lanewise.testing.Refused.closedTensor;
import static io.github.lanewise.testing.Refused.closedWorkers;
import static io.github.lanewise.testing.Refused.nothing;
import static io.github.lanewise.testing.WrongCall.all;
import static io.github.lanewise.testing.WrongCall.closed;
import static io.github.lanewise.testing.WrongCall.illegal;
import static io.github.lanewise.testing.WrongCall.missing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.PackedMatrix.Storage;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Refused;
import io.github.lanewise.testing.Sandbox;
import io.github.lanewise.testing.TestArena;
import io.github.lanewise.testing.TestWorkers;
import io.github.lanewise.testing.WrongCall;
import io.github.lanewise.testing.WrongCall.Operand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What cannot be packed is refused before memory is asked for; wrong products before anything. */
class PackedMatrixArgumentsTest {

  /** Right arguments of a product. */
  private static final class Arguments {
    final Sandbox sandbox;
    FloatTensor a;
    PackedMatrix b = packed(5, 4, Arena.ofAuto());
    FloatTensor c;
    Workers workers = Workers.caller();

    Arguments(Sandbox sandbox) {
      this.sandbox = sandbox;
      a = sandbox.anyInput(2, 3, 4);
      c = sandbox.output(2, 3, 5);
    }

    void twoWorkers() {
      workers = TestWorkers.TWO;
    }

    void multiply() {
      Matmul.multiplyTransposed(1f, a, b, c, workers);
    }
  }

  private static PackedMatrix packed(long n, long k, Arena arena) {
    return PackedMatrix.pack(Floats.tensor("b", FloatKind.NORMAL, n, k), arena);
  }

  private static PackedMatrix closedMatrix() {
    try (Arena arena = Arena.ofConfined()) {
      return packed(5, 4, arena);
    }
  }

  static Stream<WrongCall<Arguments>> products() {
    return all(
        new Operand<Arguments>("a", (a, t) -> a.a = t, Arguments::twoWorkers, 2, 3, 4).asInput(),
        new Operand<Arguments>("c", (a, t) -> a.c = t, Arguments::twoWorkers, 2, 3, 5).asOutput(),
        Stream.of(
            missing("b", a -> a.b = nothing()),
            missing("workers", a -> a.workers = nothing()),
            illegal("a of rank 1", a -> a.a = a.sandbox.anyInput(4), "a.rank() is 1", "2"),
            illegal("c of rank 2", a -> a.c = a.sandbox.output(6, 5), "c.rank() is 2", "3"),
            illegal("k", a -> a.a = a.sandbox.anyInput(2, 3, 6), "a.size(2) is 6", " is 4"),
            illegal("n", a -> a.c = a.sandbox.output(2, 3, 6), "c.size(2) is 6", " is 5"),
            illegal("m", a -> a.c = a.sandbox.output(2, 4, 5), "c.size(1) is 4", " is 3"),
            illegal("batch", a -> a.c = a.sandbox.output(3, 3, 5), "c.size(0) is 3", " is 2"),
            closed("closed workers", a -> a.workers = closedWorkers(), "closed"),
            closed("closed b", a -> a.b = closedMatrix(), "arena of b"),
            illegal(
                "another thread's b",
                a -> a.b = Refused.elsewhere(() -> packed(5, 4, Arena.ofConfined())),
                "arena of b"),
            illegal(
                "this thread's b and two workers",
                a -> {
                  a.b = packed(5, 4, Arena.ofConfined());
                  a.twoWorkers();
                },
                "arena of b"),
            illegal(
                "c in a",
                a -> {
                  a.a = a.sandbox.anyInput(4, 4);
                  a.b = packed(4, 4, Arena.ofAuto());
                  a.c = a.a;
                },
                "c ",
                "a ")));
  }

  @ParameterizedTest
  @MethodSource("products")
  void wrongProductsAreRefused(WrongCall<Arguments> wrong) {
    wrong.assertRefused(Arguments::new, Arguments::multiply);
  }

  @Test
  void theRightArgumentsAreTaken() {
    new Arguments(new Sandbox(Layout.ARRAY)).multiply();
  }

  @Test
  void wrongTensorsAreNotPacked() {
    FloatTensor b = FloatTensor.allocate(2, 3);
    assertMissing("b", () -> PackedMatrix.pack(nothing()));
    assertMissing("storage", () -> PackedMatrix.pack(b, (Storage) nothing()));
    assertMissing("arena", () -> PackedMatrix.pack(b, Storage.INT8, nothing()));
    assertIllegal(() -> PackedMatrix.pack(FloatTensor.allocate(3)), "b.rank() is 1", "2");
    assertIllegalState(() -> PackedMatrix.pack(closedTensor(2, 3)), "arena of b");
    Arena closed = Arena.ofConfined();
    closed.close();
    assertIllegalState(() -> PackedMatrix.pack(b, closed));
  }

  /** Of each file format, a byte more and less. */
  @Test
  void segmentsOfAnotherSizeAreNotPacked() {
    for (int off : new int[] {-1, 1}) {
      MemorySegment shorts = MemorySegment.ofArray(new byte[2 * 3 * 40 + off]);
      assertIllegal(() -> PackedMatrix.ofFloat16(shorts, 3, 40), "" + (240 + off), "240");
      assertIllegal(() -> PackedMatrix.ofBfloat16(shorts, 3, 40), "" + (240 + off), "240");
      MemorySegment floats = MemorySegment.ofArray(new byte[4 * 3 * 40 + off]);
      assertIllegal(() -> PackedMatrix.ofFloat32(floats, 3, 40), "" + (480 + off), "120");
      MemorySegment blocks = MemorySegment.ofArray(new byte[3 * 2 * 34 + off]);
      assertIllegal(() -> PackedMatrix.ofQ8_0(blocks, 3, 40), "" + (204 + off), "204");
    }
    MemorySegment none = MemorySegment.ofArray(new byte[0]);
    assertIllegal(() -> PackedMatrix.ofFloat16(none, -1, 4), "-1", "negative");
    assertIllegal(() -> PackedMatrix.ofQ8_0(none, 1L << 40, 1L << 40), "large");
    assertIllegal(() -> PackedMatrix.ofFloat16(none, 1L << 31, 1L << 31), "data.byteSize() is 0");
    assertMissing("data", () -> PackedMatrix.ofQ8_0(nothing(), 1, 1));
  }

  @ParameterizedTest
  @EnumSource(Storage.class)
  void whatAStorageWouldMakeInfiniteIsRefused(Storage storage) {
    float most =
        switch (storage) {
          case FLOAT32 -> Float.POSITIVE_INFINITY;
          case BFLOAT16 -> 0x1.FEp127f;
          case FLOAT16 -> 65504f;
          case INT8 -> 65504f * 127;
        };
    float above = storage == Storage.BFLOAT16 ? 0x1.FFp127f : Math.min(most, 1e30f) * 1.001f;
    TestArena arena = new TestArena(Arena.ofAuto());
    for (int sign = -1; sign <= 1; sign += 2) {
      float[] numbers = new float[70 * 70];
      numbers[69 * 70 + 66] = sign * above;
      FloatTensor b = FloatTensor.of(numbers, 70, 70);
      if (storage != Storage.FLOAT32) {
        assertIllegal(() -> PackedMatrix.pack(b, storage, arena), "69", "but ");
      }
      assertEquals(0, arena.bytes(), "asked for memory");
      numbers[69 * 70 + 66] = sign * most;
      FloatTensor row = FloatTensor.allocate(70);
      PackedMatrix.pack(b, storage).widenRow(69, row);
      assertEquals(numbers[69 * 70 + 66], row.get(66));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Storage.class,
      names = {"FLOAT32", "BFLOAT16", "FLOAT16"})
  void infinitiesAndNanAreKept(Storage storage) {
    float[] numbers = {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, -0f, 1f};
    FloatTensor kept = FloatTensor.allocate(5);
    PackedMatrix.pack(FloatTensor.of(numbers, 1, 5), storage).widenRow(0, kept);
    Floats.assertBits(numbers, kept.toArray(), storage.name());
  }

  @Test
  void scalesThatAreNotFiniteAreRefused() {
    TestArena arena = new TestArena(Arena.ofAuto());
    for (float scale : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -1f / 0f}) {
      byte[] file = new byte[3 * 2 * 34];
      MemorySegment data = MemorySegment.ofArray(file);
      data.set(ValueLayout.JAVA_SHORT_UNALIGNED, 5 * 34, Float.floatToFloat16(scale));
      assertIllegal(() -> PackedMatrix.ofQ8_0(data, 3, 40, arena), "row 2", "32 to 39", "" + scale);
    }
    float[] numbers = {1f, Float.NaN};
    FloatTensor b = FloatTensor.of(numbers, 1, 2);
    assertIllegal(() -> PackedMatrix.pack(b, Storage.INT8, arena), "row 0", "NaN");
    numbers[1] = Float.POSITIVE_INFINITY;
    assertIllegal(() -> PackedMatrix.pack(b, Storage.INT8, arena), "row 0", "Infinity");
    assertEquals(0, arena.bytes(), "asked for memory");
  }

  @ParameterizedTest
  @EnumSource(Storage.class)
  void thePackedFormIsNoLargerThanItsNumbersAndAPanel(Storage storage) {
    TestArena arena = new TestArena(Arena.ofAuto());
    FloatTensor b = Floats.tensor("b", FloatKind.NORMAL, 130, 65);
    PackedMatrix packed = PackedMatrix.pack(b, storage, arena);
    long row =
        switch (storage) {
          case FLOAT32 -> 65 * 4;
          case BFLOAT16, FLOAT16 -> 65 * 2;
          case INT8 -> 65 + 3 * 2;
        };
    assertEquals(arena.bytes(), packed.byteSize());
    assertTrue(packed.byteSize() <= (130 + 64) * row, packed + "");
    assertEquals("PackedMatrix[130, 65] " + storage + " in " + 192 * row + " bytes", "" + packed);
  }

  @Test
  void rowsOutOfRangeAreNotWidened() {
    PackedMatrix b = packed(5, 4, Arena.ofAuto());
    FloatTensor row = FloatTensor.allocate(4);
    assertOutOfBounds(() -> b.widenRow(5, row), "5", "rows() is 5");
    assertOutOfBounds(() -> b.widenRow(-1, row), "-1");
    assertIllegal(() -> b.widenRow(0, FloatTensor.allocate(5)), "target.size(0) is 5", "4");
    assertIllegal(() -> b.widen(FloatTensor.allocate(4, 4)), "target.size(0) is 4", "5");
    assertIllegalState(() -> closedMatrix().widenRow(0, row), "this matrix");
  }
}
