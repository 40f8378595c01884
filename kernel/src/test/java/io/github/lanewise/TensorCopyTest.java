package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link FloatTensor#fill}, {@link FloatTensor#copyFrom} and {@link FloatTensor#isContiguous}. */
@Tag("once")
@SuppressWarnings("NullAway") // null is what it tries
class TensorCopyTest {

  private static final float CANARY = -77f;

  private static float[] counted(int length) {
    float[] x = new float[length];
    for (int i = 0; i < length; i++) {
      x[i] = i;
    }
    return x;
  }

  /** Views of shape [2, 3, 4] with canaries around each row, in each kind of memory. */
  private static List<FloatTensor> views(Arena arena) {
    Supplier<FloatTensor> heap = () -> FloatTensor.of(new float[3 * 5 * 6], 3, 5, 6);
    Supplier<FloatTensor> off = () -> FloatTensor.allocate(arena, 3, 5, 6);
    Supplier<FloatTensor> bytes =
        () -> FloatTensor.of(MemorySegment.ofArray(new byte[3 * 5 * 6 * 4]), 3, 5, 6);
    Supplier<FloatTensor> swapped =
        () -> FloatTensor.of(new float[3 * 5 * 6], 5, 3, 6).permute(1, 0, 2);
    return List.of(heap.get(), off.get(), bytes.get(), swapped.get());
  }

  private static FloatTensor inner(FloatTensor outer) {
    return outer.slice(0, 1, 3).slice(1, 1, 4).slice(2, 1, 5);
  }

  @Test
  void aCopyArrivesInEveryKindOfMemoryAndTouchesNothingElse() {
    try (Arena arena = Arena.ofConfined()) {
      for (FloatTensor from : views(arena)) {
        for (FloatTensor to : views(arena)) {
          from.fill(CANARY);
          inner(from).copyFrom(FloatTensor.of(counted(24), 2, 3, 4));
          to.fill(CANARY);
          inner(to).copyFrom(inner(from));
          assertArrayEquals(counted(24), inner(to).toArray());
          int canaries = 0;
          for (float x : to.toArray()) {
            canaries += x == CANARY ? 1 : 0;
          }
          assertEquals(3 * 5 * 6 - 24, canaries);
        }
      }
    }
  }

  @Test
  void fillStaysWithinTheView() {
    try (Arena arena = Arena.ofConfined()) {
      for (FloatTensor outer : views(arena)) {
        outer.fill(1f);
        inner(outer).fill(Float.NaN);
        int filled = 0;
        for (float x : outer.toArray()) {
          filled += Float.isNaN(x) ? 1 : 0;
        }
        assertEquals(24, filled);
      }
    }
  }

  @Test
  void emptyViewsAreFilledAndCopied() {
    FloatTensor empty = FloatTensor.allocate(2, 0, 3);
    empty.fill(1f);
    empty.copyFrom(FloatTensor.allocate(2, 0, 3));
    assertTrue(empty.isContiguous());
  }

  @Test
  void onlyGaplessViewsAreContiguous() {
    FloatTensor x = FloatTensor.allocate(2, 3, 4);
    assertTrue(x.isContiguous());
    assertTrue(x.slice(0, 1, 2).isContiguous());
    assertFalse(x.slice(1, 0, 2).isContiguous());
    assertFalse(x.slice(2, 0, 2).isContiguous());
    assertFalse(x.permute(1, 0, 2).isContiguous());
  }

  @Test
  void badCopiesAreRefusedBeforeAnythingIsWritten() {
    float[] data = counted(10);
    FloatTensor x = FloatTensor.of(data, 10);
    FloatTensor shifted = FloatTensor.ofRange(data, 1, 8);
    String overlap =
        assertThrows(
                IllegalArgumentException.class,
                () -> FloatTensor.ofRange(data, 0, 8).copyFrom(shifted))
            .getMessage();
    assertTrue(overlap.contains("other than exactly in place"), overlap);
    x.copyFrom(FloatTensor.of(data, 10));
    String shape =
        assertThrows(IllegalArgumentException.class, () -> x.copyFrom(shifted)).getMessage();
    assertTrue(shape.contains("[8]") && shape.contains("[10]"), shape);
    FloatTensor readOnly = FloatTensor.of(MemorySegment.ofArray(new float[10]).asReadOnly(), 10);
    assertThrows(IllegalArgumentException.class, () -> readOnly.copyFrom(x));
    assertThrows(IllegalArgumentException.class, () -> readOnly.fill(0f));
    assertEquals(
        "source", assertThrows(NullPointerException.class, () -> x.copyFrom(null)).getMessage());
    assertArrayEquals(counted(10), data);
  }
}
