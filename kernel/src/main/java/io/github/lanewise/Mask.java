package io.github.lanewise;

import io.github.lanewise.internal.mask.ArrayMask;
import io.github.lanewise.internal.mask.MaskExpression;
import io.github.lanewise.internal.mask.RangeMask;

/**
 * Which keys a query may see. Query i of batch element b and head h sees key j, or it does not;
 * what it does not see has no effect on its row, whatever is stored there.
 *
 * <p>For attention a mask covers [batch, heads, queries, keys]. For softmax the last two axes of
 * the operand are queries and keys (below rank 2 there is one query); the axes before them are as
 * they are.
 *
 * <p>Positions are 64 bits wide. A mask that speaks of positions takes query i to stand at p = i +
 * offset; without an offset of its own it takes keyLength - queryLength, so that the last query
 * stands at the last key. Positions and bounds saturate at the ends of {@code long}: {@code
 * Long.MAX_VALUE} keys to the left are all there are. An offset that leaves a row without keys is
 * not clamped: that row is empty.
 *
 * <p><b>Equality.</b> Two masks are equal if they were made with the same numbers, the same array
 * objects and shapes, or, for {@link #and} and {@link #or}, from equal masks in the same order;
 * {@code causal()} is the window of {@code Long.MAX_VALUE} keys to the left and none to the right.
 * The contents of arrays do not count, as they may change. Equal masks show the same keys; masks
 * that show the same keys need not be equal.
 *
 * <p><b>Errors.</b> Negative sizes and arrays that do not fit their shape are refused here; a mask
 * that does not fit an operand is refused by the operation, with {@link IllegalArgumentException}
 * and before anything is written. Null is refused with a {@link NullPointerException} that names
 * the argument.
 *
 * <p><b>Allocation.</b> None, except for the mask itself.
 *
 * <p><b>Threading.</b> Masks are immutable, but keep references to the caller's arrays: their
 * contents may change between calls, and not during one.
 */
public sealed interface Mask permits MaskExpression {

  /** Every key is visible. */
  static Mask none() {
    return RangeMask.None.INSTANCE;
  }

  /** Key j is visible to query i iff j ≤ i + (keyLength - queryLength). */
  static Mask causal() {
    return new RangeMask.Window(Long.MAX_VALUE, 0, null);
  }

  /** Key j is visible to query i iff j ≤ i + offset. */
  static Mask causal(long offset) {
    return new RangeMask.Window(Long.MAX_VALUE, 0, offset);
  }

  /**
   * Key j is visible to query i iff p - left ≤ j ≤ p + right, with p = i + (keyLength -
   * queryLength).
   *
   * @throws IllegalArgumentException if {@code left} or {@code right} is negative
   */
  static Mask window(long left, long right) {
    return new RangeMask.Window(left, right, null);
  }

  /**
   * Key j is visible to query i iff p - left ≤ j ≤ p + right, with p = i + offset.
   *
   * @throws IllegalArgumentException if {@code left} or {@code right} is negative
   */
  static Mask window(long left, long right, long offset) {
    return new RangeMask.Window(left, right, offset);
  }

  /**
   * Key j is visible in batch element b iff j &lt; perBatch[b]. Attention needs one length per
   * batch element. Softmax needs one per index of axis 0 if the rank is 3 or 4, and exactly one
   * below. Lengths above the number of keys are refused by the operation.
   *
   * @param perBatch is kept, not copied
   * @throws IllegalArgumentException if a length is negative
   */
  static Mask keyLengths(int... perBatch) {
    return new RangeMask.Lengths(perBatch);
  }

  /**
   * A key is visible iff its element is true.
   *
   * @param allowed is kept, not copied
   * @param shape rank 1 to 4, row-major; broadcast right-aligned, so that a missing axis or a size
   *     of 1 stands for any size. To a softmax operand of rank 3 the axes of a mask of rank 3 are
   *     its own: [·, queries, keys]; to attention they are [heads, queries, keys]
   * @throws IllegalArgumentException if the sizes do not multiply to {@code allowed.length}
   */
  static Mask allowed(boolean[] allowed, long... shape) {
    return ArrayMask.Allowed.of(allowed, shape);
  }

  /**
   * As {@link #allowed}, with one bit per element: element j of a row is bit j mod 64 of the row's
   * long number j / 64. Every row begins with a new long; bits beyond its end mean nothing.
   *
   * @param bits is kept, not copied
   * @throws IllegalArgumentException if {@code bits.length} is not the number of rows times the
   *     longs per row
   */
  static Mask allowedBits(long[] bits, long... shape) {
    return ArrayMask.AllowedBits.of(bits, shape);
  }

  /**
   * The first keys are visible to every query, and no others; for streaming attention {@code
   * prefix(4).or(window(1023, 0))}.
   *
   * @throws IllegalArgumentException if {@code keys} is negative
   */
  static Mask prefix(long keys) {
    return new RangeMask.Prefix(keys);
  }

  /**
   * A key is visible iff both masks show it.
   *
   * @throws IllegalArgumentException if both name an offset, and not the same one
   */
  Mask and(Mask other);

  /**
   * A key is visible iff at least one of the masks shows it.
   *
   * @throws IllegalArgumentException if both name an offset, and not the same one
   */
  Mask or(Mask other);
}
