package io.github.lanewise.internal.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.internal.mask.DrawnMask.Operand;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.testing.Allocated;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.ProcessorTime;
import io.github.lanewise.testing.Property;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("property")
class MaskPlanTest {

  private final MaskPlan plan = new MaskPlan();

  @Test
  void agreesWithTheDefinition() {
    int[] seen = new int[4];
    Property.check(
        3000,
        draw -> {
          Operand operand = operand(draw);
          long offset =
              draw.onceIn(3, "extremeOffset")
                  ? extreme(draw)
                  : draw.integer("offset", -operand.queries() - 3, operand.keys() + 3);
          DrawnMask drawn = DrawnMask.draw(draw, "m", operand, offset, 3);
          bind(plan, drawn.mask(), operand);
          seen[3] += plan.isNone() ? 1 : 0;
          for (int b = 0; b < operand.batch(); b++) {
            for (int h = 0; h < operand.heads(); h++) {
              for (int i = 0; i < operand.queries(); i++) {
                checkRow(drawn, operand, b, h, i, seen);
              }
            }
          }
        });
    System.out.printf(
        "masks: %d chunks none, %d all, %d some; %d masks show everything%n",
        seen[0], seen[1], seen[2], seen[3]);
    assertTrue(seen[0] > 1000 && seen[1] > 1000 && seen[2] > 1000 && seen[3] > 100);
  }

  private static Operand operand(Draw draw) {
    boolean softmax = draw.onceIn(2, "softmax");
    int rank = softmax ? draw.integer("rank", 1, 4) : 4;
    return new Operand(
        rank == 4 ? draw.integer("batch", 0, 3) : 1,
        rank >= 3 ? draw.integer("heads", 0, 3) : 1,
        rank >= 2 ? draw.integer("queries", 0, 5) : 1,
        draw.oneOf("keys", 0, 1, 2, 5, 63, 64, 65, 130, 255, 256, 257, 600),
        rank,
        softmax);
  }

  private static long extreme(Draw draw) {
    int near = draw.integer("near", 0, 3);
    return draw.onceIn(2, "low") ? Long.MIN_VALUE + near : Long.MAX_VALUE - near;
  }

  private static void bind(MaskPlan plan, Mask mask, Operand o) {
    if (!o.softmax()) {
      plan.bind(mask, o.batch(), o.heads(), o.queries(), o.keys());
      return;
    }
    long[] shape = {o.batch(), o.heads(), o.queries(), o.keys()};
    FloatTensor t = FloatTensor.allocate(Arrays.copyOfRange(shape, 4 - o.rank(), 4));
    plan.bindSoftmax(mask, StridedFloats.of(t));
  }

  private void checkRow(DrawnMask drawn, Operand o, int b, int h, int i, int[] seen) {
    boolean[] visible = new boolean[o.keys()];
    int least = o.keys();
    int most = -1;
    int count = 0;
    for (int j = 0; j < o.keys(); j++) {
      visible[j] = drawn.meaning().visible(b, h, i, j);
      if (visible[j]) {
        least = Math.min(least, j);
        most = j;
        count++;
      }
    }
    long first = plan.first(b, h, i);
    long end = plan.end(b, h, i);
    assertTrue(0 <= first && first <= end && end <= o.keys(), first + " to " + end);
    assertTrue(first < end || (first == 0 && end == 0), first + " to " + end);
    if (count > 0) {
      assertTrue(first <= least && end > most, first + " to " + end);
    }
    if (plan.rangesOnly()) {
      assertEquals(count, end - first, "rangesOnly");
    }
    if (plan.isNone()) {
      assertEquals(o.keys(), count, "isNone");
      assertTrue(plan.rangesOnly());
    }
    for (int key = 0; key < o.keys(); key += 1 + key / 3) {
      long next = plan.next(b, h, i, key);
      assertTrue(next >= key, () -> "next goes back");
      for (int j = key; j < Math.min(next, o.keys()); j++) {
        assertFalse(visible[j], "next from " + key + " is " + next + ", beyond " + j);
      }
      if (plan.rangesOnly() && count > 0 && key <= most) {
        assertEquals(Math.max(key, least), next, "next of a range");
      }
    }
    for (int key0 = 0; key0 < o.keys(); key0 += key0 % 192 == 0 ? 64 : 128) {
      for (int length : new int[] {256, 200, 64, 3}) {
        checkChunk(visible, b, h, i, key0, Math.min(length, o.keys() - key0), seen);
      }
    }
  }

  private void checkChunk(
      boolean[] visible, int b, int h, int i, int key0, int length, int[] seen) {
    long canary = 0x5a5a_5a5a_5a5a_5a5aL;
    long[] bits = {canary, -1, -1, -1, -1, canary};
    int answer = plan.chunk(b, h, i, key0, length, bits, 1);
    assertEquals(canary, bits[0]);
    assertEquals(canary, bits[5]);
    seen[answer]++;
    int count = 0;
    for (int j = 0; j < 256; j++) {
      boolean expected = j < length && visible[key0 + j];
      count += expected ? 1 : 0;
      if (answer == MaskPlan.SOME) {
        assertEquals(expected, (bits[1 + j / 64] >>> j & 1) != 0, "key " + (key0 + j));
      }
    }
    int expected = count == 0 ? MaskPlan.NONE : count == length ? MaskPlan.ALL : MaskPlan.SOME;
    assertEquals(expected, answer);
  }

  @Test
  void simpleMasksAreRanges() {
    Mask[] ranges = {
      Mask.none(),
      Mask.causal(),
      Mask.causal(-2).and(Mask.window(3, 1)),
      Mask.window(2, 2).or(Mask.window(5, 0)),
      Mask.window(2, 2).and(Mask.window(5, 0)).and(Mask.keyLengths(3, 9)),
      Mask.prefix(3).or(Mask.causal()),
      Mask.prefix(3).or(Mask.prefix(5)).and(Mask.window(1, 1)),
      Mask.keyLengths(1, 2).or(Mask.prefix(1)).and(Mask.causal()).or(Mask.causal())
    };
    for (Mask mask : ranges) {
      plan.bind(mask, 2, 1, 7, 9);
      assertTrue(plan.rangesOnly(), mask::toString);
    }
    for (Mask mask : new Mask[] {Mask.prefix(1).or(Mask.window(1, 0)), bits(9)}) {
      plan.bind(mask, 2, 1, 7, 9);
      assertFalse(plan.rangesOnly(), mask::toString);
    }
    // Streaming attention: the hull of each part is exact, the chunk tells the gap.
    plan.bind(Mask.prefix(1).or(Mask.window(1, 0)), 1, 1, 9, 9);
    assertEquals(0, plan.first(0, 0, 8));
    assertEquals(9, plan.end(0, 0, 8));
  }

  /** Two ranges that have a simple form together are joined when the mask is made. */
  @Test
  void twoRangesShowTogetherWhatTheyShowByThemselves() {
    int[] lengths = {4};
    Mask[] ranges = {
      Mask.none(),
      Mask.causal(),
      Mask.window(1, 3),
      Mask.window(3, 1),
      Mask.window(0, 0),
      Mask.prefix(0),
      Mask.prefix(3),
      Mask.prefix(6),
      Mask.prefix(9),
      Mask.keyLengths(lengths)
    };
    for (Mask a : ranges) {
      for (Mask b : ranges) {
        boolean[] ofA = visible(a);
        boolean[] ofB = visible(b);
        boolean[] both = visible(a.and(b));
        boolean[] either = visible(a.or(b));
        for (int at = 0; at < both.length; at++) {
          assertEquals(ofA[at] && ofB[at], both[at], a + " and " + b + ": " + at);
          assertEquals(ofA[at] || ofB[at], either[at], a + " or " + b + ": " + at);
        }
      }
    }
  }

  /** Row by row, for 7 queries and 9 keys. */
  private boolean[] visible(Mask mask) {
    plan.bind(mask, 1, 1, 7, 9);
    boolean[] visible = new boolean[7 * 9];
    for (int i = 0; i < 7; i++) {
      long[] bits = new long[MaskPlan.CHUNK_WORDS];
      int answer = plan.chunk(0, 0, i, 0, 9, bits, 0);
      for (int j = 0; j < 9; j++) {
        visible[i * 9 + j] =
            answer == MaskPlan.ALL || (answer == MaskPlan.SOME && (bits[0] >>> j & 1) != 0);
      }
    }
    return visible;
  }

  private static Mask bits(int keys) {
    return Mask.allowedBits(new long[] {-1}, keys);
  }

  @Test
  void masksThatShowEverythingAreNone() {
    for (Mask mask :
        new Mask[] {
          Mask.none(),
          Mask.causal(8),
          Mask.window(Long.MAX_VALUE, Long.MAX_VALUE),
          Mask.prefix(9),
          Mask.keyLengths(9, 9),
          Mask.prefix(9).and(Mask.none()),
          bits(9).or(Mask.none())
        }) {
      plan.bind(mask, 2, 3, 4, 9);
      assertTrue(plan.isNone(), mask::toString);
      assertEquals(9, plan.end(1, 2, 3));
      assertEquals(MaskPlan.ALL, plan.chunk(1, 2, 3, 0, 9, new long[4], 0));
    }
    plan.bind(Mask.causal(), 1, 1, 1, 9); // decoding: the last query sees everything
    assertTrue(plan.isNone());
  }

  @Test
  void offsetsAreNamedOrTheDifferenceOfTheLengths() {
    Mask unnamed = Mask.causal().and(Mask.prefix(3));
    assertFalse(MaskPlan.namesOffset(unnamed));
    plan.bind(unnamed, 1, 1, 2, 9);
    assertEquals(7, plan.offset(0));
    Mask[] naming = {
      Mask.causal(5),
      Mask.causal().and(Mask.window(1, 1, 5)),
      Mask.none().or(Mask.causal(5)),
      Mask.none().and(Mask.causal(5)),
      Mask.causal(5).and(Mask.none()),
      Mask.causal(5).or(Mask.window(2, 2, 5)).and(Mask.keyLengths(1))
    };
    for (Mask mask : naming) {
      assertTrue(MaskPlan.namesOffset(mask), mask::toString);
      plan.bind(mask, 1, 1, 2, 9);
      assertEquals(5, plan.offset(0), mask::toString);
    }
  }

  @Test
  void masksThatDoNotFitAreRefused() {
    assertRefused("[2, 9] is 2, but 1 or 7", Mask.allowed(new boolean[18], 2, 9));
    assertRefused("size 1", Mask.allowed(new boolean[56], 7, 8));
    assertRefused("but 1 or 3", Mask.allowed(new boolean[14], 2, 7, 1));
    assertRefused("but 1 or 2", Mask.allowed(new boolean[3], 3, 1, 1, 1));
    assertRefused("is 0", Mask.allowed(new boolean[0], 0, 9));
    assertRefused("size 0", Mask.allowedBits(new long[1], 8));
    assertRefused("1 key lengths, but 2", Mask.keyLengths(1));
    assertRefused("0 key lengths, but 2", Mask.keyLengths());
    assertRefused("length 1 is 10, but there are 9", Mask.keyLengths(9, 10));
    assertRefused("but 1 or 7", Mask.causal().and(Mask.allowed(new boolean[2], 2, 1)));
    assertRefused("but 1 or 7", Mask.none().or(Mask.allowed(new boolean[2], 2, 1)));
    int[] lengths = {1, 2};
    Mask changing = Mask.keyLengths(lengths);
    lengths[1] = -1;
    assertRefused("length 1 is -1", changing);
    lengths[1] = 4;
    plan.bind(changing, 2, 3, 7, 9);
    assertEquals(4, plan.end(1, 0, 0));
    assertThrows(NullPointerException.class, () -> plan.bind(nothing(), 1, 1, 1, 1));
  }

  @SuppressWarnings("NullAway") // the point of the test
  private static Mask nothing() {
    return null;
  }

  private void assertRefused(String part, Mask mask) {
    Exception thrown =
        assertThrows(IllegalArgumentException.class, () -> plan.bind(mask, 2, 3, 7, 9));
    assertTrue(String.valueOf(thrown.getMessage()).contains(part), thrown::toString);
  }

  @Test
  void lengthsOfSoftmaxRunAlongAxisZero() {
    int[] none = {};
    checkSoftmaxLengths(new int[] {3}, none, 9);
    checkSoftmaxLengths(new int[] {3}, new int[] {1, 2}, 9);
    checkSoftmaxLengths(new int[] {3}, new int[] {1, 2}, 4, 9);
    checkSoftmaxLengths(new int[] {3, 4}, new int[] {1}, 2, 4, 9);
    checkSoftmaxLengths(new int[] {3, 4}, new int[] {1, 2, 3}, 2, 3, 4, 9);
  }

  private void checkSoftmaxLengths(int[] right, int[] wrong, long... shape) {
    FloatTensor t = FloatTensor.allocate(shape);
    plan.bindSoftmax(Mask.keyLengths(right), StridedFloats.of(t));
    int last = right.length - 1;
    assertEquals(
        right[last], plan.end(shape.length == 4 ? last : 0, shape.length == 3 ? last : 0, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> plan.bindSoftmax(Mask.keyLengths(wrong), StridedFloats.of(t)));
  }

  @Test
  void sizesBeyondAnArrayAreReached() {
    long keys = 1L << 40;
    plan.bind(Mask.window(1, 0).and(Mask.prefix(keys - 1)), 1, 1, keys, keys);
    assertEquals((1L << 35) - 1, plan.first(0, 0, 1L << 35));
    assertEquals((1L << 35) + 1, plan.end(0, 0, 1L << 35));
    long[] bits = new long[4];
    assertEquals(MaskPlan.SOME, plan.chunk(0, 0, 1L << 35, 1L << 35, 256, bits, 0));
    assertEquals(1, bits[0]);
    assertEquals(MaskPlan.NONE, plan.chunk(0, 0, 1L << 35, 1L << 36, 256, bits, 0));
  }

  @Test
  void longExpressionsStayCheap() {
    Mask mask = Mask.prefix(1);
    for (int n = 0; n < 60; n++) {
      mask = mask.or(Mask.window(1, 0)).and(Mask.keyLengths(9)).or(Mask.prefix(2).and(bits(9)));
    }
    plan.bind(mask, 1, 1, 9, 9);
    long[] bits = new long[4];
    ProcessorTime.assertAtMost(Duration.ofSeconds(5), () -> plan.chunk(0, 0, 5, 0, 9, bits, 0));
    assertEquals(0b110011, bits[0]);
  }

  @Test
  void nothingIsAllocated() {
    Mask mask =
        Mask.causal()
            .and(Mask.allowed(new boolean[600], 600))
            .or(Mask.prefix(5).and(bits(1)))
            .and(Mask.keyLengths(600, 500));
    long[] bits = new long[4];
    long[] sum = new long[1];
    double bytes =
        Allocated.bytesPerCall(
            () -> {
              plan.bind(mask, 2, 1, 300, 600);
              sum[0] += plan.first(1, 0, 7) + plan.end(1, 0, 7) + plan.offset(0);
              sum[0] +=
                  plan.chunk(1, 0, 7, 256, 256, bits, 0) + plan.chunk(0, 0, 0, 0, 256, bits, 0);
              plan.release();
            });
    assertEquals(0, bytes, () -> "" + sum[0]);
  }

  @Test
  void aReleasedPlanHoldsNoArray() throws InterruptedException {
    WeakReference<boolean[]> array = bindAndForget();
    plan.release();
    for (int n = 0; n < 50 && array.get() != null; n++) {
      System.gc();
      Thread.sleep(10);
    }
    assertEquals(null, array.get());
  }

  private WeakReference<boolean[]> bindAndForget() {
    boolean[] allowed = new boolean[9];
    plan.bind(Mask.allowed(allowed, 9), 1, 1, 1, 9);
    return new WeakReference<>(allowed);
  }
}
