package io.github.lanewise.internal.work;

import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of one thread at work. They grow to what the largest call so far has needed and are
 * kept from call to call; their contents are whatever the last user left.
 *
 * <p>A slot is a small number that its user declares as a constant; floats, longs and objects are
 * numbered separately.
 */
public final class Workspace {

  private float[][] floats = new float[0][];
  private long[][] longs = new long[0][];
  private @Nullable Object[] objects = new Object[0];

  private final SoftReference<Workspace> softly = new SoftReference<>(this);

  Workspace() {}

  /**
   * For the pool: the same reference each time, so that returning a workspace allocates nothing.
   */
  SoftReference<Workspace> softly() {
    return softly;
  }

  /** The slot's floats: at least as many as asked for, with any contents. */
  public float[] floats(int slot, int minimumLength) {
    if (slot >= floats.length) {
      int known = floats.length;
      floats = Arrays.copyOf(floats, slot + 8);
      Arrays.fill(floats, known, floats.length, new float[0]);
    }
    float[] buffer = floats[slot];
    if (buffer.length < minimumLength) {
      buffer = new float[grown(buffer.length, minimumLength)];
      floats[slot] = buffer;
    }
    return buffer;
  }

  /** The slot's longs: at least as many as asked for, with any contents. */
  public long[] longs(int slot, int minimumLength) {
    if (slot >= longs.length) {
      int known = longs.length;
      longs = Arrays.copyOf(longs, slot + 8);
      Arrays.fill(longs, known, longs.length, new long[0]);
    }
    long[] buffer = longs[slot];
    if (buffer.length < minimumLength) {
      buffer = new long[grown(buffer.length, minimumLength)];
      longs[slot] = buffer;
    }
    return buffer;
  }

  /** One object per slot, made at the first request. A slot belongs to one type for good. */
  @SuppressWarnings("unchecked")
  public <T> T reuse(int slot, Supplier<T> factory) {
    if (slot >= objects.length) {
      objects = Arrays.copyOf(objects, slot + 8);
    }
    Object object = objects[slot];
    if (object == null) {
      object = factory.get();
      objects[slot] = object;
    }
    return (T) object;
  }

  /** Half as much again as before, so that a row that grows by one each call settles soon. */
  private static int grown(int length, int minimumLength) {
    return (int) Math.max(minimumLength, Math.min(length + (length >> 1), Integer.MAX_VALUE - 8L));
  }
}
