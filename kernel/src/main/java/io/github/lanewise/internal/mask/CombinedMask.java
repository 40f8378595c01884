package io.github.lanewise.internal.mask;

import org.jspecify.annotations.Nullable;

/** Two masks that make one. */
public sealed interface CombinedMask extends MaskExpression {

  MaskExpression left();

  MaskExpression right();

  /** How deep unions whose hull is looked for exactly are nested in here. */
  int exactUnions();

  private static int exactUnions(MaskExpression left, MaskExpression right) {
    return Math.max(
        left instanceof CombinedMask a ? a.exactUnions() : 0,
        right instanceof CombinedMask b ? b.exactUnions() : 0);
  }

  /** The offset that the two masks name; null if neither names one. */
  private static @Nullable Long commonOffset(MaskExpression left, MaskExpression right) {
    Long ofLeft = left.namedOffset();
    Long ofRight = right.namedOffset();
    if (ofLeft != null && ofRight != null && !ofLeft.equals(ofRight)) {
      throw new IllegalArgumentException(
          "one mask has offset " + ofLeft + ", but the other " + ofRight);
    }
    return ofLeft != null ? ofLeft : ofRight;
  }

  @Override
  default void check(MaskPlan plan) {
    left().check(plan);
    right().check(plan);
  }

  @Override
  default boolean startsAtZero() {
    return left().startsAtZero() && right().startsAtZero();
  }

  /** How the bits of the right mask join those of the left. */
  Combine operation();

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
    if (combine == Combine.SET || combine == operation()) {
      left().chunk(plan, b, h, i, key0, length, bits, at, combine);
      right().chunk(plan, b, h, i, key0, length, bits, at, operation());
    } else { // would need room for a second chunk: word by word instead
      MaskExpression.super.chunk(plan, b, h, i, key0, length, bits, at, combine);
    }
  }

  /** What both masks show. Its hull may come out with first above end: then it is empty. */
  record And(MaskExpression left, MaskExpression right, @Nullable Long namedOffset, int exactUnions)
      implements CombinedMask {

    /** How often the two ask each other for a key that both show; what they find then will do. */
    private static final int MOST_ROUNDS = 8;

    And(MaskExpression left, MaskExpression right) {
      this(left, right, commonOffset(left, right), CombinedMask.exactUnions(left, right));
    }

    @Override
    public Combine operation() {
      return Combine.AND;
    }

    @Override
    public boolean isEverything(MaskPlan plan) {
      return left.isEverything(plan) && right.isEverything(plan);
    }

    @Override
    public boolean rangesOnly() {
      return left.rangesOnly() && right.rangesOnly();
    }

    @Override
    public long first(MaskPlan plan, long b, long h, long i) {
      return Math.max(left.first(plan, b, h, i), right.first(plan, b, h, i));
    }

    @Override
    public long end(MaskPlan plan, long b, long h, long i) {
      return Math.min(left.end(plan, b, h, i), right.end(plan, b, h, i));
    }

    @Override
    public long next(MaskPlan plan, long b, long h, long i, long key) {
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
    public long word(MaskPlan plan, long b, long h, long i, long key, int length) {
      long word = left.word(plan, b, h, i, key, length);
      return word == 0 ? 0 : word & right.word(plan, b, h, i, key, length);
    }

    @Override
    public String toString() {
      return left + ".and(" + right + ")";
    }
  }

  /** What either mask shows. The hull closes the gap that may lie between the two. */
  record Or(MaskExpression left, MaskExpression right, @Nullable Long namedOffset, int exactUnions)
      implements CombinedMask {

    /**
     * An intersection inside a union has to be asked for both ends of its hull to see whether it is
     * empty, which doubles the questions at every such level. Beyond this depth the hull is left
     * wider than it could be.
     */
    private static final int MAX_EXACT_UNIONS = 3;

    Or(MaskExpression left, MaskExpression right) {
      this(
          left,
          right,
          commonOffset(left, right),
          CombinedMask.exactUnions(left, right)
              + (left instanceof And || right instanceof And ? 1 : 0));
    }

    private boolean isExact() {
      return exactUnions <= MAX_EXACT_UNIONS;
    }

    @Override
    public Combine operation() {
      return Combine.OR;
    }

    @Override
    public boolean isEverything(MaskPlan plan) {
      return left.isEverything(plan) || right.isEverything(plan);
    }

    /** Ranges that all begin with key 0 leave no gap. */
    @Override
    public boolean rangesOnly() {
      return isExact() && left.rangesOnly() && right.rangesOnly() && startsAtZero();
    }

    @Override
    public long first(MaskPlan plan, long b, long h, long i) {
      return Math.min(first(left, plan, b, h, i), first(right, plan, b, h, i));
    }

    @Override
    public long end(MaskPlan plan, long b, long h, long i) {
      return Math.max(end(left, plan, b, h, i), end(right, plan, b, h, i));
    }

    private long first(MaskExpression mask, MaskPlan plan, long b, long h, long i) {
      long first = mask.first(plan, b, h, i);
      return mayBeReversed(mask) && first >= mask.end(plan, b, h, i) ? NOWHERE : first;
    }

    private long end(MaskExpression mask, MaskPlan plan, long b, long h, long i) {
      long end = mask.end(plan, b, h, i);
      return mayBeReversed(mask) && mask.first(plan, b, h, i) >= end ? 0 : end;
    }

    private boolean mayBeReversed(MaskExpression mask) {
      return mask instanceof And && isExact();
    }

    @Override
    public long next(MaskPlan plan, long b, long h, long i, long key) {
      return Math.min(left.next(plan, b, h, i, key), right.next(plan, b, h, i, key));
    }

    @Override
    public long word(MaskPlan plan, long b, long h, long i, long key, int length) {
      return left.word(plan, b, h, i, key, length) | right.word(plan, b, h, i, key, length);
    }

    @Override
    public String toString() {
      return left + ".or(" + right + ")";
    }
  }
}
