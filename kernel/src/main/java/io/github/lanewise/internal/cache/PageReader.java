package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.kernel.TileKernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/** Copies keys and values out of pages as floats; one worker's, because it has scratch. */
public final class PageReader {

  private static final int GROUP = TileKernels.GROUP;

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
    int from = layout.keyAt(head, token);
    int length = groups * GROUP * layout.headDim;
    copy(
        layout,
        page.floatKeys,
        page.shortKeys,
        page.byteKeys,
        page.nativeKeys,
        from,
        length,
        target,
        to);
  }

  /**
   * Copies values as {@code [valueGroups][tokens][16]}, one group of columns {@code stride} floats
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
    int from = layout.valueAt(head, token);
    for (int g = 0; g < layout.valueGroups; g++) {
      copy(
          layout,
          page.floatValues,
          page.shortValues,
          page.byteValues,
          page.nativeValues,
          from + g * layout.valueGroupStride(),
          tokens * GROUP,
          target,
          to + g * stride);
    }
  }

  private void copy(
      PageLayout layout,
      float @Nullable [] floats,
      short @Nullable [] heapShorts,
      byte @Nullable [] heapBytes,
      @Nullable MemorySegment memory,
      int from,
      int length,
      float[] target,
      int to) {
    switch (layout.storage) {
      case FLOAT32 -> {
        if (floats != null) {
          System.arraycopy(floats, from, target, to, length);
        } else if (memory != null) {
          long at = (long) from * Float.BYTES;
          MemorySegment.copy(memory, ValueLayout.JAVA_FLOAT, at, target, to, length);
        }
      }
      case BFLOAT16, FLOAT16 -> {
        short[] source = heapShorts != null ? heapShorts : staged(memory, (long) from, length);
        int at = heapShorts != null ? from : 0;
        if (layout.storage == io.github.lanewise.attention.KeyValueCache.Storage.FLOAT16) {
          widenFloat16(source, at, target, to, length);
        } else {
          widenBfloat16(source, at, target, to, length);
        }
      }
      case INT8 -> {
        byte[] source = heapBytes != null ? heapBytes : stagedBytes(memory, from, length);
        widenInt8(source, heapBytes != null ? from : 0, target, to, length);
      }
    }
  }

  private short[] staged(@Nullable MemorySegment memory, long from, int length) {
    if (shorts.length < length) {
      shorts = new short[length];
    }
    if (memory != null) {
      MemorySegment.copy(memory, ValueLayout.JAVA_SHORT, from * Short.BYTES, shorts, 0, length);
    }
    return shorts;
  }

  private byte[] stagedBytes(@Nullable MemorySegment memory, long from, int length) {
    if (bytes.length < length) {
      bytes = new byte[length];
    }
    if (memory != null) {
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, from, bytes, 0, length);
    }
    return bytes;
  }

  private static void widenBfloat16(short[] x, int from, float[] y, int to, int length) {
    for (int i = 0; i < length; i++) {
      y[to + i] = Narrow.fromBfloat16(x[from + i]);
    }
  }

  private static void widenFloat16(short[] x, int from, float[] y, int to, int length) {
    for (int i = 0; i < length; i++) {
      y[to + i] = Float.float16ToFloat(x[from + i]);
    }
  }

  private static void widenInt8(byte[] x, int from, float[] y, int to, int length) {
    for (int i = 0; i < length; i++) {
      y[to + i] = x[from + i];
    }
  }
}
