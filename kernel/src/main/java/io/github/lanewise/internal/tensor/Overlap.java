package io.github.lanewise.internal.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether two tensors share memory, decided exactly on elements: views may interleave in one buffer
 * without touching each other.
 *
 * <p>With a the distance of the first elements, the question is whether a + Σ i·sa - Σ j·sb = 0 has
 * a solution with every i and j within its axis. It is answered by a depth-first search over the
 * strides in descending order. Axes of equal stride on both sides are merged into one variable (the
 * difference of their indices); at each level only those values are tried from which the axes of
 * smaller stride can still reach 0. Tensors of one pitch take a few steps; tensors of different
 * pitch at most as many as the outer axes have index combinations. Nothing is allocated, unless the
 * operands are read-only heap segments whose ranges meet.
 */
public final class Overlap {

  private Overlap() {}

  /** Whether any element of one shares a byte with any element of the other. */
  public static boolean overlaps(StridedFloats a, StridedFloats b) {
    if (a.count() == 0 || b.count() == 0) {
      return false;
    }
    long distance = a.address() - b.address();
    if (distance > Float.BYTES * reachBelow(b, Long.MAX_VALUE) + Float.BYTES - 1
        || -distance > Float.BYTES * reachBelow(a, Long.MAX_VALUE) + Float.BYTES - 1
        || !oneMemory(a, b)) {
      return false;
    }
    // Elements that are not aligned to each other touch when they are less than one apart:
    // distance + 4n lies in (-4, 4) for two neighbouring n, or for one if it is divisible.
    long elements = Math.floorDiv(distance, Float.BYTES);
    return meets(a, b, elements, Long.MAX_VALUE)
        || (Math.floorMod(distance, Float.BYTES) != 0 && meets(a, b, elements + 1, Long.MAX_VALUE));
  }

  /** Whether both have one shape, and every index names the same element in both. */
  public static boolean same(StridedFloats a, StridedFloats b) {
    if (a.rank() != b.rank()) {
      return false;
    }
    for (int axis = 0; axis < a.rank(); axis++) {
      if (a.size(axis) != b.size(axis) || (a.size(axis) > 1 && a.stride(axis) != b.stride(axis))) {
        return false;
      }
    }
    return a.address() == b.address() && oneMemory(a, b);
  }

  /**
   * Whether distance + Σ i·sa - Σ j·sb = 0 has a solution over the axes of stride below a bound.
   */
  private static boolean meets(StridedFloats a, StridedFloats b, long distance, long bound) {
    long stride = Math.max(largestStrideBelow(a, bound), largestStrideBelow(b, bound));
    if (stride == 0) {
      return distance == 0;
    }
    long least = -reachAt(b, stride);
    long most = reachAt(a, stride);
    // distance + n·stride must lie in [-reach of a, reach of b] of the smaller strides.
    long low = Math.ceilDiv(-reachBelow(a, stride) - distance, stride);
    long high = Math.floorDiv(reachBelow(b, stride) - distance, stride);
    for (long n = Math.max(low, least); n <= Math.min(high, most); n++) {
      if (meets(a, b, distance + n * stride, stride)) {
        return true;
      }
    }
    return false;
  }

  private static long largestStrideBelow(StridedFloats t, long bound) {
    long largest = 0;
    for (int axis = 0; axis < t.rank(); axis++) {
      if (t.size(axis) > 1 && t.stride(axis) < bound) {
        largest = Math.max(largest, t.stride(axis));
      }
    }
    return largest;
  }

  /** Largest index along the axis of a given stride; 0 if there is none. */
  private static long reachAt(StridedFloats t, long stride) {
    long reach = 0;
    for (int axis = 0; axis < t.rank(); axis++) {
      if (t.size(axis) > 1 && t.stride(axis) == stride) {
        reach += t.size(axis) - 1;
      }
    }
    return reach;
  }

  /** Distance in elements from the first element to the last over the axes of smaller stride. */
  private static long reachBelow(StridedFloats t, long bound) {
    long reach = 0;
    for (int axis = 0; axis < t.rank(); axis++) {
      if (t.size(axis) > 1 && t.stride(axis) < bound) {
        reach += (t.size(axis) - 1) * t.stride(axis);
      }
    }
    return reach;
  }

  /** Whether the addresses of both count from the same start. */
  private static boolean oneMemory(StridedFloats a, StridedFloats b) {
    if (a.base() != null && b.base() != null) {
      return a.base() == b.base();
    }
    MemorySegment of = a.segmentOrNull();
    MemorySegment and = b.segmentOrNull();
    boolean nativeA = of != null && of.isNative();
    boolean nativeB = and != null && and.isNative();
    if (nativeA || nativeB) {
      return nativeA && nativeB;
    }
    // A read-only heap segment hides its base, but not whether it meets another segment.
    return orArray(of, a).asOverlappingSlice(orArray(and, b)).isPresent();
  }

  private static MemorySegment orArray(@Nullable MemorySegment segment, StridedFloats t) {
    float[] array = t.arrayOrNull();
    return array != null ? MemorySegment.ofArray(array) : Objects.requireNonNull(segment);
  }
}
