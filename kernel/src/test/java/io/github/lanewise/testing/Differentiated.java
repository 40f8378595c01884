package io.github.lanewise.testing;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.reference.AttentionShape;
import org.jspecify.annotations.Nullable;

/** What attention's gradients are in one call, after a forward call that they are taken of. */
public final class Differentiated {

  public final float[] out;
  public final float[] logSumExp;
  public final float @Nullable [] dq;
  public final float @Nullable [] dk;
  public final float @Nullable [] dv;
  public final float @Nullable [] dBias;
  public final float @Nullable [] dTemperature;
  public final float @Nullable [] dSinks;

  /** All gradients, in a layout with canaries around everything. */
  public static Differentiated by(AttentionCase c, float[] dOut, Layouts layouts, Workers workers) {
    return new Differentiated(c, dOut, new Sandbox(layouts), workers, true, true, true, true);
  }

  /** In drawn layouts, by drawn workers, at times without one or two of the gradients. */
  public static Differentiated drawn(Draw draw, AttentionCase c, float[] dOut) {
    boolean all = !draw.onceIn(3, "notAll");
    return new Differentiated(
        c,
        dOut,
        new Sandbox(Layout.drawn(draw)),
        TestWorkers.draw(draw),
        all || draw.onceIn(2, "dq"),
        all || draw.onceIn(2, "dk"),
        all || draw.onceIn(2, "dv"),
        draw.onceIn(2, "options"));
  }

  private Differentiated(
      AttentionCase c,
      float[] given,
      Sandbox sandbox,
      Workers workers,
      boolean ofQ,
      boolean ofK,
      boolean ofV,
      boolean ofOptions) {
    AttentionShape shape = c.shape();
    Attention attention = c.attention();
    FloatTensor q = sandbox.input("Q", c.q(), Axes.q(shape));
    FloatTensor k = sandbox.input("K", c.k(), Axes.k(shape));
    FloatTensor v = sandbox.input("V", c.v(), Axes.v(shape));
    FloatTensor results = FloatTensor.allocate(Axes.out(shape));
    FloatTensor sums = FloatTensor.allocate(Results.rows(Axes.out(shape)));
    attention.forward(q, k, v, results, new RowStatistics(sums, null, null), workers);
    out = results.toArray();
    logSumExp = sums.toArray();
    FloatTensor dOut = sandbox.input("dOut", given, Axes.out(shape));
    FloatTensor dQ = ofQ ? sandbox.output("dQ", Axes.q(shape)) : null;
    FloatTensor dK = ofK ? sandbox.output("dK", Axes.k(shape)) : null;
    FloatTensor dV = ofV ? sandbox.output("dV", Axes.v(shape)) : null;
    boolean biased = ofOptions && c.bias() != null;
    FloatTensor dB = biased ? sandbox.output("dBias", Axes.of(c.biasShape())) : null;
    dTemperature = ofOptions && c.temperatures() != null ? new float[shape.queryHeads()] : null;
    dSinks = ofOptions && c.sinks() != null ? new float[shape.queryHeads()] : null;
    attention.backward(
        q,
        k,
        v,
        sandbox.input("out", out, Axes.out(shape)),
        dOut,
        sandbox.input("logSumExp", logSumExp, Results.rows(Axes.out(shape))),
        dQ,
        dK,
        dV,
        new Attention.OptionGradients(dB, dTemperature, dSinks),
        workers);
    sandbox.assertIntact("gradients of attention " + shape);
    dq = dQ == null ? null : dQ.toArray();
    dk = dK == null ? null : dK.toArray();
    dv = dV == null ? null : dV.toArray();
    dBias = dB == null ? null : dB.toArray();
  }
}
