package io.github.lanewise.internal.mask;

import io.github.lanewise.Mask;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A mask as the expression tree that it is. Masks are immutable and know nothing of the call's
 * shape: each question brings the plan that is bound to it.
 *
 * <p>A row's visible keys are described twice. The hull is the range from {@link #first} to {@link
 * #end}; where it is empty, first is not less than end, and leaves answer {@link #NOWHERE} and 0,
 * the neutral elements of min and max. The bits are exact; positions beyond the keys are 0.
 */
public sealed interface MaskExpression extends Mask permits RangeMask, ArrayMask, CombinedMask {

  /** Where an empty range begins. */
  long NOWHERE = Long.MAX_VALUE;

  /** What is done to the bits that are there when those of a mask arrive. */
  enum Combine {
    SET,
    AND,
    OR
  }

  /** The offset that this mask names; null if it names none. */
  default @Nullable Long namedOffset() {
    return null;
  }

  /** Throws if this mask does not fit the plan's shape. */
  void check(MaskPlan plan);

  /** Whether every key is visible to every query, as far as that is known without a search. */
  boolean isEverything(MaskPlan plan);

  /** Whether the hull of every row is exact. */
  boolean rangesOnly();

  /** Whether every hull that is not empty begins with key 0. */
  boolean startsAtZero();

  /** Where the row's hull begins. */
  long first(MaskPlan plan, long b, long h, long i);

  /** Where the row's hull ends (exclusive). */
  long end(MaskPlan plan, long b, long h, long i);

  /**
   * A key from {@code key} on before which, from {@code key} on, the row sees nothing; {@link
   * #NOWHERE} if it sees nothing any more.
   */
  default long next(MaskPlan plan, long b, long h, long i, long key) {
    long next = Math.max(key, first(plan, b, h, i));
    return next < end(plan, b, h, i) ? next : NOWHERE;
  }

  /** Bit j is key + j, for 0 ≤ j &lt; length ≤ 64; key is a multiple of 64. */
  long word(MaskPlan plan, long b, long h, long i, long key, int length);

  /** The words of a chunk, combined with what stands in bits[at] … bits[at + 3]. */
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
    for (int w = 0; w < MaskPlan.CHUNK_WORDS; w++) {
      int left = length - w * Long.SIZE;
      long word =
          left <= 0
              ? 0
              : word(plan, b, h, i, key0 + w * (long) Long.SIZE, Math.min(left, Long.SIZE));
      put(bits, at + w, word, combine);
    }
  }

  /** Combines one word with what stands in bits[at]. */
  static void put(long[] bits, int at, long word, Combine combine) {
    if (combine == Combine.SET) {
      bits[at] = word;
    } else if (combine == Combine.AND) {
      bits[at] &= word;
    } else {
      bits[at] |= word;
    }
  }

  /** Bits from … to - 1, both clamped to 0 … 64. */
  static long ones(long from, long to) {
    long low = Math.max(from, 0);
    long high = Math.min(to, Long.SIZE);
    return low >= high ? 0 : -1L >>> (Long.SIZE - (high - low)) << low;
  }

  @Override
  default Mask and(Mask other) {
    MaskExpression right = (MaskExpression) Objects.requireNonNull(other, "other");
    RangeMask merged =
        this instanceof RangeMask a && right instanceof RangeMask b ? a.intersect(b) : null;
    return merged != null ? merged : new CombinedMask.And(this, right);
  }

  @Override
  default Mask or(Mask other) {
    MaskExpression right = (MaskExpression) Objects.requireNonNull(other, "other");
    RangeMask merged =
        this instanceof RangeMask a && right instanceof RangeMask b ? a.unite(b) : null;
    return merged != null ? merged : new CombinedMask.Or(this, right);
  }
}
