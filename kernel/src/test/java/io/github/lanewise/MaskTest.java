package io.github.lanewise;

import static io.github.lanewise.testing.Refused.assertIllegal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What masks refuse before they meet an operand; what they mean is in MaskPlanTest. */
class MaskTest {

  @Test
  void negativeSizesAreRefused() {
    assertIllegal(() -> Mask.window(-1, 0), "-1 to the left");
    assertIllegal(() -> Mask.window(0, -2), "-2 to the right");
    assertIllegal(() -> Mask.window(-1, 0, 5), "-1");
    assertIllegal(() -> Mask.window(0, Long.MIN_VALUE, 5), "-9223372036854775808");
    assertIllegal(() -> Mask.prefix(-1), "keys is -1");
    assertIllegal(() -> Mask.keyLengths(4, -3), "perBatch[1] is -3");
  }

  @Test
  void arraysMustFitTheirShape() {
    assertIllegal(() -> Mask.allowed(new boolean[5], 2, 3), "2 rows of 3");
    assertIllegal(() -> Mask.allowed(new boolean[7], 2, 3), "length 7");
    assertIllegal(() -> Mask.allowed(new boolean[1]), "rank 0");
    assertIllegal(() -> Mask.allowed(new boolean[1], 1, 1, 1, 1, 1), "rank 5");
    assertIllegal(() -> Mask.allowed(new boolean[6], -2, -3), "negative");
    assertIllegal(() -> Mask.allowed(new boolean[0], 1L << 32, 1L << 32), "too large");
    assertIllegal(() -> Mask.allowed(new boolean[0], 1L << 31, 1L << 31), "length 0");
    assertIllegal(() -> Mask.allowed(new boolean[0], 1L << 32, 1), "length 0");
    assertIllegal(() -> Mask.allowedBits(new long[3], 2, 65), "2 rows of 2 longs");
    assertIllegal(() -> Mask.allowedBits(new long[4], 2, 64), "2 rows of 1 longs");
    assertIllegal(() -> Mask.allowedBits(new long[2], 128, 1), "length 2");
    assertIllegal(() -> Mask.allowedBits(new long[1]), "rank 0");
  }

  @Test
  void twoOffsetsAreRefused() {
    assertIllegal(() -> Mask.causal(1).and(Mask.causal(2)), "offset 1, but the other 2");
    assertIllegal(() -> Mask.causal(1).or(Mask.window(3, 3, 2)), "offset 1, but the other 2");
    Mask deep = Mask.causal().and(Mask.prefix(3)).or(Mask.causal(7).and(Mask.keyLengths(1)));
    assertIllegal(() -> deep.and(Mask.causal(8)), "offset 7, but the other 8");
    assertEquals(
        "causal().and(prefix(3)).or(causal(7).and(keyLengths([1]))).and(window(1, 2, 7))",
        deep.and(Mask.window(1, 2, 7)).toString());
  }

  @Test
  void theShapeIsCopiedTheContentsAreNot() {
    long[] shape = {2, 3};
    Mask mask = Mask.allowed(new boolean[6], shape);
    shape[0] = 7;
    assertEquals("allowed([2, 3])", mask.toString());
  }

  @Test
  void masksAreEqualByNumbersAndArrays() {
    int[] lengths = {3, 4};
    boolean[] allowed = new boolean[6];
    long[] bits = new long[6];
    List<Supplier<Mask>> makers =
        List.of(
            Mask::none,
            Mask::causal,
            () -> Mask.causal(0),
            () -> Mask.causal(1000),
            () -> Mask.window(1, 2),
            () -> Mask.window(2, 1),
            () -> Mask.window(1, 2, 1000),
            () -> Mask.prefix(0),
            () -> Mask.prefix(1),
            () -> Mask.keyLengths(lengths),
            () -> Mask.allowed(allowed, 6),
            () -> Mask.allowed(allowed, 1, 6),
            () -> Mask.allowed(allowed, 2, 3),
            () -> Mask.allowed(allowed, 3, 2),
            () -> Mask.allowedBits(bits, 6, 64),
            () -> Mask.allowedBits(bits, 6, 63),
            () -> Mask.causal(1000).and(Mask.prefix(7)),
            () -> Mask.causal(1000).or(Mask.prefix(7)),
            () -> Mask.prefix(7).or(Mask.causal(1000)),
            () -> Mask.keyLengths(lengths).or(Mask.allowed(allowed, 6).and(Mask.causal())));
    for (int a = 0; a < makers.size(); a++) {
      for (int b = 0; b < makers.size(); b++) {
        Mask left = makers.get(a).get();
        Mask right = makers.get(b).get();
        assertEquals(a == b, left.equals(right), () -> left + " and " + right);
        assertTrue(a != b || left.hashCode() == right.hashCode(), left::toString);
      }
    }
    assertNotEquals(Mask.keyLengths(lengths), Mask.keyLengths(lengths.clone()));
    assertNotEquals(Mask.allowed(allowed, 6), Mask.allowed(allowed.clone(), 6));
    assertNotEquals(Mask.allowedBits(bits, 6, 64), Mask.allowedBits(bits.clone(), 6, 64));
    assertEquals(Mask.causal(), Mask.window(Long.MAX_VALUE, 0));
    Mask before = Mask.allowed(allowed, 6);
    int hash = before.hashCode();
    allowed[2] = true;
    assertEquals(before, Mask.allowed(allowed, 6));
    assertEquals(hash, before.hashCode(), "contents do not count");
  }
}
