package io.github.lanewise.internal.mask;

import io.github.lanewise.Mask;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A node of a mask's expression tree. Nodes are immutable and know nothing of the call's shape:
 * each question brings the plan that is bound to it.
 *
 * <p>A row's visible keys are described twice. The hull is the range from {@link #first} to {@link
 * #end}; where it is empty, first is not less than end, and leaves answer {@link #NOWHERE} and 0,
 * the neutral elements of min and max. The bits are exact; positions beyond the keys are 0.
 */
public abstract sealed class MaskNode implements Mask
    permits RangeNode, ArrayNode, BothNode, EitherNode {

  /** Where an empty range begins. */
  static final long NOWHERE = Long.MAX_VALUE;

  /** What is done to the bits that are there when those of a node arrive. */
  enum Combine {
    SET,
    AND,
    OR
  }

  private final @Nullable Long namedOffset;

  MaskNode(@Nullable Long namedOffset) {
    this.namedOffset = namedOffset;
  }

  /** Throws if this mask does not fit the plan's shape. */
  abstract void check(MaskPlan plan);

  /** Whether every key is visible to every query, as far as that is known without a search. */
  abstract boolean isEverything(MaskPlan plan);

  /** Whether the hull of every row is exact. */
  abstract boolean rangesOnly();

  /** Whether every hull that is not empty begins with key 0. */
  abstract boolean startsAtZero();

  abstract long first(MaskPlan plan, long b, long h, long i);

  abstract long end(MaskPlan plan, long b, long h, long i);

  /**
   * A key from {@code key} on before which, from {@code key} on, the row sees nothing; {@link
   * #NOWHERE} if it sees nothing any more.
   */
  long next(MaskPlan plan, long b, long h, long i, long key) {
    long next = Math.max(key, first(plan, b, h, i));
    return next < end(plan, b, h, i) ? next : NOWHERE;
  }

  /** Bit j is key + j, for 0 ≤ j &lt; length ≤ 64; key is a multiple of 64. */
  abstract long word(MaskPlan plan, long b, long h, long i, long key, int length);

  /** The words of a chunk, combined with what stands in bits[at] … bits[at + 3]. */
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
    for (int w = 0; w < MaskPlan.CHUNK_WORDS; w++) {
      int left = length - w * Long.SIZE;
      long word =
          left <= 0
              ? 0
              : word(plan, b, h, i, key0 + w * (long) Long.SIZE, Math.min(left, Long.SIZE));
      put(bits, at + w, word, combine);
    }
  }

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

  /** The offset that this mask names; null if it names none. */
  final @Nullable Long namedOffset() {
    return namedOffset;
  }

  /** The offset that an expression of two masks names. */
  static @Nullable Long commonOffset(MaskNode left, MaskNode right) {
    if (left.namedOffset == null) {
      return right.namedOffset;
    }
    if (right.namedOffset != null && !left.namedOffset.equals(right.namedOffset)) {
      throw new IllegalArgumentException(
          "one mask has offset " + left.namedOffset + ", but the other " + right.namedOffset);
    }
    return left.namedOffset;
  }

  @Override
  public final Mask and(Mask other) {
    MaskNode right = (MaskNode) Objects.requireNonNull(other, "other");
    RangeNode merged =
        this instanceof RangeNode a && right instanceof RangeNode b ? a.intersect(b) : null;
    return merged != null ? merged : new BothNode(this, right);
  }

  @Override
  public final Mask or(Mask other) {
    MaskNode right = (MaskNode) Objects.requireNonNull(other, "other");
    RangeNode merged =
        this instanceof RangeNode a && right instanceof RangeNode b ? a.unite(b) : null;
    return merged != null ? merged : new EitherNode(this, right);
  }

  public static MaskNode none() {
    return EverythingNode.INSTANCE;
  }

  public static MaskNode causal() {
    return new WindowNode(Long.MAX_VALUE, 0, null);
  }

  public static MaskNode causal(long offset) {
    return new WindowNode(Long.MAX_VALUE, 0, offset);
  }

  public static MaskNode window(long left, long right) {
    return new WindowNode(left, right, null);
  }

  public static MaskNode window(long left, long right, long offset) {
    return new WindowNode(left, right, offset);
  }

  public static MaskNode keyLengths(int[] perBatch) {
    return new LengthsNode(Objects.requireNonNull(perBatch, "perBatch"));
  }

  public static MaskNode allowed(boolean[] allowed, long[] shape) {
    return new AllowedNode(Objects.requireNonNull(allowed, "allowed"), shape);
  }

  public static MaskNode allowedBits(long[] bits, long[] shape) {
    return new AllowedBitsNode(Objects.requireNonNull(bits, "bits"), shape);
  }

  public static MaskNode prefix(long keys) {
    return new PrefixNode(keys);
  }
}
