package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.TileKernels.PANEL;

import io.github.lanewise.internal.kernel.FloatFunctions;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.vector.generated.ExpLoops;
import io.github.lanewise.internal.vector.generated.NodeLoops;
import io.github.lanewise.internal.vector.generated.Softcaps;
import java.util.Arrays;

/** The functions of single floats in the lanes. */
public final class VectorFunctions implements FloatFunctions {
  @Override
  public void full(float[] x, float[] y) {
    ExpLoops.full(x, 0, y, 0, 0, x.length);
  }

  /** Weights of rows whose maximum is 0 and whose sum is 1. */
  @Override
  public void flushed(float[] x, float[] y) {
    System.arraycopy(x, 0, y, 0, x.length);
    float[] node = new float[NodeKernels.values(PANEL)];
    Arrays.fill(node, NodeKernels.sum(PANEL), NodeKernels.sum(PANEL) + PANEL, 1f);
    int rows = x.length / PANEL;
    NodeLoops.weights(y, 0, rows, PANEL, node, 0);
    if (x.length % PANEL > 0) {
      float[] rest = Arrays.copyOfRange(y, rows * PANEL, (rows + 1) * PANEL);
      NodeLoops.weights(rest, 0, 1, PANEL, node, 0);
      System.arraycopy(rest, 0, y, rows * PANEL, x.length % PANEL);
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
