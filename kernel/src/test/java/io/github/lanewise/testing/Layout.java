package io.github.lanewise.testing;

import io.github.lanewise.FloatTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Where a tensor of the tests lies: the kind of memory, and gaps between its rows or none. */
public enum Layout implements Layouts {
  ARRAY(Kind.ARRAY, 0, false),
  /** Rows apart, heads and positions swapped in memory. */
  STRIDED_ARRAY(Kind.ARRAY, 0, true),
  /** No float[] behind it, so rows are staged. */
  BYTE_ARRAY(Kind.BYTES, 0, true),
  NATIVE(Kind.NATIVE, 0, false),
  /** One byte off every alignment. */
  STRIDED_NATIVE(Kind.NATIVE, 1, true);

  /** Elements around a gapless tensor; with gaps there are canaries on every side anyway. */
  private static final int MARGIN = 5;

  private final Kind kind;
  private final int firstByte;
  private final boolean strided;

  Layout(Kind kind, int firstByte, boolean strided) {
    this.kind = kind;
    this.firstByte = firstByte;
    this.strided = strided;
  }

  /** What elements lie in. */
  private enum Kind {
    /** A float[], as an array. */
    ARRAY,
    /** A float[], as a segment. */
    FLOATS,
    BYTES,
    NATIVE
  }

  @Override
  public Storage of(String name, int rank) {
    int[] order = Storage.identity(rank);
    if (!strided) {
      return new Storage(kind, firstByte, MARGIN, false, order, new int[rank], new int[rank]);
    }
    if (rank > 2) {
      order[rank - 2] = rank - 3;
      order[rank - 3] = rank - 2;
    }
    int[] before = new int[rank];
    int[] after = new int[rank];
    Arrays.fill(before, 1);
    Arrays.fill(after, 1);
    after[rank - 1] = 2;
    return new Storage(kind, firstByte, 0, false, order, before, after);
  }

  /** Any layout, drawn anew for each tensor. */
  public static Layouts drawn(Draw draw) {
    return (name, rank) -> draw(draw, name, rank);
  }

  /** Kinds of memory to draw from. */
  private enum Base {
    ARRAY,
    ARRAY_RANGE,
    FLOAT_SEGMENT,
    BYTE_SEGMENT,
    NATIVE,
    NATIVE_UNALIGNED
  }

  private static Storage draw(Draw draw, String name, int rank) {
    Base base = draw.oneOf(name + ".base", Base.values());
    int[] order = Storage.identity(rank);
    int[] before = new int[rank];
    int[] after = new int[rank];
    boolean selected = false;
    if (!draw.onceIn(2, name + ".dense")) {
      selected = rank < 4 && draw.onceIn(2, name + ".selected");
      System.arraycopy(draw.permutation(name + ".order", rank - 1), 0, order, 0, rank - 1);
      for (int axis = 0; axis < rank; axis++) {
        before[axis] = draw.integer(name + ".before" + axis, 0, 2);
        after[axis] = draw.integer(name + ".after" + axis, 0, 2);
      }
    }
    int margin = base == Base.ARRAY_RANGE ? MARGIN : 0;
    int firstByte = base == Base.BYTE_SEGMENT ? 3 : base == Base.NATIVE_UNALIGNED ? 1 : 0;
    Kind kind =
        switch (base) {
          case ARRAY, ARRAY_RANGE -> Kind.ARRAY;
          case FLOAT_SEGMENT -> Kind.FLOATS;
          case BYTE_SEGMENT -> Kind.BYTES;
          case NATIVE, NATIVE_UNALIGNED -> Kind.NATIVE;
        };
    return new Storage(kind, firstByte, margin, selected, order, before, after);
  }

  /**
   * Memory, and a tensor in it: all of it but a margin, or cut out of that on every axis.
   *
   * @param selected it is the middle one of three
   * @param order axis a of the tensor is axis order[a] of the storage; the last one stays last
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Storage(
      Kind kind,
      int firstByte,
      int margin,
      boolean selected,
      int[] order,
      int[] before,
      int[] after) {

    private static int[] identity(int rank) {
      int[] order = new int[rank];
      Arrays.setAll(order, axis -> axis);
      return order;
    }

    private long[] stored(long[] shape) {
      int first = selected ? 1 : 0;
      long[] stored = new long[first + shape.length];
      stored[0] = 3;
      for (int axis = 0; axis < shape.length; axis++) {
        stored[first + order[axis]] = before[axis] + shape[axis] + after[axis];
      }
      return stored;
    }

    MemorySegment memory(Arena arena, long... shape) {
      int floats = Floats.count(stored(shape)) + 2 * margin;
      long bytes = Float.BYTES * (long) floats + firstByte;
      return switch (kind) {
        case ARRAY, FLOATS -> MemorySegment.ofArray(new float[floats]);
        case BYTES -> MemorySegment.ofArray(new byte[(int) bytes]).asSlice(firstByte);
        case NATIVE -> arena.allocate(bytes, 64).asSlice(firstByte);
      };
    }

    /** The tensor of that shape inside such memory, or inside a copy of it. */
    FloatTensor view(MemorySegment memory, long... shape) {
      long[] stored = stored(shape);
      FloatTensor all = all(memory, stored);
      FloatTensor view = (selected ? all.select(0, 1) : all).permute(order);
      for (int axis = 0; axis < shape.length; axis++) {
        view = view.slice(axis, before[axis], before[axis] + shape[axis]);
      }
      return view;
    }

    private FloatTensor all(MemorySegment memory, long... stored) {
      if (kind == Kind.ARRAY && memory.heapBase().orElse(null) instanceof float[] array) {
        return margin == 0
            ? FloatTensor.of(array, stored)
            : FloatTensor.ofRange(array, margin, stored);
      }
      long bytes = Float.BYTES * (long) Floats.count(stored);
      return FloatTensor.of(memory.asSlice((long) Float.BYTES * margin, bytes), stored);
    }
  }
}
