package io.github.lanewise.internal.cache;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of some consecutive tokens, laid out as {@link PageLayout} says. Of the four
 * kinds of memory exactly one is there: {@code float[]}, {@code short[]} (bfloat16 and float16),
 * {@code byte[]} (int8), or native segments that hold elements of the same type.
 *
 * <p>What lies at and beyond a reader's length means nothing: it may be left over from before a
 * truncation, it may be a token that is being appended just now, and it may be NaN.
 */
public final class Page {

  private static final long ALIGNMENT = 64; // a cache line, and the widest vector register
  private static final float[] NO_SCALES = {};

  public final float @Nullable [] floatKeys;
  public final float @Nullable [] floatValues;
  public final short @Nullable [] shortKeys;
  public final short @Nullable [] shortValues;
  public final byte @Nullable [] byteKeys;
  public final byte @Nullable [] byteValues;

  /** Null, or set once before anybody holds this page. */
  public @Nullable MemorySegment nativeKeys;

  /** Null, or set once before anybody holds this page. */
  public @Nullable MemorySegment nativeValues;

  /** Scales of the keys; empty unless the storage is INT8. Always on the heap. */
  public final float[] keyScales;

  /** Scales of the values; empty unless the storage is INT8. Always on the heap. */
  public final float[] valueScales;

  /** Whether every value that was ever written is finite. */
  public boolean allFinite = true;

  /** How many tables and how many past readers hold this page; guarded by the store. */
  int holders;

  /** The next of those that nobody holds; guarded by the store. */
  @Nullable Page nextSpare;

  /** Whether this page was one of those before; guarded by the store. */
  boolean wasSpare;

  Page(PageLayout layout, boolean heap, CacheMemory memory) {
    int keys = layout.keyCount();
    int values = layout.valueCount();
    int bytes = bytesPerElement(layout);
    floatKeys = heap && bytes == Float.BYTES ? memory.floats(keys) : null;
    floatValues = heap && bytes == Float.BYTES ? memory.floats(values) : null;
    shortKeys = heap && bytes == Short.BYTES ? memory.shorts(keys) : null;
    shortValues = heap && bytes == Short.BYTES ? memory.shorts(values) : null;
    byteKeys = heap && bytes == Byte.BYTES ? memory.bytes(keys) : null;
    byteValues = heap && bytes == Byte.BYTES ? memory.bytes(values) : null;
    int scales = layout.keyHeads * layout.pageLength;
    keyScales = bytes == Byte.BYTES ? memory.floats(scales) : NO_SCALES;
    valueScales = bytes == Byte.BYTES ? memory.floats(scales) : NO_SCALES;
  }

  /** Takes from the arena what this page does not have yet; may be called again if that fails. */
  void complete(PageLayout layout, Arena arena, CacheMemory memory) {
    long bytes = bytesPerElement(layout);
    if (nativeKeys == null) {
      nativeKeys = memory.segment(arena, layout.keyCount() * bytes, ALIGNMENT);
    }
    if (nativeValues == null) {
      nativeValues = memory.segment(arena, layout.valueCount() * bytes, ALIGNMENT);
    }
  }

  static int bytesPerElement(PageLayout layout) {
    return switch (layout.storage) {
      case FLOAT32 -> Float.BYTES;
      case BFLOAT16, FLOAT16 -> Short.BYTES;
      case INT8 -> Byte.BYTES;
    };
  }

  /** Makes this page one of zeros again. */
  void clear() {
    if (nativeKeys != null && nativeValues != null) {
      nativeKeys.fill((byte) 0);
      nativeValues.fill((byte) 0);
    } else if (floatKeys != null && floatValues != null) {
      Arrays.fill(floatKeys, 0f);
      Arrays.fill(floatValues, 0f);
    } else if (shortKeys != null && shortValues != null) {
      Arrays.fill(shortKeys, (short) 0);
      Arrays.fill(shortValues, (short) 0);
    } else if (byteKeys != null && byteValues != null) {
      Arrays.fill(byteKeys, (byte) 0);
      Arrays.fill(byteValues, (byte) 0);
    }
    Arrays.fill(keyScales, 0f);
    Arrays.fill(valueScales, 0f);
    allFinite = true;
  }

  /** Makes this page a copy of another of the same layout and memory. */
  void copyFrom(Page that) {
    if (that.nativeKeys != null && nativeKeys != null) {
      nativeKeys.copyFrom(that.nativeKeys);
    }
    if (that.nativeValues != null && nativeValues != null) {
      nativeValues.copyFrom(that.nativeValues);
    }
    copy(that.floatKeys, floatKeys);
    copy(that.floatValues, floatValues);
    copy(that.shortKeys, shortKeys);
    copy(that.shortValues, shortValues);
    copy(that.byteKeys, byteKeys);
    copy(that.byteValues, byteValues);
    copy(that.keyScales, keyScales);
    copy(that.valueScales, valueScales);
    allFinite = that.allFinite;
  }

  @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of one type
  private static void copy(@Nullable Object from, @Nullable Object to) {
    if (from != null && to != null) {
      System.arraycopy(from, 0, to, 0, java.lang.reflect.Array.getLength(from));
    }
  }
}
