package io.github.lanewise.internal.work;

import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The buffers of one thread at work. They are kept from call to call; their contents are whatever
 * the last user left. {@link #close} gives the workspace back to the pool it was acquired from.
 *
 * <p>Each buffer has a key, a constant of the class that uses it.
 */
public final class Workspace implements AutoCloseable {

  /** The name of one object in every workspace, and how the object is made. */
  public static sealed class Key<T> permits Floats {
    private static final AtomicInteger COUNT = new AtomicInteger();

    final int index = COUNT.getAndIncrement();
    private final Supplier<T> factory;

    private Key(Supplier<T> factory) {
      this.factory = factory;
    }
  }

  /** The name of one array in every workspace, which grows to what the largest call needed. */
  public static final class Floats extends Key<float[]> {
    private Floats() {
      super(() -> new float[0]);
    }
  }

  private @Nullable Object[] objects = new Object[0];
  private final Pool home;

  /** Made once, so that giving a workspace back allocates nothing. */
  private final SoftReference<Workspace> softly = new SoftReference<>(this);

  Workspace(Pool home) {
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

  /** The floats of a key: at least as many as asked for, with any contents. */
  public float[] get(Floats key, int minimumLength) {
    float[] buffer = get(key);
    if (buffer.length < minimumLength) {
      // Half as much again as before, so that a row that grows by one each call settles soon.
      long half = Math.min(buffer.length + (buffer.length >> 1), Integer.MAX_VALUE - 8L);
      buffer = new float[(int) Math.max(minimumLength, half)];
      objects[key.index] = buffer;
    }
    return buffer;
  }

  /** Gives this workspace back; it must not be used any more. */
  @Override
  public void close() {
    home.release(this);
  }

  /**
   * Workspaces that nobody uses at the moment. As many are kept as were in use at once, and at most
   * {@link #CAPACITY}; further ones are left to the garbage collector, which may also take those
   * that are kept when memory runs short.
   *
   * <p>Lock-free and without thread locals, which common pools and virtual threads do not keep. A
   * thread looks first where it gave its workspace back the last time, as that one is in its cache.
   * A table rather than a linked stack: the nodes of a stack would have to be allocated anew at
   * every return to be safe from ABA.
   */
  static final class Pool {

    /** A power of two, at least twice the processors. */
    static final int CAPACITY =
        Math.max(8, 2 * Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1));

    private final AtomicReferenceArray<SoftReference<Workspace>> kept =
        new AtomicReferenceArray<>(CAPACITY);
    private volatile boolean closed;

    Workspace acquire() {
      int home = (int) Thread.currentThread().threadId();
      for (int k = 0; k < CAPACITY; k++) {
        int at = (home + k) & (CAPACITY - 1);
        SoftReference<Workspace> reference = kept.get(at);
        if (reference != null && kept.compareAndSet(at, reference, null)) {
          Workspace workspace = reference.get();
          if (workspace != null) {
            return workspace;
          }
        }
      }
      return new Workspace(this);
    }

    void release(Workspace workspace) {
      int home = (int) Thread.currentThread().threadId();
      for (int k = 0; k < CAPACITY; k++) {
        int at = (home + k) & (CAPACITY - 1);
        if (kept.get(at) == null && kept.compareAndSet(at, null, workspace.softly)) {
          break;
        }
      }
      if (closed) {
        clear();
      }
    }

    /** Keeps nothing from now on. */
    void close() {
      closed = true;
      clear();
    }

    boolean isClosed() {
      return closed;
    }

    private void clear() {
      for (int at = 0; at < CAPACITY; at++) {
        kept.set(at, null);
      }
    }
  }
}
