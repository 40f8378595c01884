package io.github.lanewise.internal.mask;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A mask that shows every row one range of keys, known from the row's position alone. */
public sealed interface RangeMask extends MaskExpression {

  /** The intersection with another range as one range; null if there is no simple form. */
  default @Nullable RangeMask intersect(RangeMask other) {
    return null;
  }

  /** The union with another range as one range; null if there is no simple form. */
  default @Nullable RangeMask unite(RangeMask other) {
    return null;
  }

  @Override
  default void check(MaskPlan plan) {}

  @Override
  default boolean rangesOnly() {
    return true;
  }

  @Override
  default boolean startsAtZero() {
    return true;
  }

  @Override
  default long first(MaskPlan plan, long b, long h, long i) {
    return end(plan, b, h, i) == 0 ? NOWHERE : 0;
  }

  @Override
  default long word(MaskPlan plan, long b, long h, long i, long key, int length) {
    long first = first(plan, b, h, i);
    return first == NOWHERE
        ? 0
        : MaskExpression.ones(first - key, Math.min(end(plan, b, h, i) - key, length));
  }

  @Override
  default void chunk(
      MaskPlan plan,
      long b,
      long h,
      long i,
      long key0,
      int length,
      long[] bits,
      int at,
      Combine combine) {
    long first = first(plan, b, h, i);
    long end = Math.min(end(plan, b, h, i), key0 + length);
    for (int w = 0; w < MaskPlan.CHUNK_WORDS; w++) {
      long key = key0 + w * (long) Long.SIZE;
      long word = first >= end ? 0 : MaskExpression.ones(first - key, end - key);
      MaskExpression.put(bits, at + w, word, combine);
    }
  }

  /** Every key is visible. */
  record None() implements RangeMask {

    public static final None INSTANCE = new None();

    @Override
    public RangeMask intersect(RangeMask other) {
      return other;
    }

    @Override
    public @Nullable RangeMask unite(RangeMask other) {
      return other.namedOffset() == null ? this : null; // a named offset is more than visibility
    }

    @Override
    public boolean isEverything(MaskPlan plan) {
      return true;
    }

    @Override
    public long end(MaskPlan plan, long b, long h, long i) {
      return plan.keys(b);
    }

    @Override
    public String toString() {
      return "none()";
    }
  }

  /**
   * The keys around the query's own position p = i + offset are visible: p - left … p + right. The
   * position and both bounds saturate at the ends of long.
   *
   * @param namedOffset null for keys - queries
   */
  record Window(long left, long right, @Nullable Long namedOffset) implements RangeMask {

    public Window {
      if (left < 0 || right < 0) {
        throw new IllegalArgumentException(
            "the window is "
                + left
                + " to the left and "
                + right
                + " to the right, but at least 0 is needed");
      }
    }

    @Override
    public @Nullable RangeMask intersect(RangeMask other) {
      return other instanceof Window that && Objects.equals(namedOffset, that.namedOffset)
          ? new Window(Math.min(left, that.left), Math.min(right, that.right), namedOffset)
          : null;
    }

    /** Two windows around one position both hold it: there is no gap between them. */
    @Override
    public @Nullable RangeMask unite(RangeMask other) {
      return other instanceof Window that && Objects.equals(namedOffset, that.namedOffset)
          ? new Window(Math.max(left, that.left), Math.max(right, that.right), namedOffset)
          : null;
    }

    @Override
    public void check(MaskPlan plan) {
      if (namedOffset == null && plan.isShard()) {
        throw new IllegalArgumentException(
            this + " needs the number of all keys, which a shard does not know: name the offset");
      }
    }

    @Override
    public boolean isEverything(MaskPlan plan) {
      return low(plan, 0, plan.queries(0) - 1) <= 0 && high(plan, 0, 0) >= plan.keys() - 1;
    }

    @Override
    public boolean startsAtZero() {
      return left == Long.MAX_VALUE; // p - left is at most 0
    }

    @Override
    public long first(MaskPlan plan, long b, long h, long i) {
      long first = Math.max(low(plan, b, i), 0);
      return first <= Math.min(high(plan, b, i), plan.keys(b) - 1) ? first : NOWHERE;
    }

    @Override
    public long end(MaskPlan plan, long b, long h, long i) {
      long last = Math.min(high(plan, b, i), plan.keys(b) - 1);
      return Math.max(low(plan, b, i), 0) <= last ? last + 1 : 0;
    }

    private long low(MaskPlan plan, long b, long i) {
      return saturatedSum(position(plan, b, i), -left);
    }

    private long high(MaskPlan plan, long b, long i) {
      return saturatedSum(position(plan, b, i), right);
    }

    private long position(MaskPlan plan, long b, long i) {
      return saturatedSum(i, namedOffset != null ? namedOffset : plan.lengthDifference(b));
    }

    private static long saturatedSum(long x, long y) {
      long sum = x + y;
      boolean overflows = ((x ^ sum) & (y ^ sum)) < 0;
      return overflows ? (x < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
    }

    @Override
    public String toString() {
      boolean causal = left == Long.MAX_VALUE && right == 0;
      String window = causal ? "" : left + ", " + right;
      String position = namedOffset == null ? "" : (causal ? "" : ", ") + namedOffset;
      return (causal ? "causal(" : "window(") + window + position + ")";
    }
  }

  /** The first keys are visible to every query. */
  record Prefix(long keys) implements RangeMask {

    public Prefix {
      if (keys < 0) {
        throw new IllegalArgumentException("keys is " + keys + ", but at least 0 is needed");
      }
    }

    @Override
    public @Nullable RangeMask intersect(RangeMask other) {
      return other instanceof Prefix that ? (keys <= that.keys ? this : that) : null;
    }

    @Override
    public @Nullable RangeMask unite(RangeMask other) {
      return other instanceof Prefix that ? (keys >= that.keys ? this : that) : null;
    }

    @Override
    public boolean isEverything(MaskPlan plan) {
      return keys >= plan.keys();
    }

    @Override
    public long end(MaskPlan plan, long b, long h, long i) {
      return Math.min(keys, plan.keys(b));
    }

    @Override
    public String toString() {
      return "prefix(" + keys + ")";
    }
  }

  /** The first keys of each batch element are visible; how many, the caller's array says. */
  @SuppressWarnings("ArrayRecordComponent") // two masks are equal if they read the same array
  record Lengths(int[] perBatch) implements RangeMask {

    public Lengths {
      Objects.requireNonNull(perBatch, "perBatch");
      for (int b = 0; b < perBatch.length; b++) {
        if (perBatch[b] < 0) {
          throw new IllegalArgumentException(
              "perBatch[" + b + "] is " + perBatch[b] + ", but at least 0 is needed");
        }
      }
    }

    @Override
    public void check(MaskPlan plan) {
      if (perBatch.length != plan.lengthCount()) {
        throw new IllegalArgumentException(
            "the mask has "
                + perBatch.length
                + " key lengths, but "
                + plan.lengthCount()
                + " are needed");
      }
      for (int b = 0; b < perBatch.length; b++) { // again, as the array may have changed
        int length = perBatch[b];
        if (length < 0 || (length > plan.keys() && !plan.isShard())) {
          throw new IllegalArgumentException(
              "key length " + b + " is " + length + ", but there are " + plan.keys() + " keys");
        }
      }
    }

    @Override
    public boolean isEverything(MaskPlan plan) {
      for (int length : perBatch) {
        if (length < plan.keys()) {
          return false;
        }
      }
      return true;
    }

    @Override
    public long end(MaskPlan plan, long b, long h, long i) {
      return Math.min(perBatch[(int) (plan.lengthsAlongHeads() ? h : b)], plan.keys(b));
    }

    @Override
    public String toString() {
      return "keyLengths(" + Arrays.toString(perBatch) + ")";
    }
  }
}
