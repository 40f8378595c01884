package io.github.lanewise.bench.training;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.Attention.OptionGradients;
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
  private final OptionGradients gradients;
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
    gradients =
        learns ? new OptionGradients(null, new float[shape.heads()], null) : OptionGradients.none();
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
    attention.backward(q, k, v, out, dOut, logSumExp, dq, dk, dv, gradients, workers);
    float[] byTemperature = gradients.temperature();
    if (logarithms != null && byTemperature != null) {
      for (int head = 0; head < temperatures.length; head++) {
        logarithms.gradient[head] = temperatures[head] * byTemperature[head];
      }
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
