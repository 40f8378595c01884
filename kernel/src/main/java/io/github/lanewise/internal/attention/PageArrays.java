package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.cache.Page;
import io.github.lanewise.internal.cache.PageLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Runs of a page as an array: the page's own where it lies on the heap, else a copy, so that the
 * kernels never see a segment.
 */
final class PageArrays {

  private static final Object NOTHING = new Object();

  /** What {@link #keys} or {@link #values} has found: a {@code float[]}, short[] or byte[]. */
  Object array = NOTHING;

  int from;

  /** Distance between two groups of lanes. */
  int stride;

  private float[] floats = new float[0];
  private short[] shorts = new short[0];
  private byte[] bytes = new byte[0];

  /** The keys of {@code groups} groups of tokens, the first of which is {@code token}. */
  void keys(PageLayout layout, Page page, int head, int token, int groups) {
    from = layout.keyAt(head, token);
    stride = layout.headDim * layout.lanes;
    MemorySegment memory = page.nativeKeys;
    if (memory == null) {
      array = heap(page.floatKeys, page.shortKeys, page.byteKeys);
    } else {
      int length = groups * stride;
      makeRoom(layout, length);
      copy(layout, memory, from, 0, length);
      from = 0;
    }
  }

  /** All columns of the values of {@code tokens} tokens, the first of which is {@code token}. */
  void values(PageLayout layout, Page page, int head, int token, int tokens) {
    from = layout.valueAt(head, token);
    stride = layout.valueGroupStride();
    MemorySegment memory = page.nativeValues;
    if (memory == null) {
      array = heap(page.floatValues, page.shortValues, page.byteValues);
    } else {
      int length = tokens * layout.lanes;
      makeRoom(layout, layout.valueGroups * length);
      for (int g = 0; g < layout.valueGroups; g++) {
        copy(layout, memory, from + g * stride, g * length, length);
      }
      from = 0;
      stride = length;
    }
  }

  /** Lets go of the page. */
  void release() {
    array = NOTHING;
  }

  private static Object heap(
      float @Nullable [] floats, short @Nullable [] shorts, byte @Nullable [] bytes) {
    Object array = floats != null ? floats : shorts != null ? shorts : bytes;
    assert array != null;
    return array;
  }

  private void makeRoom(PageLayout layout, int length) {
    switch (layout.storage) {
      case FLOAT32:
        floats = floats.length < length ? new float[length] : floats;
        array = floats;
        break;
      case BFLOAT16:
      case FLOAT16:
        shorts = shorts.length < length ? new short[length] : shorts;
        array = shorts;
        break;
      case INT8:
        bytes = bytes.length < length ? new byte[length] : bytes;
        array = bytes;
        break;
    }
  }

  private void copy(PageLayout layout, MemorySegment memory, long source, int to, int length) {
    switch (layout.storage) {
      case FLOAT32:
        MemorySegment.copy(
            memory, ValueLayout.JAVA_FLOAT, source * Float.BYTES, floats, to, length);
        break;
      case BFLOAT16:
      case FLOAT16:
        MemorySegment.copy(
            memory, ValueLayout.JAVA_SHORT, source * Short.BYTES, shorts, to, length);
        break;
      case INT8:
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, source, bytes, to, length);
        break;
    }
  }
}
