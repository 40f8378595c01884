package io.github.lanewise.internal.tensor;

import io.github.lanewise.FloatTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The inside of {@link FloatTensor}: float32 storage, the index of the first element in it, and
 * shape and strides in elements.
 *
 * <p>Storage is either a {@code float[]} (also when the caller came with a writable heap segment
 * over one that starts on a whole element), or a segment of any other kind and alignment. Kernels
 * work on arrays; rows of the other kind are staged through {@link #read} and {@link #write}.
 *
 * <p>The stride of the last axis is always 1. Different indices name different elements: there are
 * no views with stride 0.
 */
public final class StridedFloats extends FloatTensor {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final float @Nullable [] array;
  private final @Nullable MemorySegment segment; // exactly one of the two is null
  private final @Nullable Object base; // the heap object; null where it is native or hidden
  private final long firstByte; // of element 0 of the storage: an address, or from the base's start
  private final long offset;
  private final long[] shape;
  private final long[] strides;

  private StridedFloats(
      float @Nullable [] array,
      @Nullable MemorySegment segment,
      @Nullable Object base,
      long firstByte,
      long offset,
      long[] shape,
      long[] strides) {
    this.array = array;
    this.segment = segment;
    this.base = base;
    this.firstByte = firstByte;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    if (shape[shape.length - 1] <= 1) {
      strides[shape.length - 1] = 1; // never walked, so any stride will do
    }
  }

  /** The inside of a tensor, which every tensor is by itself. */
  public static StridedFloats of(FloatTensor tensor) {
    return (StridedFloats) tensor;
  }

  /** A row-major tensor over an array; the caller has checked that it fits. */
  public static StridedFloats over(float[] array, long offset, long[] shape) {
    return new StridedFloats(array, null, array, 0, offset, shape, Shapes.rowMajorStrides(shape));
  }

  /** A row-major tensor over a segment; the caller has checked that it fits. */
  public static StridedFloats over(MemorySegment segment, long[] shape) {
    Optional<Object> heap = segment.heapBase(); // empty for native and for read-only segments
    long address = segment.address();
    if (heap.isPresent() && heap.get() instanceof float[] array && address % Float.BYTES == 0) {
      return over(array, address / Float.BYTES, shape);
    }
    return new StridedFloats(
        null, segment, heap.orElse(null), address, 0, shape, Shapes.rowMajorStrides(shape));
  }

  private StridedFloats view(long newOffset, long[] newShape, long[] newStrides) {
    return new StridedFloats(array, segment, base, firstByte, newOffset, newShape, newStrides);
  }

  @Override
  public FloatTensor slice(int axis, long from, long to) {
    long size = size(axis);
    if (from < 0 || to < from || to > size) {
      throw new IndexOutOfBoundsException(
          "the range from " + from + " to " + to + ", but size(" + axis + ") is " + size);
    }
    long[] newShape = shape.clone();
    newShape[axis] = to - from;
    // An empty part at the far end would begin outside the storage.
    return view(from == to ? offset : offset + from * strides[axis], newShape, strides.clone());
  }

  @Override
  public FloatTensor select(int axis, long index) {
    long size = size(axis);
    int rank = shape.length - 1;
    if (rank == 0) {
      throw new IllegalArgumentException("select needs rank 2 to 4, but the rank is 1: use get");
    }
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException("index " + index + ", but size(" + axis + ") is " + size);
    }
    long[] newShape = new long[rank];
    long[] newStrides = new long[rank];
    for (int to = 0; to < rank; to++) {
      int from = to < axis ? to : to + 1;
      newShape[to] = shape[from];
      newStrides[to] = strides[from];
    }
    requireContiguous(newShape, newStrides);
    return view(offset + index * strides[axis], newShape, newStrides);
  }

  @Override
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
    long[] newShape = new long[axes.length];
    long[] newStrides = new long[axes.length];
    for (int to = 0; to < axes.length; to++) {
      newShape[to] = shape[axes[to]];
      newStrides[to] = strides[axes[to]];
    }
    requireContiguous(newShape, newStrides);
    return view(offset, newShape, newStrides);
  }

  @Override
  public FloatTensor reshape(long... newShape) {
    long[] own = Shapes.validCopy(newShape);
    long count = Shapes.count(own);
    if (count != count()) {
      throw new IllegalArgumentException(
          Shapes.describe(own, count) + ", but this tensor has " + count());
    }
    if (!isContiguous()) {
      throw new IllegalArgumentException("reshape needs a dense view, but this is " + this);
    }
    return view(offset, own, Shapes.rowMajorStrides(own));
  }

  private static void requireContiguous(long[] shape, long[] strides) {
    int last = shape.length - 1;
    if (shape[last] > 1 && strides[last] != 1) {
      throw new IllegalArgumentException(
          "the last axis of the shape "
              + Arrays.toString(shape)
              + " has stride "
              + strides[last]
              + ", but 1 is needed");
    }
  }

  @Override
  public int rank() {
    return shape.length;
  }

  @Override
  public long size(int axis) {
    return shape[checkedAxis(axis)];
  }

  @Override
  public long stride(int axis) {
    return strides[checkedAxis(axis)];
  }

  private int checkedAxis(int axis) {
    if (axis < 0 || axis >= shape.length) {
      throw new IndexOutOfBoundsException("axis " + axis + ", but the rank is " + shape.length);
    }
    return axis;
  }

  @Override
  public long[] shape() {
    return shape.clone();
  }

  /** Index of the first element, in elements from the start of the storage. */
  public long offset() {
    return offset;
  }

  /** Number of elements. */
  public long count() {
    return Shapes.count(shape);
  }

  /** The array under this tensor, to which {@link #offset} refers; null where rows are staged. */
  public float @Nullable [] arrayOrNull() {
    return array;
  }

  /** Null exactly where {@link #arrayOrNull} is not. */
  @Nullable MemorySegment segmentOrNull() {
    return segment;
  }

  /** The heap object that holds the elements; null where it is native or hidden. */
  @Nullable Object base() {
    return base;
  }

  /** Address of the first element in bytes: absolute, or from the start of the heap object. */
  long address() {
    return firstByte + Float.BYTES * offset;
  }

  @Override
  public boolean isContiguous() {
    long expected = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] > 1 && strides[axis] != expected) {
        return count() == 0;
      }
      expected *= shape[axis];
    }
    return true;
  }

  public boolean isReadOnly() {
    return segment != null && segment.isReadOnly();
  }

  @Override
  public float get(long... index) {
    return element(elementIndex(index));
  }

  @Override
  public void set(float value, long... index) {
    long element = elementIndex(index);
    requireWritable();
    setElement(value, element);
  }

  /** The element at an absolute index. */
  public float element(long elementIndex) {
    if (array != null) {
      return array[(int) elementIndex];
    }
    return storage().get(FLOAT, elementIndex * Float.BYTES);
  }

  /** Writes the element at an absolute index. */
  public void setElement(float value, long elementIndex) {
    if (array != null) {
      array[(int) elementIndex] = value;
    } else {
      storage().set(FLOAT, elementIndex * Float.BYTES, value);
    }
  }

  private long elementIndex(long[] index) {
    Objects.requireNonNull(index, "index");
    if (index.length != shape.length) {
      throw new IllegalArgumentException(
          "an index of " + index.length + " numbers, but the rank is " + shape.length);
    }
    long element = offset;
    for (int axis = 0; axis < index.length; axis++) {
      if (index[axis] < 0 || index[axis] >= shape[axis]) {
        throw new IndexOutOfBoundsException(
            "index " + index[axis] + ", but size(" + axis + ") is " + shape[axis]);
      }
      element += index[axis] * strides[axis];
    }
    return element;
  }

  private void requireWritable() {
    if (isReadOnly()) {
      throw new IllegalArgumentException("the segment of this tensor is read-only");
    }
  }

  /** Copies a contiguous run that begins at an absolute element index into an array. */
  public void read(long elementIndex, float[] target, int from, int length) {
    if (array != null) {
      System.arraycopy(array, (int) elementIndex, target, from, length);
    } else if (length > 0) { // an empty segment has no address to read nothing from
      MemorySegment.copy(storage(), FLOAT, elementIndex * Float.BYTES, target, from, length);
    }
  }

  /** Copies a part of an array to a contiguous run that begins at an absolute element index. */
  public void write(float[] source, int from, long elementIndex, int length) {
    if (array != null) {
      System.arraycopy(source, from, array, (int) elementIndex, length);
    } else if (length > 0) {
      MemorySegment.copy(source, from, storage(), FLOAT, elementIndex * Float.BYTES, length);
    }
  }

  /** Sets a contiguous run that begins at an absolute element index to one value. */
  public void fill(long elementIndex, long length, float value) {
    if (array != null) {
      Arrays.fill(array, (int) elementIndex, (int) (elementIndex + length), value);
      return;
    }
    MemorySegment target = storage();
    for (long i = elementIndex; i < elementIndex + length; i++) {
      target.set(FLOAT, i * Float.BYTES, value);
    }
  }

  @Override
  public float[] toArray() {
    long count = count();
    if (count > Shapes.MAX_ARRAY_LENGTH) {
      throw new IllegalArgumentException(
          Shapes.describe(shape, count)
              + ", but an array holds at most "
              + Shapes.MAX_ARRAY_LENGTH);
    }
    float[] copy = new float[(int) count];
    if (count > 0) {
      copyAxis(0, offset, copy, 0);
    }
    return copy;
  }

  @Override
  public void fill(float value) {
    requireWritable();
    if (count() > 0) {
      fillAxis(0, offset, value);
    }
  }

  private void fillAxis(int axis, long element, float value) {
    if (axis == shape.length - 1) {
      fill(element, shape[axis], value);
      return;
    }
    for (long i = 0; i < shape[axis]; i++) {
      fillAxis(axis + 1, element + i * strides[axis], value);
    }
  }

  @Override
  public void copyFrom(FloatTensor source) {
    Objects.requireNonNull(source, "source");
    Checks.requireSameShape(source, "source", this, "this tensor");
    requireWritable();
    Checks.requireDisjointOrSame(this, "this tensor", source, "source");
    if (count() > 0) {
      copyAxis(0, offset, of(source), of(source).offset);
    }
  }

  private void copyAxis(int axis, long element, StridedFloats source, long sourceElement) {
    if (axis == shape.length - 1) {
      copyRun(element, source, sourceElement, shape[axis]);
      return;
    }
    for (long i = 0; i < shape[axis]; i++) {
      copyAxis(
          axis + 1, element + i * strides[axis], source, sourceElement + i * source.strides[axis]);
    }
  }

  private void copyRun(long element, StridedFloats source, long sourceElement, long length) {
    if (array != null) {
      source.read(sourceElement, array, (int) element, (int) length);
    } else if (source.array != null) {
      write(source.array, (int) sourceElement, element, (int) length);
    } else {
      MemorySegment.copy(
          source.storage(),
          sourceElement * Float.BYTES,
          storage(),
          element * Float.BYTES,
          length * Float.BYTES);
    }
  }

  private int copyAxis(int axis, long element, float[] target, int to) {
    if (axis == shape.length - 1) {
      read(element, target, to, (int) shape[axis]);
      return to + (int) shape[axis];
    }
    int next = to;
    for (long i = 0; i < shape[axis]; i++) {
      next = copyAxis(axis + 1, element + i * strides[axis], target, next);
    }
    return next;
  }

  private MemorySegment storage() {
    return Objects.requireNonNull(segment);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("FloatTensor").append(Arrays.toString(shape));
    if (!isContiguous()) {
      text.append(" strides ").append(Arrays.toString(strides));
    }
    text.append(" offset ").append(offset).append(" in ");
    if (segment == null) {
      return text.append("a float[]").toString();
    }
    text.append(segment.isNative() ? "native" : "heap").append(" memory");
    text.append(segment.isReadOnly() ? ", read-only" : "");
    return text.append(segment.scope().isAlive() ? "" : ", closed").toString();
  }
}
