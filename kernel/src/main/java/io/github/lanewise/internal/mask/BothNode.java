package io.github.lanewise.internal.mask;

/** What both masks show. Its hull may come out with first above end: then it is empty. */
final class BothNode extends MaskNode {

  /** How often the two ask each other for a key that both show; what they find by then will do. */
  private static final int MOST_ROUNDS = 8;

  private final MaskNode left;
  private final MaskNode right;

  BothNode(MaskNode left, MaskNode right) {
    super(commonOffset(left, right));
    this.left = left;
    this.right = right;
  }

  /** How deep unions whose hull is looked for exactly are nested in here. */
  int exactUnions() {
    return Math.max(EitherNode.exactUnions(left), EitherNode.exactUnions(right));
  }

  @Override
  void check(MaskPlan plan) {
    left.check(plan);
    right.check(plan);
  }

  @Override
  boolean isEverything(MaskPlan plan) {
    return left.isEverything(plan) && right.isEverything(plan);
  }

  @Override
  boolean rangesOnly() {
    return left.rangesOnly() && right.rangesOnly();
  }

  @Override
  boolean startsAtZero() {
    return left.startsAtZero() && right.startsAtZero();
  }

  @Override
  long first(MaskPlan plan, long b, long h, long i) {
    return Math.max(left.first(plan, b, h, i), right.first(plan, b, h, i));
  }

  @Override
  long end(MaskPlan plan, long b, long h, long i) {
    return Math.min(left.end(plan, b, h, i), right.end(plan, b, h, i));
  }

  @Override
  long next(MaskPlan plan, long b, long h, long i, long key) {
    long next = key;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      long ofLeft = left.next(plan, b, h, i, next);
      long ofRight = ofLeft == NOWHERE ? NOWHERE : right.next(plan, b, h, i, ofLeft);
      if (ofRight == ofLeft) {
        return ofLeft;
      }
      next = ofRight;
    }
    return next;
  }

  @Override
  long word(MaskPlan plan, long b, long h, long i, long key, int length) {
    long word = left.word(plan, b, h, i, key, length);
    return word == 0 ? 0 : word & right.word(plan, b, h, i, key, length);
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
    if (combine == Combine.OR) { // would need room for a second chunk: word by word instead
      super.chunk(plan, b, h, i, key0, length, bits, at, combine);
    } else {
      left.chunk(plan, b, h, i, key0, length, bits, at, combine);
      right.chunk(plan, b, h, i, key0, length, bits, at, Combine.AND);
    }
  }

  @Override
  public String toString() {
    return left + ".and(" + right + ")";
  }
}
