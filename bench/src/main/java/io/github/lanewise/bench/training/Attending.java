package io.github.lanewise.bench.training;

import io.github.lanewise.FloatTensor;
import java.util.List;

/**
 * How the heads of a layer look at the characters before, forward and backward; tensors are [batch,
 * heads, context, headDim].
 */
public interface Attending {
  /** Computes out, and keeps what the way back needs. */
  void forward(FloatTensor q, FloatTensor k, FloatTensor v, FloatTensor out);

  /** The gradients, after a forward with the same arguments. */
  void backward(
      FloatTensor q,
      FloatTensor k,
      FloatTensor v,
      FloatTensor out,
      FloatTensor dOut,
      FloatTensor dq,
      FloatTensor dk,
      FloatTensor dv);

  /** Mean entropy of the weights of the last forward, in nats; NaN if they are no probabilities. */
  double entropy();

  /** What it learns itself; {@link #backward} leaves the gradients there. */
  default List<Parameter> learned() {
    return List.of();
  }
}
