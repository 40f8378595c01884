package io.github.lanewise.internal.kernel;

import io.github.lanewise.Lanewise;
import io.github.lanewise.internal.scalar.ScalarMath;

/** The functions of single floats, over whole arrays, as one implementation computes them. */
public interface FloatFunctions {
  void full(float[] x, float[] y);

  void flushed(float[] x, float[] y);

  void tanh(float[] x, float[] y);

  /** Those of the scalar code. */
  static FloatFunctions scalar() {
    return new FloatFunctions() {
      @Override
      public void full(float[] x, float[] y) {
        for (int i = 0; i < x.length; i++) {
          y[i] = ScalarMath.exp(x[i]);
        }
      }

      @Override
      public void flushed(float[] x, float[] y) {
        for (int i = 0; i < x.length; i++) {
          y[i] = ScalarMath.flushedExp(x[i]);
        }
      }

      @Override
      public void tanh(float[] x, float[] y) {
        for (int i = 0; i < x.length; i++) {
          y[i] = ScalarMath.tanh(x[i]);
        }
      }
    };
  }

  /**
   * Those that this process uses: in the lanes, or the scalar ones again. By name, since the scalar
   * execution must not link to the incubator module.
   */
  static FloatFunctions selected() {
    if (Lanewise.implementation().laneBits() == 0) {
      return scalar();
    }
    try {
      return Class.forName("io.github.lanewise.internal.vector.VectorFunctions")
          .asSubclass(FloatFunctions.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("VectorFunctions", e);
    }
  }
}
