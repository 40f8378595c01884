package io.github.lanewise;

import io.github.lanewise.internal.tensor.Shapes;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.tensor.TensorAccess;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
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
 * the segment is closed; {@link WrongThreadException} from {@link #get}, {@link #set} and {@link
 * #toArray} if the arena belongs to another thread. Messages hold both numbers.
 *
 * <p><b>Threading.</b> The view is immutable and may be shared; the memory it shows is not guarded.
 *
 * <p>Tensors are compared by identity. To compare contents, compare {@link #shape()} and {@link
 * #toArray()}.
 */
public final class FloatTensor {

  /** Bytes; a cache line, and the widest vector register. */
  private static final long NATIVE_ALIGNMENT = 64;

  /** The longest array that HotSpot allocates. */
  private static final long MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 2;

  static {
    TensorAccess.install(
        new TensorAccess() {
          @Override
          protected StridedFloats floats(FloatTensor tensor) {
            return tensor.floats;
          }
        });
  }

  private final StridedFloats floats;

  private FloatTensor(StridedFloats floats) {
    this.floats = floats;
  }

  /**
   * A row-major view of a whole array.
   *
   * @throws IllegalArgumentException if the sizes do not multiply to {@code data.length}
   */
  public static FloatTensor of(float[] data, long... shape) {
    Objects.requireNonNull(data, "data");
    long[] own = validCopy(shape);
    long count = Shapes.count(own);
    if (count != data.length) {
      throw new IllegalArgumentException(
          describe(own, count) + ", but data.length is " + data.length);
    }
    return new FloatTensor(StridedFloats.of(data, 0, own));
  }

  /**
   * A row-major view of the part of an array that begins at {@code offset}.
   *
   * @throws IndexOutOfBoundsException if that part does not lie within the array
   */
  public static FloatTensor ofRange(float[] data, int offset, long... shape) {
    Objects.requireNonNull(data, "data");
    long[] own = validCopy(shape);
    long count = Shapes.count(own);
    if (offset < 0 || count > data.length - offset) {
      throw new IndexOutOfBoundsException(
          describe(own, count) + " from offset " + offset + ", but data.length is " + data.length);
    }
    return new FloatTensor(StridedFloats.of(data, offset, own));
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
    long[] own = validCopy(shape);
    long count = Shapes.count(own);
    if (count > Long.MAX_VALUE / Float.BYTES || count * Float.BYTES != data.byteSize()) {
      throw new IllegalArgumentException(
          describe(own, count)
              + " of "
              + Float.BYTES
              + " bytes, but data.byteSize() is "
              + data.byteSize());
    }
    if (!data.scope().isAlive()) {
      throw new IllegalStateException("the arena of data is closed");
    }
    return new FloatTensor(StridedFloats.of(data, own));
  }

  /**
   * A new tensor of zeros in a new array.
   *
   * @throws IllegalArgumentException if an array cannot hold that many elements
   */
  public static FloatTensor allocate(long... shape) {
    long[] own = validCopy(shape);
    long count = Shapes.count(own);
    if (count > MAX_ARRAY_LENGTH) {
      throw new IllegalArgumentException(
          describe(own, count)
              + ", but an array holds at most "
              + MAX_ARRAY_LENGTH
              + ": use allocate(Arena, long...)");
    }
    return new FloatTensor(StridedFloats.of(new float[(int) count], 0, own));
  }

  /**
   * A new tensor of zeros in native memory, 64-byte aligned, that lives as long as the arena.
   *
   * @throws IllegalStateException if the arena is closed
   */
  public static FloatTensor allocate(Arena arena, long... shape) {
    Objects.requireNonNull(arena, "arena");
    long[] own = validCopy(shape);
    long count = Shapes.count(own);
    if (count > Long.MAX_VALUE / Float.BYTES) {
      throw new IllegalArgumentException(
          describe(own, count) + ", but " + Long.MAX_VALUE / Float.BYTES + " can be addressed");
    }
    return new FloatTensor(
        StridedFloats.of(arena.allocate(count * Float.BYTES, NATIVE_ALIGNMENT), own));
  }

  /** Number of axes, 1 to 4. */
  public int rank() {
    return floats.rank();
  }

  /** Size of an axis. */
  public long size(int axis) {
    return floats.size(checkedAxis(axis));
  }

  /** Distance in elements between neighbours along an axis; 1 on the last. */
  public long stride(int axis) {
    return floats.stride(checkedAxis(axis));
  }

  /** The sizes of all axes, in an array that is the caller's. */
  public long[] shape() {
    long[] shape = new long[rank()];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = floats.size(axis);
    }
    return shape;
  }

  /**
   * The part of this tensor where the index along {@code axis} is at least {@code from} and less
   * than {@code to}.
   *
   * @throws IndexOutOfBoundsException unless 0 ≤ from ≤ to ≤ size(axis)
   */
  public FloatTensor slice(int axis, long from, long to) {
    long size = size(axis);
    if (from < 0 || to < from || to > size) {
      throw new IndexOutOfBoundsException(
          "the range from " + from + " to " + to + ", but size(" + axis + ") is " + size);
    }
    return new FloatTensor(floats.slice(axis, from, to));
  }

  /**
   * The part of this tensor where the index along {@code axis} is {@code index}; the axis is
   * dropped.
   *
   * @throws IndexOutOfBoundsException unless 0 ≤ index &lt; size(axis)
   * @throws IllegalArgumentException if this tensor has rank 1 (use {@link #get}), or if the axis
   *     that becomes the last is not contiguous
   */
  public FloatTensor select(int axis, long index) {
    long size = size(axis);
    if (rank() == 1) {
      throw new IllegalArgumentException("select needs rank 2 to 4, but the rank is 1: use get");
    }
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException("index " + index + ", but size(" + axis + ") is " + size);
    }
    return new FloatTensor(floats.select(axis, index));
  }

  /**
   * The same elements with the axes in another order: axis a of the result is axis {@code axes[a]}
   * of this tensor.
   *
   * @throws IllegalArgumentException if {@code axes} is not a permutation of 0 … rank() - 1, or if
   *     the axis that becomes the last has a stride other than 1 and a size above 1
   */
  public FloatTensor permute(int... axes) {
    Objects.requireNonNull(axes, "axes");
    int seen = 0;
    for (int axis : axes) {
      seen |= axis >= 0 && axis < rank() ? 1 << axis : 0;
    }
    if (axes.length != rank() || seen != (1 << rank()) - 1) {
      throw new IllegalArgumentException(
          "axes is "
              + Arrays.toString(axes)
              + ", but a permutation of 0 to "
              + (rank() - 1)
              + " is needed");
    }
    return new FloatTensor(floats.permute(axes));
  }

  /**
   * The same elements, in row-major order, under another shape.
   *
   * @throws IllegalArgumentException if this view is not dense (its elements do not follow each
   *     other in row-major order without gaps), or if the number of elements differs
   */
  public FloatTensor reshape(long... shape) {
    long[] own = validCopy(shape);
    long count = Shapes.count(own);
    if (count != floats.count()) {
      throw new IllegalArgumentException(
          describe(own, count) + ", but this tensor has " + floats.count());
    }
    if (!floats.isDense()) {
      throw new IllegalArgumentException("reshape needs a dense view, but this is " + this);
    }
    return new FloatTensor(floats.reshape(own));
  }

  /** The element at an index, one number per axis. */
  public float get(long... index) {
    return floats.get(elementIndex(index));
  }

  /**
   * Writes the element at an index, one number per axis.
   *
   * @throws IllegalArgumentException also if the segment is read-only
   */
  public void set(float value, long... index) {
    long element = elementIndex(index);
    if (floats.isReadOnly()) {
      throw new IllegalArgumentException("the segment of this tensor is read-only");
    }
    floats.set(value, element);
  }

  /**
   * All elements in row-major order, in a new array.
   *
   * @throws IllegalArgumentException if an array cannot hold them
   */
  public float[] toArray() {
    long count = floats.count();
    if (count > MAX_ARRAY_LENGTH) {
      throw new IllegalArgumentException(
          describe(shape(), count) + ", but an array holds at most " + MAX_ARRAY_LENGTH);
    }
    float[] copy = new float[(int) count];
    floats.copyTo(copy);
    return copy;
  }

  /** Shape, layout and kind of memory; never the contents. */
  @Override
  public String toString() {
    return "FloatTensor" + floats;
  }

  private int checkedAxis(int axis) {
    if (axis < 0 || axis >= rank()) {
      throw new IndexOutOfBoundsException("axis " + axis + ", but the rank is " + rank());
    }
    return axis;
  }

  private long elementIndex(long[] index) {
    if (index.length != rank()) {
      throw new IllegalArgumentException(
          "an index of " + index.length + " numbers, but the rank is " + rank());
    }
    long element = floats.offset();
    for (int axis = 0; axis < index.length; axis++) {
      if (index[axis] < 0 || index[axis] >= floats.size(axis)) {
        throw new IndexOutOfBoundsException(
            "index " + index[axis] + ", but size(" + axis + ") is " + floats.size(axis));
      }
      element += index[axis] * floats.stride(axis);
    }
    return element;
  }

  private static long[] validCopy(long[] shape) {
    long[] own = Objects.requireNonNull(shape, "shape").clone(); // before the check: it may change
    Shapes.requireValid(own);
    return own;
  }

  private static String describe(long[] shape, long count) {
    return "the shape " + Arrays.toString(shape) + " has " + count + " elements";
  }
}
