package io.github.lanewise.internal.vector;

import static io.github.lanewise.internal.kernel.ExpPolynomial.C2;
import static io.github.lanewise.internal.kernel.ExpPolynomial.C3;
import static io.github.lanewise.internal.kernel.ExpPolynomial.C4;
import static io.github.lanewise.internal.kernel.ExpPolynomial.C5;
import static io.github.lanewise.internal.kernel.ExpPolynomial.C6;
import static io.github.lanewise.internal.kernel.ExpPolynomial.FLUSHED;
import static io.github.lanewise.internal.kernel.ExpPolynomial.FLUSH_BELOW;
import static io.github.lanewise.internal.kernel.ExpPolynomial.GREATEST;
import static io.github.lanewise.internal.kernel.ExpPolynomial.LEAST;
import static io.github.lanewise.internal.kernel.ExpPolynomial.LN2_HI;
import static io.github.lanewise.internal.kernel.ExpPolynomial.LN2_LO;
import static io.github.lanewise.internal.kernel.ExpPolynomial.LOG2_E;
import static io.github.lanewise.internal.kernel.ExpPolynomial.MAGIC;
import static io.github.lanewise.internal.kernel.ExpPolynomial.MAGIC_NEGATIVE;
import static io.github.lanewise.internal.kernel.ExpPolynomial.MAGIC_POSITIVE;
import static io.github.lanewise.internal.kernel.ExpPolynomial.UNSCALE_NEGATIVE;
import static io.github.lanewise.internal.kernel.ExpPolynomial.UNSCALE_POSITIVE;

import io.github.lanewise.internal.kernel.ExpPolynomial;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * exp of a vector; see {@link ExpPolynomial} for the steps. The same bits as the scalar code.
 *
 * <p>Each function is written out: a level of calls less, see {@link VectorLaneKernels}.
 */
final class VectorExp {
  private static final VectorSpecies<Float> FLOATS = LaneSpecies.FLOATS;

  private VectorExp() {}

  /** exp(x) over the full range, at most 1 ULP, with gradual underflow. */
  static FloatVector full(FloatVector x) {
    VectorMask<Float> negative = x.compare(VectorOperators.LT, 0f);
    FloatVector clamped =
        x.blend(LEAST, x.compare(VectorOperators.LT, LEAST))
            .blend(GREATEST, x.compare(VectorOperators.GT, GREATEST));
    FloatVector magic =
        FloatVector.broadcast(FLOATS, MAGIC_POSITIVE).blend(MAGIC_NEGATIVE, negative);
    FloatVector unscale =
        FloatVector.broadcast(FLOATS, UNSCALE_POSITIVE).blend(UNSCALE_NEGATIVE, negative);
    FloatVector one = FloatVector.broadcast(FLOATS, 1f);
    FloatVector biased = clamped.fma(FloatVector.broadcast(FLOATS, LOG2_E), magic);
    FloatVector n = biased.sub(magic);
    FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -LN2_HI), clamped);
    r = n.fma(FloatVector.broadcast(FLOATS, -LN2_LO), r);
    FloatVector p =
        FloatVector.broadcast(FLOATS, C6)
            .fma(r, FloatVector.broadcast(FLOATS, C5))
            .fma(r, FloatVector.broadcast(FLOATS, C4))
            .fma(r, FloatVector.broadcast(FLOATS, C3))
            .fma(r, FloatVector.broadcast(FLOATS, C2))
            .fma(r, one)
            .fma(r, one);
    IntVector scale =
        ((IntVector) biased.convert(VectorOperators.REINTERPRET_F2I, 0))
            .lanewise(VectorOperators.LSHL, 23);
    return p.mul((FloatVector) scale.convert(VectorOperators.REINTERPRET_I2F, 0)).mul(unscale);
  }

  /**
   * exp(x) for the weights of softmax and attention: +0 below {@link ExpPolynomial#FLUSH_BELOW},
   * else the bits of {@link #full}. x is at most 88, or NaN, which gives NaN.
   */
  static FloatVector flushed(FloatVector x) {
    // Clamped before the polynomial: a blend after it would leave subnormals to be computed.
    FloatVector clamped = x.blend(FLUSHED, x.compare(VectorOperators.LT, FLUSH_BELOW));
    FloatVector magic = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector one = FloatVector.broadcast(FLOATS, 1f);
    FloatVector biased = clamped.fma(FloatVector.broadcast(FLOATS, LOG2_E), magic);
    FloatVector n = biased.sub(magic);
    FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -LN2_HI), clamped);
    r = n.fma(FloatVector.broadcast(FLOATS, -LN2_LO), r);
    FloatVector p =
        FloatVector.broadcast(FLOATS, C6)
            .fma(r, FloatVector.broadcast(FLOATS, C5))
            .fma(r, FloatVector.broadcast(FLOATS, C4))
            .fma(r, FloatVector.broadcast(FLOATS, C3))
            .fma(r, FloatVector.broadcast(FLOATS, C2))
            .fma(r, one)
            .fma(r, one);
    IntVector scale =
        ((IntVector) biased.convert(VectorOperators.REINTERPRET_F2I, 0))
            .lanewise(VectorOperators.LSHL, 23);
    return p.mul((FloatVector) scale.convert(VectorOperators.REINTERPRET_I2F, 0));
  }

  /** exp(x) where the result is a normal number: x in [FLUSH_BELOW, 88], or FLUSHED, or NaN. */
  static FloatVector normal(FloatVector x) {
    FloatVector magic = FloatVector.broadcast(FLOATS, MAGIC);
    FloatVector one = FloatVector.broadcast(FLOATS, 1f);
    FloatVector biased = x.fma(FloatVector.broadcast(FLOATS, LOG2_E), magic);
    FloatVector n = biased.sub(magic);
    FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -LN2_HI), x);
    r = n.fma(FloatVector.broadcast(FLOATS, -LN2_LO), r);
    FloatVector p =
        FloatVector.broadcast(FLOATS, C6)
            .fma(r, FloatVector.broadcast(FLOATS, C5))
            .fma(r, FloatVector.broadcast(FLOATS, C4))
            .fma(r, FloatVector.broadcast(FLOATS, C3))
            .fma(r, FloatVector.broadcast(FLOATS, C2))
            .fma(r, one)
            .fma(r, one);
    IntVector scale =
        ((IntVector) biased.convert(VectorOperators.REINTERPRET_F2I, 0))
            .lanewise(VectorOperators.LSHL, 23);
    return p.mul((FloatVector) scale.convert(VectorOperators.REINTERPRET_I2F, 0));
  }
}
