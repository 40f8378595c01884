package io.github.lanewise.internal.work;

import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of one thread at work. They grow to what the largest call so far has needed and are
 * kept from call to call; their contents are whatever the last user left. {@link #close} gives the
 * workspace back to those it was acquired from.
 *
 * <p>Each buffer has a key, a constant of the class that uses it.
 */
public final class Workspace implements AutoCloseable {

  /** The name of one object in every workspace, and how the object is made. */
  public static final class Key<T> {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final int index = COUNT.getAndIncrement();
    private final Supplier<T> factory;

    private Key(Supplier<T> factory) {
      this.factory = factory;
    }
  }

  /** The name of one array in every workspace. */
  private abstract static sealed class ArrayKey {
    final int index;

    ArrayKey(AtomicInteger count) {
      index = count.getAndIncrement();
    }
  }

  /** The name of one array of floats in every workspace. */
  public static final class Floats extends ArrayKey {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private Floats() {
      super(COUNT);
    }
  }

  /** The name of one array of longs in every workspace. */
  public static final class Longs extends ArrayKey {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private Longs() {
      super(COUNT);
    }
  }

  private float[][] floats = new float[0][];
  private long[][] longs = new long[0][];
  private @Nullable Object[] objects = new Object[0];

  private final WorkspacePool home;
  private final SoftReference<Workspace> softly = new SoftReference<>(this);

  Workspace(WorkspacePool home) {
    this.home = home;
  }

  /** A new key, for a constant. The factory is called once in each workspace that is asked. */
  public static <T> Key<T> key(Supplier<T> factory) {
    return new Key<>(factory);
  }

  /** A new key, for a constant. */
  public static Floats floats() {
    return new Floats();
  }

  /** A new key, for a constant. */
  public static Longs longs() {
    return new Longs();
  }

  /**
   * For the pool: the same reference each time, so that returning a workspace allocates nothing.
   */
  SoftReference<Workspace> softly() {
    return softly;
  }

  /** The floats of a key: at least as many as asked for, with any contents. */
  public float[] get(Floats key, int minimumLength) {
    if (key.index >= floats.length) {
      int known = floats.length;
      floats = Arrays.copyOf(floats, key.index + 8);
      Arrays.fill(floats, known, floats.length, new float[0]);
    }
    float[] buffer = floats[key.index];
    if (buffer.length < minimumLength) {
      buffer = new float[grown(buffer.length, minimumLength)];
      floats[key.index] = buffer;
    }
    return buffer;
  }

  /** The longs of a key: at least as many as asked for, with any contents. */
  public long[] get(Longs key, int minimumLength) {
    if (key.index >= longs.length) {
      int known = longs.length;
      longs = Arrays.copyOf(longs, key.index + 8);
      Arrays.fill(longs, known, longs.length, new long[0]);
    }
    long[] buffer = longs[key.index];
    if (buffer.length < minimumLength) {
      buffer = new long[grown(buffer.length, minimumLength)];
      longs[key.index] = buffer;
    }
    return buffer;
  }

  /** The object of a key, made at the first request. */
  @SuppressWarnings("unchecked") // only the key's own factory fills its place
  public <T> T get(Key<T> key) {
    if (key.index >= objects.length) {
      objects = Arrays.copyOf(objects, key.index + 8);
    }
    Object object = objects[key.index];
    if (object == null) {
      object = key.factory.get();
      objects[key.index] = object;
    }
    return (T) object;
  }

  /** Half as much again as before, so that a row that grows by one each call settles soon. */
  private static int grown(int length, int minimumLength) {
    return (int) Math.max(minimumLength, Math.min(length + (length >> 1), Integer.MAX_VALUE - 8L));
  }

  /** Gives this workspace back; it must not be used any more. */
  @Override
  public void close() {
    home.release(this);
  }
}
