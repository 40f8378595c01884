package io.github.lanewise.testing;

import io.github.lanewise.FloatTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The same tensor in any memory layout: dense or cut out of a larger one on every axis, its leading
 * axes in any order, on a float[], a heap segment or native memory, aligned or not. What does not
 * belong to the tensor is NaN.
 */
public final class Layouts {
  private static final ValueLayout.OfFloat UNALIGNED = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** What the elements lie in. */
  private enum Base {
    ARRAY,
    ARRAY_RANGE,
    FLOAT_SEGMENT,
    BYTE_SEGMENT,
    NATIVE,
    NATIVE_UNALIGNED
  }

  private Layouts() {}

  /** Returns a tensor of this shape with these row-major values, in a drawn layout. */
  public static FloatTensor draw(Draw draw, String name, float[] values, int... shape) {
    Base base = draw.oneOf(name + ".base", Base.values());
    if (draw.onceIn(2, name + ".dense")) {
      return wrap(base, values.clone(), longs(shape));
    }
    int rank = shape.length;
    boolean selected = rank < 4 && draw.onceIn(2, name + ".selected");

    // Axis a of the tensor is axis place[a] of the storage; the last one stays last.
    int[] place = draw.permutation(name + ".order", rank - 1);
    place = Arrays.copyOf(place, rank);
    place[rank - 1] = rank - 1;
    int[] before = new int[rank];
    long[] storageShape = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      before[axis] = draw.integer(name + ".before" + axis, 0, 2);
      int after = draw.integer(name + ".after" + axis, 0, 2);
      storageShape[place[axis]] = (long) before[axis] + shape[axis] + after;
    }
    float[] storage = new float[(int) product(storageShape)];
    Arrays.fill(storage, Float.NaN);
    for (int element = 0; element < values.length; element++) {
      int[] position = new int[rank];
      int rest = element;
      for (int axis = rank - 1; axis >= 0; axis--) {
        position[place[axis]] = before[axis] + rest % shape[axis];
        rest /= shape[axis];
      }
      int at = 0;
      for (int axis = 0; axis < rank; axis++) {
        at = at * (int) storageShape[axis] + position[axis];
      }
      storage[at] = values[element];
    }
    FloatTensor tensor =
        selected ? selected(base, storage, storageShape) : wrap(base, storage, storageShape);
    FloatTensor ordered = tensor.permute(place);
    for (int axis = 0; axis < rank; axis++) {
      ordered = ordered.slice(axis, before[axis], before[axis] + (long) shape[axis]);
    }
    return ordered;
  }

  /** Returns a tensor of this shape whose elements are NaN, in a drawn layout: for a result. */
  public static FloatTensor drawResult(Draw draw, String name, int... shape) {
    float[] values = new float[(int) product(longs(shape))];
    Arrays.fill(values, Float.NaN);
    return draw(draw, name, values, shape);
  }

  private static FloatTensor selected(Base base, float[] storage, long[] shape) {
    float[] three = new float[storage.length * 3];
    Arrays.fill(three, Float.NaN);
    System.arraycopy(storage, 0, three, storage.length, storage.length);
    long[] stacked = new long[shape.length + 1];
    stacked[0] = 3;
    System.arraycopy(shape, 0, stacked, 1, shape.length);
    return wrap(base, three, stacked).select(0, 1);
  }

  private static FloatTensor wrap(Base base, float[] values, long... shape) {
    long bytes = 4L * values.length;
    switch (base) {
      case ARRAY:
        return FloatTensor.of(values, shape);
      case ARRAY_RANGE:
        float[] larger = new float[values.length + 6];
        Arrays.fill(larger, Float.NaN);
        System.arraycopy(values, 0, larger, 5, values.length);
        return FloatTensor.ofRange(larger, 5, shape);
      case FLOAT_SEGMENT:
        return FloatTensor.of(MemorySegment.ofArray(values), shape);
      case BYTE_SEGMENT:
        return filled(MemorySegment.ofArray(new byte[(int) bytes + 3]).asSlice(3), values, shape);
      case NATIVE:
        return filled(Arena.ofAuto().allocate(bytes, 64), values, shape);
      case NATIVE_UNALIGNED:
        return filled(Arena.ofAuto().allocate(bytes + 1, 64).asSlice(1), values, shape);
    }
    throw new AssertionError(base);
  }

  private static FloatTensor filled(MemorySegment segment, float[] values, long... shape) {
    MemorySegment.copy(values, 0, segment, UNALIGNED, 0, values.length);
    return FloatTensor.of(segment, shape);
  }

  private static long[] longs(int... shape) {
    return Arrays.stream(shape).asLongStream().toArray();
  }

  private static long product(long... shape) {
    return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
  }
}
