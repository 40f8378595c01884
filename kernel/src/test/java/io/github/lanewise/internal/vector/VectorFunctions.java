package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.TileKernels.PANEL;

import io.github.lanewise.internal.kernel.FloatFunctions;
import io.github.lanewise.internal.vector.generated.Softcaps;
import io.github.lanewise.internal.vector.generated.VectorExp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The functions of single floats in the lanes; whole vectors only. */
public final class VectorFunctions implements FloatFunctions {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;
  private static final int L = LaneSpecies.LENGTH;

  @Override
  public void full(float[] x, float[] y) {
    for (int i = 0; i < x.length; i += L) {
      VectorExp.full(FloatVector.fromArray(FLOATS, x, i)).intoArray(y, i);
    }
  }

  @Override
  public void flushed(float[] x, float[] y) {
    for (int i = 0; i < x.length; i += L) {
      VectorExp.flushed(FloatVector.fromArray(FLOATS, x, i)).intoArray(y, i);
    }
  }

  /** A cap of 1 is tanh itself. */
  @Override
  public void tanh(float[] x, float[] y) {
    System.arraycopy(x, 0, y, 0, x.length);
    int rows = x.length / PANEL;
    Softcaps.cap(y, 0, rows, PANEL, 1f, 1f);
    Softcaps.cap(y, rows * PANEL, 1, x.length % PANEL, 1f, 1f);
  }
}
