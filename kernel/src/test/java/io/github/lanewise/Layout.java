package io.github.lanewise;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Where a tensor of the tests lies: the kind of memory, and gaps between its rows or none. */
enum Layout {
  ARRAY(false) {
    @Override
    MemorySegment memory(long floats, Arena arena) {
      return MemorySegment.ofArray(new float[Math.toIntExact(floats)]);
    }
  },
  /** Rows apart, heads and positions swapped in memory. */
  STRIDED_ARRAY(true) {
    @Override
    MemorySegment memory(long floats, Arena arena) {
      return ARRAY.memory(floats, arena);
    }
  },
  /** No float[] behind it, so rows are staged. */
  BYTE_ARRAY(true) {
    @Override
    MemorySegment memory(long floats, Arena arena) {
      return MemorySegment.ofArray(new byte[Math.toIntExact(floats * Float.BYTES)]);
    }
  },
  NATIVE(false) {
    @Override
    MemorySegment memory(long floats, Arena arena) {
      return arena.allocate(floats * Float.BYTES, 64);
    }
  },
  /** One byte off every alignment. */
  STRIDED_NATIVE(true) {
    @Override
    MemorySegment memory(long floats, Arena arena) {
      return arena.allocate(floats * Float.BYTES + 1, 64).asSlice(1);
    }
  };

  private final boolean strided;

  Layout(boolean strided) {
    this.strided = strided;
  }

  abstract MemorySegment memory(long floats, Arena arena);

  /** Elements around a gapless tensor; with gaps there are canaries on every side anyway. */
  private static final int MARGIN = 5;

  long floatsFor(long[] shape) {
    long count = strided ? 0 : 2L * MARGIN;
    long product = 1;
    for (long size : strided ? padded(shape) : shape) {
      product *= size;
    }
    return count + product;
  }

  /** The tensor of that shape inside such memory; everything around it is canaries. */
  FloatTensor view(MemorySegment memory, long[] shape) {
    if (!strided) {
      long floats = floatsFor(shape) - 2L * MARGIN;
      MemorySegment middle = memory.asSlice(MARGIN * Float.BYTES, floats * Float.BYTES);
      return memory.heapBase().orElse(null) instanceof float[] array
          ? FloatTensor.ofRange(array, MARGIN, shape)
          : FloatTensor.of(middle, shape);
    }
    long[] padded = padded(shape);
    FloatTensor all =
        memory.heapBase().orElse(null) instanceof float[] array
            ? FloatTensor.of(array, padded)
            : FloatTensor.of(memory, padded);
    FloatTensor view = all.permute(swapped(shape.length));
    for (int axis = 0; axis < shape.length; axis++) {
      view = view.slice(axis, 1, 1 + shape[axis]);
    }
    return view;
  }

  /** Sizes in memory: one canary before and behind along each axis, two behind the last. */
  private static long[] padded(long[] shape) {
    int rank = shape.length;
    int[] order = swapped(rank);
    long[] padded = new long[rank];
    for (int axis = 0; axis < rank; axis++) {
      padded[axis] = shape[order[axis]] + (axis == rank - 1 ? 3 : 2);
    }
    return padded;
  }

  /** The two axes before the last change places; such an order is its own inverse. */
  private static int[] swapped(int rank) {
    return switch (rank) {
      case 4 -> new int[] {0, 2, 1, 3};
      case 3 -> new int[] {1, 0, 2};
      case 2 -> new int[] {0, 1};
      default -> new int[] {0};
    };
  }
}
