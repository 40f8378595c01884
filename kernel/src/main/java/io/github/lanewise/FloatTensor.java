package io.github.lanewise;

import io.github.lanewise.internal.tensor.Shapes;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A view of float32 numbers as a tensor of rank 1 to 4, over an array or a memory segment.
 *
 * <p>Element (i<sub>0</sub>, i<sub>1</sub>, …) lies at offset + Σ i<sub>a</sub>·stride(a). The last
 * axis is always contiguous: {@code stride(rank() - 1)} is 1. Sizes may be 0 and are 64 bits wide:
 * a segment may hold more than 2³¹ elements.
 *
 * <p><b>Zero-copy.</b> Every method that returns a tensor returns another view of the same memory;
 * what one view writes, the others read. Only {@link #allocate(long...)}, {@link #allocate(Arena,
 * long...)} and {@link #toArray()} make new memory.
 *
 * <p><b>Segments.</b> Heap and native segments of any alignment are taken, the latter also
 * read-only (then the tensor can be an input, not an output); elements are in native byte order. A
 * writable heap segment over a {@code float[]} is as fast as the array itself.
 *
 * <p><b>Errors.</b> {@link NullPointerException} for null; {@link IndexOutOfBoundsException} for an
 * axis, an index or a range out of bounds; {@link IllegalArgumentException} for everything else
 * that does not fit, before anything is written; {@link IllegalStateException} once the arena of
 * the segment is closed; {@link WrongThreadException} from {@link #get}, {@link #set}, {@link
 * #fill}, {@link #copyFrom} and {@link #toArray} if the arena belongs to another thread. Messages
 * hold both numbers.
 *
 * <p><b>Threading.</b> The view is immutable and may be shared; the memory it shows is not guarded.
 *
 * <p>Tensors are compared by identity. To compare contents, compare {@link #shape()} and {@link
 * #toArray()}.
 */
public abstract sealed class FloatTensor permits StridedFloats {

  /** Bytes; a cache line, and the widest vector register. */
  private static final long NATIVE_ALIGNMENT = 64;

  /** For the one subclass. */
  protected FloatTensor() {}

  /**
   * A row-major view of a whole array.
   *
   * @throws IllegalArgumentException if the sizes do not multiply to {@code data.length}
   */
  public static FloatTensor of(float[] data, long... shape) {
    Objects.requireNonNull(data, "data");
    long[] own = Shapes.validCopy(shape);
    long count = Shapes.count(own);
    if (count != data.length) {
      throw new IllegalArgumentException(
          Shapes.describe(own, count) + ", but data.length is " + data.length);
    }
    return StridedFloats.over(data, 0, own);
  }

  /**
   * A row-major view of the part of an array that begins at {@code offset}.
   *
   * @throws IndexOutOfBoundsException if that part does not lie within the array
   */
  public static FloatTensor ofRange(float[] data, int offset, long... shape) {
    Objects.requireNonNull(data, "data");
    long[] own = Shapes.validCopy(shape);
    long count = Shapes.count(own);
    if (offset < 0 || count > data.length - offset) {
      throw new IndexOutOfBoundsException(
          Shapes.describe(own, count)
              + " from offset "
              + offset
              + ", but data.length is "
              + data.length);
    }
    return StridedFloats.over(data, offset, own);
  }

  /**
   * A row-major view of a whole segment, heap or native, of any alignment.
   *
   * @throws IllegalArgumentException if four times the product of the sizes is not {@code
   *     data.byteSize()}
   * @throws IllegalStateException if the segment's arena is closed
   */
  public static FloatTensor of(MemorySegment data, long... shape) {
    Objects.requireNonNull(data, "data");
    long[] own = Shapes.validCopy(shape);
    long count = Shapes.count(own);
    if (count > Long.MAX_VALUE / Float.BYTES || count * Float.BYTES != data.byteSize()) {
      throw new IllegalArgumentException(
          Shapes.describe(own, count)
              + " of "
              + Float.BYTES
              + " bytes, but data.byteSize() is "
              + data.byteSize());
    }
    if (!data.scope().isAlive()) {
      throw new IllegalStateException("the arena of data is closed");
    }
    return StridedFloats.over(data, own);
  }

  /**
   * A new tensor of zeros in a new array.
   *
   * @throws IllegalArgumentException if an array cannot hold that many elements
   */
  public static FloatTensor allocate(long... shape) {
    long[] own = Shapes.validCopy(shape);
    long count = Shapes.count(own);
    if (count > Shapes.MAX_ARRAY_LENGTH) {
      throw new IllegalArgumentException(
          Shapes.describe(own, count)
              + ", but an array holds at most "
              + Shapes.MAX_ARRAY_LENGTH
              + ": use allocate(Arena, long...)");
    }
    return StridedFloats.over(new float[(int) count], 0, own);
  }

  /**
   * A new tensor of zeros in native memory, 64-byte aligned, that lives as long as the arena.
   *
   * @throws IllegalStateException if the arena is closed
   */
  public static FloatTensor allocate(Arena arena, long... shape) {
    Objects.requireNonNull(arena, "arena");
    long[] own = Shapes.validCopy(shape);
    long count = Shapes.count(own);
    if (count > Long.MAX_VALUE / Float.BYTES) {
      throw new IllegalArgumentException(
          Shapes.describe(own, count)
              + ", but "
              + Long.MAX_VALUE / Float.BYTES
              + " can be addressed");
    }
    return StridedFloats.over(arena.allocate(count * Float.BYTES, NATIVE_ALIGNMENT), own);
  }

  /** Number of axes, 1 to 4. */
  public abstract int rank();

  /** Size of an axis. */
  public abstract long size(int axis);

  /** Distance in elements between neighbours along an axis; 1 on the last. */
  public abstract long stride(int axis);

  /** The sizes of all axes, in an array that is the caller's. */
  public abstract long[] shape();

  /**
   * The part of this tensor where the index along {@code axis} is at least {@code from} and less
   * than {@code to}.
   *
   * @throws IndexOutOfBoundsException unless 0 ≤ from ≤ to ≤ size(axis)
   */
  public abstract FloatTensor slice(int axis, long from, long to);

  /**
   * The part of this tensor where the index along {@code axis} is {@code index}; the axis is
   * dropped.
   *
   * @throws IndexOutOfBoundsException unless 0 ≤ index &lt; size(axis)
   * @throws IllegalArgumentException if this tensor has rank 1 (use {@link #get}), or if the axis
   *     that becomes the last is not contiguous
   */
  public abstract FloatTensor select(int axis, long index);

  /**
   * The same elements with the axes in another order: axis a of the result is axis {@code axes[a]}
   * of this tensor.
   *
   * @throws IllegalArgumentException if {@code axes} is not a permutation of 0 … rank() - 1, or if
   *     the axis that becomes the last has a stride other than 1 and a size above 1
   */
  public abstract FloatTensor permute(int... axes);

  /**
   * The same elements, in row-major order, under another shape.
   *
   * @throws IllegalArgumentException if this view is not dense (its elements do not follow each
   *     other in row-major order without gaps), or if the number of elements differs
   */
  public abstract FloatTensor reshape(long... shape);

  /** The element at an index, one number per axis. */
  public abstract float get(long... index);

  /**
   * Writes the element at an index, one number per axis.
   *
   * @throws IllegalArgumentException also if the segment is read-only
   */
  public abstract void set(float value, long... index);

  /**
   * All elements in row-major order, in a new array.
   *
   * @throws IllegalArgumentException if an array cannot hold them
   */
  public abstract float[] toArray();

  /** Whether the elements follow each other in row-major order without gaps. */
  public abstract boolean isContiguous();

  /**
   * Sets every element to one value.
   *
   * @throws IllegalArgumentException if the segment is read-only
   */
  public abstract void fill(float value);

  /**
   * Copies the elements of a tensor of the same shape, whatever its layout and kind of memory.
   *
   * @throws IllegalArgumentException if the shapes differ, if the segment of this tensor is
   *     read-only, or if the two share memory other than exactly in place
   */
  public abstract void copyFrom(FloatTensor source);

  /** Shape, layout and kind of memory; never the contents. */
  @Override
  public abstract String toString();
}
