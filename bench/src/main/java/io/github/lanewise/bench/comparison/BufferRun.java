package io.github.lanewise.bench.comparison;

import java.nio.FloatBuffer;

/** A run whose result lies in one buffer, on the heap or outside of it. */
public class BufferRun implements Contender.Run {
  private final FloatBuffer result;
  private final Runnable work;
  private final Runnable close;

  /** Work that writes to the buffer, and what lets go of what it needs. */
  public BufferRun(FloatBuffer result, Runnable work, Runnable close) {
    this.result = result;
    this.work = work;
    this.close = close;
  }

  /** Work that writes to an array. */
  public BufferRun(float[] result, Runnable work, Runnable close) {
    this(FloatBuffer.wrap(result), work, close);
  }

  /** Work of which nothing has to be let go. */
  public BufferRun(float[] result, Runnable work) {
    this(result, work, () -> {});
  }

  @Override
  public final void run() {
    work.run();
  }

  @Override
  public final void spoil() {
    for (int i = 0; i < result.capacity(); i++) {
      result.put(i, Float.NaN);
    }
  }

  @Override
  public float[] result() {
    float[] copy = new float[result.capacity()];
    result.get(0, copy);
    return copy;
  }

  @Override
  public final void close() {
    close.run();
  }
}
