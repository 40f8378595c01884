package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.FloatFunctions;
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

  @Override
  public void tanh(float[] x, float[] y) {
    for (int i = 0; i < x.length; i += L) {
      VectorTanh.tanh(FloatVector.fromArray(FLOATS, x, i)).intoArray(y, i);
    }
  }
}
