package io.github.lanewise.testing;

import io.github.lanewise.attention.Attention;
import io.github.lanewise.reference.AttentionShape;

/** Ordinary queries, keys and values of a call, to be changed here and there. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Operands(AttentionShape shape, float[] q, float[] k, float[] v) {

  /** Normally distributed ones. */
  public static Operands of(AttentionShape shape) {
    return new Operands(
        shape,
        Floats.of("q", FloatKind.NORMAL, Axes.q(shape)),
        Floats.of("k", FloatKind.NORMAL, Axes.k(shape)),
        Floats.of("v", FloatKind.NORMAL, Axes.v(shape)));
  }

  /** The first component of q is 1: so k's first is a summand of the score. */
  public static Operands scored(AttentionShape shape) {
    Operands operands = of(shape);
    for (int at = 0; at < operands.q.length; at += shape.headDim()) {
      operands.q[at] = 1f;
    }
    return operands;
  }

  /** Sets the score of a key of every head, as far as an infinity or NaN does. */
  public Operands score(int key, float score) {
    for (int head = 0; head < shape.batch() * shape.keyHeads(); head++) {
      k[(head * shape.keyLength() + key) * shape.headDim()] = score;
    }
    return this;
  }

  /** Sets one column of the value of a key of every head. */
  public Operands value(int key, int column, float value) {
    for (int head = 0; head < shape.batch() * shape.keyHeads(); head++) {
      v[(head * shape.keyLength() + key) * shape.valueDim() + column] = value;
    }
    return this;
  }

  /** What attention makes of them. */
  public Attended by(Attention.Builder builder) {
    return Attended.by(builder.build(), shape, q, k, v);
  }
}
