package io.github.lanewise.internal.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a tensor wraps: float32 storage, the index of the first element in it, and shape and strides
 * in elements.
 *
 * <p>Storage is either a {@code float[]} (also when the caller came with a writable heap segment
 * over one, on a whole element), or a segment of any other kind and alignment. Kernels work on
 * arrays; rows of the other kind are staged through {@link #read} and {@link #write}.
 *
 * <p>The stride of the last axis is always 1.
 */
public final class StridedFloats {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private final float @Nullable [] array;
  private final @Nullable MemorySegment segment; // exactly one of the two is null
  private final @Nullable Object base; // the heap object, or null: native, or hidden (read-only)
  private final long firstByte; // of the storage's element 0: a native address, or from the base's start
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
  }

  /** A row-major tensor over an array; the caller has checked that it fits. */
  public static StridedFloats of(float[] array, long offset, long[] shape) {
    return new StridedFloats(array, null, array, 0, offset, shape, Shapes.rowMajorStrides(shape));
  }

  /** A row-major tensor over a segment; the caller has checked that it fits. */
  public static StridedFloats of(MemorySegment segment, long[] shape) {
    Optional<Object> heap = segment.heapBase();
    long address = segment.address();
    long[] strides = Shapes.rowMajorStrides(shape);
    if (heap.isPresent() && heap.get() instanceof float[] array && (address & 3) == 0) {
      return new StridedFloats(array, null, array, 0, address >> 2, shape, strides);
    }
    return new StridedFloats(null, segment, heap.orElse(null), address, 0, shape, strides);
  }

  /** Another view of the same storage. */
  public StridedFloats view(long newOffset, long[] newShape, long[] newStrides) {
    return new StridedFloats(array, segment, base, firstByte, newOffset, newShape, newStrides);
  }

  public int rank() {
    return shape.length;
  }

  public long size(int axis) {
    return shape[axis];
  }

  /** Distance in elements between neighbours along an axis; 1 on the last. */
  public long stride(int axis) {
    return strides[axis];
  }

  /** Index of the first element, in elements from the start of the storage. */
  public long offset() {
    return offset;
  }

  /** Number of elements. */
  public long count() {
    long count = 1;
    for (long size : shape) {
      count *= size;
    }
    return count;
  }

  /** The array under this tensor, to which {@link #offset} refers; null where rows must be staged. */
  public float @Nullable [] arrayOrNull() {
    return array;
  }

  /** Null exactly where {@link #arrayOrNull} is not. */
  @Nullable MemorySegment segmentOrNull() {
    return segment;
  }

  @Nullable Object base() {
    return base;
  }

  /** Byte address of the first element: absolute, or from the start of the heap object. */
  long address() {
    return firstByte + 4 * offset;
  }

  /** Elements between the first and the last in memory; 0 for a single element. */
  long reach() {
    long reach = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      reach += (shape[axis] - 1) * strides[axis];
    }
    return reach;
  }

  boolean isEmpty() {
    for (long size : shape) {
      if (size == 0) {
        return true;
      }
    }
    return false;
  }

  /** Whether the elements lie in row-major order without gaps. */
  public boolean isDense() {
    long expected = 1;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] > 1 && strides[axis] != expected) {
        return isEmpty();
      }
      expected *= shape[axis];
    }
    return true;
  }

  public float get(long elementIndex) {
    float[] floats = array;
    return floats != null
        ? floats[(int) elementIndex]
        : heldSegment().get(FLOAT, elementIndex << 2);
  }

  public void set(float value, long elementIndex) {
    float[] floats = array;
    if (floats != null) {
      floats[(int) elementIndex] = value;
    } else {
      heldSegment().set(FLOAT, elementIndex << 2, value);
    }
  }

  /** Copies a contiguous run that begins at an absolute element index into an array. */
  public void read(long elementIndex, float[] target, int from, int length) {
    float[] floats = array;
    if (floats != null) {
      System.arraycopy(floats, (int) elementIndex, target, from, length);
    } else {
      MemorySegment.copy(heldSegment(), FLOAT, elementIndex << 2, target, from, length);
    }
  }

  /** Copies a part of an array to a contiguous run that begins at an absolute element index. */
  public void write(float[] source, int from, long elementIndex, int length) {
    float[] floats = array;
    if (floats != null) {
      System.arraycopy(source, from, floats, (int) elementIndex, length);
    } else {
      MemorySegment.copy(source, from, heldSegment(), FLOAT, elementIndex << 2, length);
    }
  }

  /** Sets a contiguous run that begins at an absolute element index to one value. */
  public void fill(long elementIndex, long length, float value) {
    float[] floats = array;
    if (floats != null) {
      java.util.Arrays.fill(
          floats, (int) elementIndex, (int) (elementIndex + length), value);
      return;
    }
    MemorySegment target = heldSegment();
    for (long i = elementIndex; i < elementIndex + length; i++) {
      target.set(FLOAT, i << 2, value);
    }
  }

  private MemorySegment heldSegment() {
    MemorySegment held = segment;
    assert held != null;
    return held;
  }
}
