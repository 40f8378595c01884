package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.kernel.TileKernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Copies keys and values out of pages as floats; one worker's, because it has scratch. */
public final class PageReader {

  private static final int GROUP = TileKernels.GROUP;

  private float[] floats = new float[0];
  private short[] shorts = new short[0];
  private byte[] bytes = new byte[0];

  /**
   * Copies keys as {@code [groups][headDim][16]}. With INT8 they are the stored integers: their
   * scales apply to the dot product.
   *
   * @param token the first, a multiple of 16, counted from the page's first
   */
  public void keys(
      PageLayout layout, Page page, int head, int token, int groups, float[] target, int to) {
    int length = layout.headDim * GROUP;
    int staged = -1;
    for (int g = 0; g < groups; g++) {
      int first = token + g * GROUP;
      int lane = first % layout.lanes;
      int group = layout.keyAt(head, first - lane);
      if (page.nativeKeys != null && group != staged) {
        stage(layout, page.nativeKeys, group, layout.headDim * layout.lanes);
        staged = group;
      }
      int from = (page.nativeKeys != null ? 0 : group) + lane;
      widen(
          layout,
          page.floatKeys,
          page.shortKeys,
          page.byteKeys,
          from,
          layout.headDim,
          target,
          to + g * length);
    }
  }

  /**
   * Copies values as {@code [valueDim/16][tokens][16]}, one group of columns {@code stride} floats
   * after the other. With INT8 they are the stored integers: their scales apply to the weights.
   */
  public void values(
      PageLayout layout,
      Page page,
      int head,
      int token,
      int tokens,
      float[] target,
      int to,
      int stride) {
    int groups = (layout.valueDim + GROUP - 1) / GROUP;
    int parts = layout.lanes / GROUP;
    for (int g = 0; g < groups; g++) {
      int from = layout.valueAt(head, token) + g / parts * layout.valueGroupStride();
      if (page.nativeValues != null) {
        if (g % parts == 0) {
          stage(layout, page.nativeValues, from, tokens * layout.lanes);
        }
        from = 0;
      }
      widen(
          layout,
          page.floatValues,
          page.shortValues,
          page.byteValues,
          from + g % parts * GROUP,
          tokens,
          target,
          to + g * stride);
    }
  }

  /** Copies a run of native memory to where {@link #widen} finds it. */
  private void stage(PageLayout layout, MemorySegment memory, long from, int length) {
    switch (layout.storage) {
      case FLOAT32 -> {
        floats = floats.length < length ? new float[length] : floats;
        MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, from * Float.BYTES, floats, 0, length);
      }
      case BFLOAT16, FLOAT16 -> {
        shorts = shorts.length < length ? new short[length] : shorts;
        MemorySegment.copy(memory, ValueLayout.JAVA_SHORT, from * Short.BYTES, shorts, 0, length);
      }
      case INT8 -> {
        bytes = bytes.length < length ? new byte[length] : bytes;
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, from, bytes, 0, length);
      }
    }
  }

  /** Rows of 16 floats from rows of a page's lanes; an array that is null has been staged. */
  private void widen(
      PageLayout layout,
      float @Nullable [] heapFloats,
      short @Nullable [] heapShorts,
      byte @Nullable [] heapBytes,
      int from,
      int rows,
      float[] target,
      int to) {
    switch (layout.storage) {
      case FLOAT32 ->
          System.arraycopy(
              heapFloats != null ? heapFloats : floats, from, target, to, rows * GROUP);
      case BFLOAT16 ->
          widenBfloat16(
              heapShorts != null ? heapShorts : shorts, from, layout.lanes, rows, target, to);
      case FLOAT16 ->
          widenFloat16(
              heapShorts != null ? heapShorts : shorts, from, layout.lanes, rows, target, to);
      case INT8 ->
          widenInt8(heapBytes != null ? heapBytes : bytes, from, layout.lanes, rows, target, to);
    }
  }

  private static void widenBfloat16(short[] x, int from, int stride, int rows, float[] y, int to) {
    for (int r = 0; r < rows; r++) {
      for (int lane = 0; lane < GROUP; lane++) {
        y[to + r * GROUP + lane] = Narrow.fromBfloat16(x[from + r * stride + lane]);
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
