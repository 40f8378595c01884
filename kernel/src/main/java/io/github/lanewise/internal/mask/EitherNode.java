package io.github.lanewise.internal.mask;

/** What either mask shows. The hull closes the gap that may lie between the two. */
final class EitherNode extends MaskNode {

  /**
   * An intersection inside a union has to be asked for both ends of its hull to see whether it is
   * empty, which doubles the questions at every such level. Beyond this depth the hull is left
   * wider than it could be.
   */
  private static final int MAX_EXACT_UNIONS = 3;

  private final MaskNode left;
  private final MaskNode right;
  private final int exactUnions;

  EitherNode(MaskNode left, MaskNode right) {
    super(commonOffset(left, right));
    this.left = left;
    this.right = right;
    boolean intersects = left instanceof BothNode || right instanceof BothNode;
    this.exactUnions = Math.max(exactUnions(left), exactUnions(right)) + (intersects ? 1 : 0);
  }

  static int exactUnions(MaskNode node) {
    return node instanceof EitherNode either
        ? either.exactUnions
        : node instanceof BothNode both ? both.exactUnions() : 0;
  }

  private boolean isExact() {
    return exactUnions <= MAX_EXACT_UNIONS;
  }

  @Override
  void check(MaskPlan plan) {
    left.check(plan);
    right.check(plan);
  }

  @Override
  boolean isEverything(MaskPlan plan) {
    return left.isEverything(plan) || right.isEverything(plan);
  }

  /** Ranges that all begin with key 0 leave no gap. */
  @Override
  boolean rangesOnly() {
    return isExact() && left.rangesOnly() && right.rangesOnly() && startsAtZero();
  }

  @Override
  boolean startsAtZero() {
    return left.startsAtZero() && right.startsAtZero();
  }

  @Override
  long first(MaskPlan plan, long b, long h, long i) {
    return Math.min(first(left, plan, b, h, i), first(right, plan, b, h, i));
  }

  @Override
  long end(MaskPlan plan, long b, long h, long i) {
    return Math.max(end(left, plan, b, h, i), end(right, plan, b, h, i));
  }

  @Override
  long next(MaskPlan plan, long b, long h, long i, long key) {
    return Math.min(left.next(plan, b, h, i, key), right.next(plan, b, h, i, key));
  }

  private long first(MaskNode node, MaskPlan plan, long b, long h, long i) {
    long first = node.first(plan, b, h, i);
    return mayBeReversed(node) && first >= node.end(plan, b, h, i) ? NOWHERE : first;
  }

  private long end(MaskNode node, MaskPlan plan, long b, long h, long i) {
    long end = node.end(plan, b, h, i);
    return mayBeReversed(node) && node.first(plan, b, h, i) >= end ? 0 : end;
  }

  private boolean mayBeReversed(MaskNode node) {
    return node instanceof BothNode && isExact();
  }

  @Override
  long word(MaskPlan plan, long b, long h, long i, long key, int length) {
    return left.word(plan, b, h, i, key, length) | right.word(plan, b, h, i, key, length);
  }

  @Override
  void chunk(
      MaskPlan plan,
      long b,
      long h,
      long i,
      long key0,
      int length,
      long[] bits,
      int at,
      Combine combine) {
    if (combine == Combine.AND) { // would need room for a second chunk: word by word instead
      super.chunk(plan, b, h, i, key0, length, bits, at, combine);
    } else {
      left.chunk(plan, b, h, i, key0, length, bits, at, combine);
      right.chunk(plan, b, h, i, key0, length, bits, at, Combine.OR);
    }
  }

  @Override
  public String toString() {
    return left + ".or(" + right + ")";
  }
}
