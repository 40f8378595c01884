package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.kernel.TileKernels;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/**
 * Finds keys and values in a page: as an array, which is the page's own where it lies on the heap
 * and else a copy, so that no kernel ever sees a segment; or widened to floats. One worker's,
 * because it has scratch.
 */
public final class PageReader {

  private static final int GROUP = TileKernels.GROUP;
  private static final Object NOTHING = new Object();

  /** What was found: a {@code float[]}, a {@code short[]} or a {@code byte[]}. */
  public Object array = NOTHING;

  /** Where it begins in the array. */
  public int from;

  /** Distance between two groups of lanes. */
  public int stride;

  /** Room for copies out of native memory, by the bytes of an element. */
  private final @Nullable Object[] copies = new Object[Float.BYTES + 1];

  /** Finds the keys of {@code groups} groups of lanes of tokens, which {@code token} begins. */
  public void findKeys(PageLayout layout, Page page, int head, int token, int groups) {
    int length = layout.keyGroupStride();
    find(layout.keyElement, page.keys, layout.keyAt(head, token), groups, length, length);
  }

  /**
   * Finds all columns of the values of {@code tokens} tokens, the first of which is {@code token}.
   */
  public void findValues(PageLayout layout, Page page, int head, int token, int tokens) {
    findColumns(layout, page, layout.valueAt(head, token), layout.valueGroups, tokens);
  }

  private void findColumns(PageLayout layout, Page page, int at, int groups, int tokens) {
    int length = tokens * layout.valueLanes;
    find(layout.valueElement, page.values, at, groups, layout.valueGroupStride(), length);
  }

  private void find(
      Element element, Object memory, int at, int groups, int groupStride, int length) {
    if (memory instanceof MemorySegment segment) {
      array = room(element, groups * length);
      from = 0;
      stride = length;
      for (int g = 0; g < groups; g++) {
        long first = at + (long) g * groupStride;
        MemorySegment.copy(segment, element.type, first * element.bytes, array, g * length, length);
      }
    } else {
      array = memory;
      from = at;
      stride = groupStride;
    }
  }

  private Object room(Element element, int length) {
    Object copy = copies[element.bytes];
    if (copy == null || Array.getLength(copy) < length) {
      copy = Array.newInstance(element.type.carrier(), length);
      copies[element.bytes] = copy;
    }
    return copy;
  }

  /** Lets go of the page. */
  public void release() {
    array = NOTHING;
  }

  /**
   * Copies keys as floats {@code [groups][headDim][16]}. Of INT8 they are the stored integers:
   * their scales apply to the dot product.
   *
   * @param token the first, a multiple of 16, counted from the page's first
   */
  public void copyKeys(
      PageLayout layout, Page page, int head, int token, int groups, float[] target, int to) {
    for (int g = 0; g < groups; g++) {
      int first = token + g * GROUP;
      int lane = first % layout.keyLanes;
      if (g == 0 || lane == 0) {
        findKeys(layout, page, head, first - lane, 1);
      }
      widen(layout.keyElement, lane, layout.headDim, target, to + g * layout.headDim * GROUP);
    }
    release();
  }

  /**
   * Copies values as floats {@code [valueDim/16][tokens][16]}, one group of columns {@code
   * groupStride} floats after the other. Of INT8 they are the stored integers: their scales apply
   * to the weights.
   */
  public void copyValues(
      PageLayout layout,
      Page page,
      int head,
      int token,
      int tokens,
      float[] target,
      int to,
      int groupStride) {
    int at = layout.valueAt(head, token);
    for (int column = 0; column < layout.valueDim; column += GROUP) {
      int lane = column % layout.valueLanes;
      if (lane == 0) {
        findColumns(layout, page, at, 1, tokens);
        at += layout.valueGroupStride();
      }
      widen(layout.valueElement, lane, tokens, target, to + column / GROUP * groupStride);
    }
    release();
  }

  /** Copies 16 lanes of each row that was found. */
  private void widen(Element element, int lane, int rows, float[] target, int to) {
    int first = from + lane;
    switch (element) {
      case FLOAT32 -> System.arraycopy((float[]) array, first, target, to, rows * GROUP);
      case BFLOAT16 -> widenBfloat16((short[]) array, first, element.lanes, rows, target, to);
      case FLOAT16 -> widenFloat16((short[]) array, first, element.lanes, rows, target, to);
      case INT8 -> widenInt8((byte[]) array, first, element.lanes, rows, target, to);
    }
  }

  private static void widenBfloat16(short[] x, int from, int stride, int rows, float[] y, int to) {
    for (int r = 0; r < rows; r++) {
      for (int lane = 0; lane < GROUP; lane++) {
        y[to + r * GROUP + lane] = NarrowFloats.fromBfloat16(x[from + r * stride + lane]);
      }
    }
  }

  private static void widenFloat16(short[] x, int from, int stride, int rows, float[] y, int to) {
    for (int r = 0; r < rows; r++) {
      for (int lane = 0; lane < GROUP; lane++) {
        y[to + r * GROUP + lane] = Float.float16ToFloat(x[from + r * stride + lane]);
      }
    }
  }

  private static void widenInt8(byte[] x, int from, int stride, int rows, float[] y, int to) {
    for (int r = 0; r < rows; r++) {
      for (int lane = 0; lane < GROUP; lane++) {
        y[to + r * GROUP + lane] = x[from + r * stride + lane];
      }
    }
  }
}
