package io.github.lanewise.bench.training;

import io.github.lanewise.FloatTensor;
import java.util.Arrays;

/** Causal attention in plain Java, with any {@link Weighting}. */
public final class PlainAttending implements Attending {
  private final Weighting weighting;
  private final float scale;
  private final int batch;
  private final int heads;
  private final int context;
  private final int dim;
  private final float[] weights;
  private final float[] sums;
  private final float[] gradient;
  private final DenseHeads q;
  private final DenseHeads k;
  private final DenseHeads v;
  private final DenseHeads out;
  private final DenseHeads dOut;
  private final DenseHeads dq;
  private final DenseHeads dk;
  private final DenseHeads dv;

  /** For a model of that shape. */
  public PlainAttending(ModelShape shape, Weighting weighting, float scale) {
    this.weighting = weighting;
    this.scale = scale;
    batch = shape.batch();
    heads = shape.heads();
    context = shape.context();
    dim = shape.headDim();
    weights = new float[batch * heads * context * context];
    sums = new float[batch * heads * context];
    gradient = new float[context];
    q = new DenseHeads(shape);
    k = new DenseHeads(shape);
    v = new DenseHeads(shape);
    out = new DenseHeads(shape);
    dOut = new DenseHeads(shape);
    dq = new DenseHeads(shape);
    dk = new DenseHeads(shape);
    dv = new DenseHeads(shape);
  }

  @Override
  public void forward(FloatTensor q, FloatTensor k, FloatTensor v, FloatTensor out) {
    this.q.load(q);
    this.k.load(k);
    this.v.load(v);
    Arrays.fill(this.out.array, 0f);
    for (int head = 0; head < batch * heads; head++) {
      for (int i = 0; i < context; i++) {
        forward(head * context, i);
      }
    }
    out.copyFrom(this.out.tensor);
  }

  private void forward(int head, int i) {
    int row = (head + i) * dim;
    int at = (head + i) * context;
    for (int j = 0; j <= i; j++) {
      weights[at + j] = scale * dot(q.array, row, k.array, (head + j) * dim);
    }
    sums[head + i] = weighting.apply(weights, at, i + 1);
    for (int j = 0; j <= i; j++) {
      add(weights[at + j], v.array, (head + j) * dim, out.array, row);
    }
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
    this.dOut.load(dOut);
    Arrays.fill(this.dq.array, 0f);
    Arrays.fill(this.dk.array, 0f);
    Arrays.fill(this.dv.array, 0f);
    for (int head = 0; head < batch * heads; head++) {
      for (int i = 0; i < context; i++) {
        backward(head * context, i);
      }
    }
    dq.copyFrom(this.dq.tensor);
    dk.copyFrom(this.dk.tensor);
    dv.copyFrom(this.dv.tensor);
  }

  private void backward(int head, int i) {
    int row = (head + i) * dim;
    int at = (head + i) * context;
    for (int j = 0; j <= i; j++) {
      int key = (head + j) * dim;
      gradient[j] = dot(dOut.array, row, v.array, key);
      add(weights[at + j], dOut.array, row, dv.array, key);
    }
    weighting.gradient(weights, at, i + 1, sums[head + i], gradient);
    for (int j = 0; j <= i; j++) {
      int key = (head + j) * dim;
      add(scale * gradient[j], k.array, key, dq.array, row);
      add(scale * gradient[j], q.array, row, dk.array, key);
    }
  }

  private float dot(float[] a, int aFrom, float[] b, int bFrom) {
    float sum = 0;
    for (int d = 0; d < dim; d++) {
      sum += a[aFrom + d] * b[bFrom + d];
    }
    return sum;
  }

  private void add(float factor, float[] x, int xFrom, float[] y, int yFrom) {
    for (int d = 0; d < dim; d++) {
      y[yFrom + d] += factor * x[xFrom + d];
    }
  }

  @Override
  public double entropy() {
    if (!weighting.hasEntropy()) {
      return Double.NaN;
    }
    double sum = 0;
    for (float w : weights) {
      sum -= w == 0 ? 0 : w * StrictMath.log(w);
    }
    return sum / (batch * heads * context);
  }
}
