package io.github.lanewise.internal.mask;

import org.jspecify.annotations.Nullable;

/**
 * The keys around the query's own position p = i + offset are visible: p - left … p + right. The
 * position and both bounds saturate at the ends of long.
 */
final class WindowNode extends RangeNode {

  private final long left;
  private final long right;
  private final boolean standsByItself; // the offset is named
  private final long offset;

  WindowNode(long left, long right, @Nullable Long offset) {
    super(offset);
    if (left < 0 || right < 0) {
      throw new IllegalArgumentException(
          "the window is "
              + left
              + " to the left and "
              + right
              + " to the right, but at least 0 is"
              + " needed");
    }
    this.left = left;
    this.right = right;
    this.standsByItself = offset != null;
    this.offset = offset != null ? offset : 0;
  }

  @Override
  @Nullable RangeNode intersect(RangeNode other) {
    return other instanceof WindowNode that && isAround(that)
        ? new WindowNode(Math.min(left, that.left), Math.min(right, that.right), namedOffset())
        : null;
  }

  /** Two windows around one position both hold it: there is no gap between them. */
  @Override
  @Nullable RangeNode unite(RangeNode other) {
    return other instanceof WindowNode that && isAround(that)
        ? new WindowNode(Math.max(left, that.left), Math.max(right, that.right), namedOffset())
        : null;
  }

  private boolean isAround(WindowNode that) {
    return standsByItself == that.standsByItself && offset == that.offset;
  }

  @Override
  void check(MaskPlan plan) {
    if (!standsByItself && plan.isShard()) {
      throw new IllegalArgumentException(
          this + " needs the number of all keys, which a shard does not know: name the offset");
    }
  }

  @Override
  boolean isEverything(MaskPlan plan) {
    return low(plan, 0, plan.queries() - 1) <= 0 && high(plan, 0, 0) >= plan.keys() - 1;
  }

  @Override
  boolean startsAtZero() {
    return left == Long.MAX_VALUE; // p - left is at most 0
  }

  @Override
  long first(MaskPlan plan, long b, long h, long i) {
    long first = Math.max(low(plan, b, i), 0);
    return first <= Math.min(high(plan, b, i), plan.keys(b) - 1) ? first : NOWHERE;
  }

  @Override
  long end(MaskPlan plan, long b, long h, long i) {
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
    return saturatedSum(i, standsByItself ? offset : plan.lengthDifference(b));
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
    String position = standsByItself ? (causal ? "" : ", ") + offset : "";
    return (causal ? "causal(" : "window(") + window + position + ")";
  }
}
