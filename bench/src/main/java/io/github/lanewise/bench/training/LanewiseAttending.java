package io.github.lanewise.bench.training;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The library's causal attention. Where heads learn their temperatures, as logarithms that begin at
 * 0, each forward builds the attention anew: it is immutable.
 */
public final class LanewiseAttending implements Attending {
  /** A few hundred steps of the others' size would not let a logarithm get far. */
  private static final float PACE = 5;

  private final float scale;
  private final Workers workers;
  private final FloatTensor logSumExp;
  private final float[] entropies;
  private final RowStatistics statistics;
  private final float[] temperatures;
  private final @Nullable Parameter logarithms;
  private final ModelShape shape;
  private final DenseHeads queries;
  private final DenseHeads gradients;
  private Attention attention;

  /** For a model of that shape. */
  public LanewiseAttending(ModelShape shape, float scale, boolean learns, Workers workers) {
    this.scale = scale;
    this.workers = workers;
    int rows = shape.rows() * shape.heads();
    logSumExp = FloatTensor.allocate(shape.batch(), shape.heads(), shape.context());
    entropies = new float[rows];
    FloatTensor entropy = FloatTensor.of(entropies, shape.batch(), shape.heads(), shape.context());
    statistics = new RowStatistics(logSumExp, entropy, null);
    temperatures = new float[shape.heads()];
    Arrays.fill(temperatures, 1f);
    logarithms = learns ? Parameter.vector(shape.heads(), 0f, PACE) : null;
    this.shape = shape;
    queries = new DenseHeads(shape);
    gradients = new DenseHeads(shape);
    attention = build();
  }

  private Attention build() {
    Attention.Builder builder = Attention.builder().scale(scale).mask(Mask.causal());
    return (logarithms == null ? builder : builder.temperature(temperatures)).build();
  }

  @Override
  public void forward(FloatTensor q, FloatTensor k, FloatTensor v, FloatTensor out) {
    if (logarithms != null) {
      for (int head = 0; head < temperatures.length; head++) {
        temperatures[head] = (float) StrictMath.exp(logarithms.value[head]);
      }
      attention = build();
    }
    attention.forward(q, k, v, out, statistics, workers);
  }

  @Override
  public void backward(
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor out,
      FloatTensor dOut,
      FloatTensor dq,
      FloatTensor dk,
      FloatTensor dv) {
    attention.backward(q, k, v, out, dOut, logSumExp, dq, dk, dv, workers);
    if (logarithms != null) {
      temperatureGradients(logarithms.gradient, queries.load(q), gradients.load(dq));
    }
  }

  /**
   * A score is linear in its query, and in 1/T: so the gradient by ln T is -Σ dS·s = -Σ q·dq over
   * the head's queries.
   */
  private void temperatureGradients(float[] result, float[] q, float[] dq) {
    int length = shape.context() * shape.headDim();
    for (int head = 0; head < shape.heads(); head++) {
      double sum = 0;
      for (int b = 0; b < shape.batch(); b++) {
        int from = (b * shape.heads() + head) * length;
        for (int i = from; i < from + length; i++) {
          sum -= (double) q[i] * dq[i];
        }
      }
      result[head] = (float) sum;
    }
  }

  @Override
  public List<Parameter> learned() {
    return logarithms == null ? List.of() : List.of(logarithms);
  }

  @Override
  public double entropy() {
    double sum = 0;
    for (float nats : entropies) {
      sum += nats;
    }
    return sum / entropies.length;
  }

  /** The temperature of each head. */
  public double[] temperatures() {
    double[] wide = new double[temperatures.length];
    Arrays.setAll(wide, head -> temperatures[head]);
    return wide;
  }
}
