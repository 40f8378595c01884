package io.github.lanewise.bench.training;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import java.util.ArrayList;
import java.util.List;

/** x + attention(norm x), then y + W₂·relu(W₁·norm y). */
final class Layer {
  final Attending attention;
  private final Normalization before;
  private final Normalization between;
  private final Linear toQuery;
  private final Linear toKey;
  private final Linear toValue;
  private final Linear fromHeads;
  private final Linear toHidden;
  private final Linear fromHidden;

  private final Activations normal;
  private final Heads q;
  private final Heads k;
  private final Heads v;
  private final Heads attended;
  private final Activations middle;
  private final Activations middleNormal;
  private final Activations hidden;
  private final Activations result;

  private final Activations dHidden;
  private final Activations dNormal;
  private final Activations part;
  private final Heads dAttended;
  private final Heads dq;
  private final Heads dk;
  private final Heads dv;

  /** Rows that are heads, one beside the other: [batch, heads, context, headDim] in their order. */
  private static final class Heads {
    final Activations rows;
    final FloatTensor split;

    Heads(ModelShape shape) {
      rows = new Activations(shape.rows(), shape.attended());
      split =
          rows.tensor
              .reshape(shape.batch(), shape.context(), shape.heads(), shape.headDim())
              .permute(0, 2, 1, 3);
    }
  }

  Layer(ModelShape shape, Attending attention, Normals normals, Workers workers) {
    this.attention = attention;
    int rows = shape.rows();
    int width = shape.width();
    int wide = shape.attended();
    double plain = 1 / Math.sqrt(width);
    double calm = 1 / Math.sqrt(2.0 * shape.layers()); // what layers add up to stays of one size
    before = new Normalization(rows, width);
    between = new Normalization(rows, width);
    toQuery = new Linear(rows, width, wide, plain, normals, workers);
    toKey = new Linear(rows, width, wide, plain, normals, workers);
    toValue = new Linear(rows, width, wide, plain, normals, workers);
    fromHeads = new Linear(rows, wide, width, calm / Math.sqrt(wide), normals, workers);
    toHidden = new Linear(rows, width, shape.hidden(), plain, normals, workers);
    fromHidden =
        new Linear(rows, shape.hidden(), width, calm / Math.sqrt(shape.hidden()), normals, workers);
    normal = new Activations(rows, width);
    q = new Heads(shape);
    k = new Heads(shape);
    v = new Heads(shape);
    attended = new Heads(shape);
    middle = new Activations(rows, width);
    middleNormal = new Activations(rows, width);
    hidden = new Activations(rows, shape.hidden());
    result = new Activations(rows, width);
    dHidden = new Activations(rows, shape.hidden());
    dNormal = new Activations(rows, width);
    part = new Activations(rows, width);
    dAttended = new Heads(shape);
    dq = new Heads(shape);
    dk = new Heads(shape);
    dv = new Heads(shape);
  }

  List<Parameter> parameters() {
    List<Parameter> all = new ArrayList<>(List.of(before.gain, between.gain));
    for (Linear linear : List.of(toQuery, toKey, toValue, fromHeads, toHidden, fromHidden)) {
      all.add(linear.weights);
    }
    all.addAll(attention.learned());
    return all;
  }

  Activations result() {
    return result;
  }

  Activations forward(Activations x) {
    before.forward(x.array, normal.array);
    toQuery.forward(normal.tensor, q.rows.tensor);
    toKey.forward(normal.tensor, k.rows.tensor);
    toValue.forward(normal.tensor, v.rows.tensor);
    attention.forward(q.split, k.split, v.split, attended.split);
    fromHeads.forward(attended.rows.tensor, middle.tensor);
    add(x.array, middle.array);
    between.forward(middle.array, middleNormal.array);
    toHidden.forward(middleNormal.tensor, hidden.tensor);
    float[] h = hidden.array;
    for (int i = 0; i < h.length; i++) {
      h[i] = Math.max(h[i], 0f);
    }
    fromHidden.forward(hidden.tensor, result.tensor);
    add(middle.array, result.array);
    return result;
  }

  /** The gradient by x in place of that by the result. */
  void backward(Activations x, Activations d) {
    fromHidden.backward(hidden, d.tensor, dHidden.tensor);
    keepPositive(hidden.array, dHidden.array);
    toHidden.backward(middleNormal, dHidden.tensor, dNormal.tensor);
    between.backward(middle.array, dNormal.array, d.array);
    fromHeads.backward(attended.rows, d.tensor, dAttended.rows.tensor);
    attention.backward(
        q.split, k.split, v.split, attended.split, dAttended.split, dq.split, dk.split, dv.split);
    toQuery.backward(normal, dq.rows.tensor, dNormal.tensor);
    toKey.backward(normal, dk.rows.tensor, part.tensor);
    add(part.array, dNormal.array);
    toValue.backward(normal, dv.rows.tensor, part.tensor);
    add(part.array, dNormal.array);
    before.backward(x.array, dNormal.array, d.array);
  }

  /**
   * Makes y +0 where x, which is not negative, is 0. It works on bits: half of the numbers are 0,
   * and a branch that is so hard to foretell takes longer than the products.
   */
  private static void keepPositive(float[] x, float[] y) {
    for (int i = 0; i < y.length; i++) {
      int mask = -Float.floatToRawIntBits(x[i]) >> (Integer.SIZE - 1);
      y[i] = Float.intBitsToFloat(Float.floatToRawIntBits(y[i]) & mask);
    }
  }

  private static void add(float[] x, float[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] += x[i];
    }
  }
}
