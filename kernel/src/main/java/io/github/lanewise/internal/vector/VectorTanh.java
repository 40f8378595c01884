package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.TanhPolynomial.C11;
import static io.github.lanewise.internal.kernel.TanhPolynomial.C3;
import static io.github.lanewise.internal.kernel.TanhPolynomial.C5;
import static io.github.lanewise.internal.kernel.TanhPolynomial.C7;
import static io.github.lanewise.internal.kernel.TanhPolynomial.C9;
import static io.github.lanewise.internal.kernel.TanhPolynomial.LARGEST;
import static io.github.lanewise.internal.kernel.TanhPolynomial.SPLIT;

import io.github.lanewise.internal.kernel.TanhPolynomial;
import io.github.lanewise.internal.vector.generated.VectorExp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** tanh of a vector; see {@link TanhPolynomial} for the steps. The same bits as the scalar code. */
final class VectorTanh {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;

  private VectorTanh() {}

  /** tanh(x): at most 2 ULP, odd, NaN gives NaN. */
  static FloatVector tanh(FloatVector x) {
    IntVector bits = (IntVector) x.convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector sign = bits.and(Integer.MIN_VALUE);
    FloatVector a =
        (FloatVector) bits.and(Integer.MAX_VALUE).convert(VectorOperators.REINTERPRET_I2F, 0);
    VectorMask<Float> isSmall = a.compare(VectorOperators.LT, SPLIT);
    FloatVector y = large(a).blend(small(a), isSmall);
    return (FloatVector)
        ((IntVector) y.convert(VectorOperators.REINTERPRET_F2I, 0))
            .or(sign)
            .convert(VectorOperators.REINTERPRET_I2F, 0);
  }

  private static FloatVector small(FloatVector a) {
    FloatVector z = a.mul(a);
    FloatVector q =
        FloatVector.broadcast(FLOATS, C11)
            .fma(z, FloatVector.broadcast(FLOATS, C9))
            .fma(z, FloatVector.broadcast(FLOATS, C7))
            .fma(z, FloatVector.broadcast(FLOATS, C5))
            .fma(z, FloatVector.broadcast(FLOATS, C3));
    return a.mul(z).fma(q, a);
  }

  private static FloatVector large(FloatVector a) {
    FloatVector clamped = a.blend(LARGEST, a.compare(VectorOperators.GT, LARGEST));
    FloatVector one = FloatVector.broadcast(FLOATS, 1f);
    FloatVector e = VectorExp.normal(clamped.add(clamped));
    return one.sub(FloatVector.broadcast(FLOATS, 2f).div(e.add(one)));
  }
}
