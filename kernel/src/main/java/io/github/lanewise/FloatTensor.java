package io.github.lanewise;

import io.github.lanewise.internal.tensor.Shapes;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.tensor.TensorAccess;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Strided float32 view. */
public final class FloatTensor {

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

  public static FloatTensor of(float[] data, long... shape) {
    return ofRange(data, 0, shape);
  }

  public static FloatTensor ofRange(float[] data, int offset, long... shape) {
    long[] own = shape.clone();
    Shapes.requireValid(own);
    return new FloatTensor(StridedFloats.of(data, offset, own));
  }

  public static FloatTensor of(MemorySegment data, long... shape) {
    long[] own = shape.clone();
    Shapes.requireValid(own);
    return new FloatTensor(StridedFloats.of(data, own));
  }

  public static FloatTensor allocate(long... shape) {
    long[] own = shape.clone();
    return of(new float[(int) Shapes.requireValid(own)], own);
  }

  public static FloatTensor allocate(Arena arena, long... shape) {
    long[] own = shape.clone();
    return of(arena.allocate(Shapes.requireValid(own) * 4, 64), own);
  }

  public int rank() {
    return floats.rank();
  }

  public long size(int axis) {
    return floats.size(axis);
  }

  public long stride(int axis) {
    return floats.stride(axis);
  }

  public long[] shape() {
    long[] shape = new long[rank()];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = size(axis);
    }
    return shape;
  }

  public FloatTensor slice(int axis, long from, long to) {
    throw new UnsupportedOperationException();
  }

  public FloatTensor select(int axis, long index) {
    throw new UnsupportedOperationException();
  }

  public FloatTensor permute(int... axes) {
    throw new UnsupportedOperationException();
  }

  public FloatTensor reshape(long... shape) {
    throw new UnsupportedOperationException();
  }

  public float get(long... index) {
    throw new UnsupportedOperationException();
  }

  public void set(float value, long... index) {
    throw new UnsupportedOperationException();
  }

  public float[] toArray() {
    throw new UnsupportedOperationException();
  }
}
