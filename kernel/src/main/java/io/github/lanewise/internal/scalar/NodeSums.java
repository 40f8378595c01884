package io.github.lanewise.internal.scalar;

import io.github.lanewise.internal.kernel.FloatPair;
import io.github.lanewise.internal.kernel.NodeKernels;

/** The merge of two nodes in row layout but for their values: it is the same for any lane width. */
public final class NodeSums {
  private NodeSums() {}

  /**
   * Merges maximum, sum and moment of row {@code r} of node b into those of node a.
   *
   * @return the factors of the values, exp(a.m - m') and exp(b.m - m'), as {@link FloatPair} packs
   *     them; one of them is 0 where that side is the identity, or too low to count
   */
  public static long merge(float[] a, int aFrom, float[] b, int bFrom, int rows, int r) {
    int atA = aFrom + r;
    int atB = bFrom + r;
    int sum = NodeKernels.sum(rows);
    int moment = NodeKernels.moment(rows);
    float ma = a[atA];
    float mb = b[atB];
    float m = Math.max(ma, mb);
    float origin = m == Float.NEGATIVE_INFINITY ? 0f : m; // -inf - -inf would be NaN
    float da = ma - origin;
    float db = mb - origin;
    float ea = ScalarExp.flushed(da);
    float eb = ScalarExp.flushed(db);
    float la = a[atA + sum];
    float lb = b[atB + sum];
    float ta = ea == 0f ? 0f : ScalarFma.fma(la, da, a[atA + moment]);
    float tb = eb == 0f ? 0f : ScalarFma.fma(lb, db, b[atB + moment]);
    a[atA] = m;
    a[atA + sum] = ScalarFma.fma(la, ea, lb * eb);
    a[atA + moment] = ScalarFma.fma(ta, ea, tb * eb);
    return FloatPair.of(ea, eb);
  }
}
