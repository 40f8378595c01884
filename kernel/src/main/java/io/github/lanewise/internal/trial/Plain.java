package io.github.lanewise.internal.trial;

import io.github.lanewise.internal.kernel.KernelSet;

/** What serves a family whose plain kernels are ready, and whose rarer ones are not yet. */
public final class Plain {
  private Plain() {}

  /** The plain kernels of the one set, the rarer ones of the other. */
  public static KernelSet kernels(KernelSet vector, KernelSet scalar) {
    return new KernelSet(
        new PlainRows(vector.lanes(), scalar.lanes()),
        new PlainTiles(vector.tiles(), scalar.tiles()),
        new PlainScores(vector.scores(), scalar.scores()),
        vector.nodes(),
        vector.decode(),
        vector.sampling());
  }
}
