package io.github.lanewise.testing;

import io.github.lanewise.internal.scalar.ScalarMath;
import io.github.lanewise.reference.AttentionShape;

/**
 * Attention under the arithmetic contract, docs/arithmetic.md, word by word and one query row at a
 * time: score, chunk, merge, result. What the kernel returns must have these bits.
 */
public final class ContractAttention {
  /** What one query row gives. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Row(
      float[] out, float[] weights, float logSumExp, float entropy, float maxWeight) {}

  /** Partial result over a run of keys; with max = -∞ the identity of merge. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Node(float max, float sum, float moment, float[] values) {}

  private final AttentionCase c;
  private final AttentionShape shape;

  public ContractAttention(AttentionCase attentionCase) {
    this.c = attentionCase;
    this.shape = attentionCase.shape();
  }

  /** Returns what the query i of head h in batch b gets. */
  public Row row(int b, int h, int i) {
    float[] scores = scores(b, h, i);
    float temperature = c.temperatureOf(h);
    if (temperature == 0 && !notFinite(scores)) {
      return oneHot(b, h, i, scores);
    }
    int chunks = (shape.keyLength() + ContractSum.BLOCK - 1) / ContractSum.BLOCK;
    Node[] nodes = new Node[chunks];
    for (int chunk = 0; chunk < chunks; chunk++) {
      nodes[chunk] = chunk(b, h, i, scores, chunk * ContractSum.BLOCK);
    }
    Node root = root(nodes);
    if (c.sinks() != null) {
      root = merge(root, new Node(c.sinks()[h], 1, 0, new float[shape.valueDim()]));
    }
    return result(root, scores, b, h, i);
  }

  /** The scores of a row; an invisible key stands at -∞, as if it were not there. */
  private float[] scores(int b, int h, int i) {
    float[] scores = new float[shape.keyLength()];
    for (int j = 0; j < scores.length; j++) {
      scores[j] = c.visibility().visible(b, h, i, j) ? score(b, h, i, j) : Float.NEGATIVE_INFINITY;
    }
    return scores;
  }

  private float scaledDot(int b, int h, int i, int j) {
    int dim = shape.headDim();
    int query = shape.queryRow(b, h, i) * dim;
    return ContractMatmul.dot(c.q(), query, c.k(), shape.keyRow(b, h, j) * dim, 1, dim) * c.scale();
  }

  /** The t of a softcap, c·t. */
  float tanh(int b, int h, int i, int j) {
    return ScalarMath.tanh(scaledDot(b, h, i, j) / c.softcap());
  }

  /** The score of a pair that is visible. */
  float score(int b, int h, int i, int j) {
    float score = scaledDot(b, h, i, j);
    if (c.softcap() != 0) {
      score = c.softcap() * tanh(b, h, i, j);
    }
    if (c.bias() != null) {
      score = score + (float) c.scoreBias().at(b, h, i, j);
    }
    if (c.slopes() != null) {
      long position = i + c.offset();
      float distance = Math.abs(j - position);
      float penalty = c.slopes()[h] * distance;
      score = score - penalty;
    }
    float temperature = c.temperatureOf(h);
    if (temperature == 0 || temperature == 1 || score == Float.NEGATIVE_INFINITY) {
      return score;
    }
    return score / temperature;
  }

  private Node chunk(int b, int h, int i, float[] scores, int firstKey) {
    int end = Math.min(firstKey + ContractSum.BLOCK, scores.length);
    float max = Float.NEGATIVE_INFINITY;
    for (int j = firstKey; j < end; j++) {
      max = Math.max(max, scores[j]);
    }
    float[] sum = new float[ContractSum.LANES];
    float[] moment = new float[ContractSum.LANES];
    float[] values = new float[shape.valueDim()];
    for (int j = firstKey; j < end; j++) {
      if (scores[j] == Float.NEGATIVE_INFINITY) {
        continue;
      }
      float d = scores[j] - max;
      float p = ContractSoftmax.exp(d);
      int lane = j % ContractSum.LANES;
      sum[lane] += p;
      if (p > 0) {
        moment[lane] = Math.fma(p, d, moment[lane]);
      }
      if (c.drops(b, h, i, j)) {
        continue;
      }
      int value = shape.keyRow(b, h, j) * shape.valueDim();
      for (int col = 0; col < values.length; col++) {
        values[col] = Math.fma(p, c.v()[value + col], values[col]);
      }
    }
    return new Node(max, ContractSum.acrossLanes(sum), ContractSum.acrossLanes(moment), values);
  }

  /** node(level, i) = merge(node(level - 1, 2i), node(level - 1, 2i + 1)). */
  private Node root(Node[] nodes) {
    Node[] level = nodes;
    while (level.length > 1) {
      Node[] parents = new Node[(level.length + 1) / 2];
      for (int i = 0; i < parents.length; i++) {
        parents[i] =
            2 * i + 1 < level.length ? merge(level[2 * i], level[2 * i + 1]) : level[2 * i];
      }
      level = parents;
    }
    return level.length == 0
        ? new Node(Float.NEGATIVE_INFINITY, 0, 0, new float[shape.valueDim()])
        : level[0];
  }

  private static Node merge(Node a, Node b) {
    if (a.max == Float.NEGATIVE_INFINITY || b.max == Float.NEGATIVE_INFINITY) {
      return a.max == Float.NEGATIVE_INFINITY ? b : a;
    }
    float max = Math.max(a.max, b.max);
    float ea = ContractSoftmax.exp(a.max - max);
    float eb = ContractSoftmax.exp(b.max - max);
    float[] values = new float[a.values.length];
    for (int col = 0; col < values.length; col++) {
      values[col] = Math.fma(a.values[col], ea, b.values[col] * eb);
    }
    float sum = Math.fma(a.sum, ea, b.sum * eb);
    float ta = ea == 0 ? 0 : Math.fma(a.sum, a.max - max, a.moment);
    float tb = eb == 0 ? 0 : Math.fma(b.sum, b.max - max, b.moment);
    return new Node(max, sum, Math.fma(ta, ea, tb * eb), values);
  }

  private Row result(Node root, float[] scores, int b, int h, int i) {
    float[] out = new float[shape.valueDim()];
    float[] weights = new float[scores.length];
    if (root.max == Float.NEGATIVE_INFINITY) {
      return new Row(out, weights, Float.NEGATIVE_INFINITY, 0, 0);
    }
    float reciprocal = 1 / root.sum;
    for (int col = 0; col < out.length; col++) {
      out[col] = (root.values[col] * reciprocal + 0f) * c.keepFactor(); // -0 becomes +0
    }
    float maxScore = Float.NEGATIVE_INFINITY;
    for (int j = 0; j < scores.length; j++) {
      maxScore = Math.max(maxScore, scores[j]);
      if (c.visibility().visible(b, h, i, j)) {
        float weight = ContractSoftmax.exp(scores[j] - root.max) * reciprocal;
        weights[j] = c.drops(b, h, i, j) ? 0 : weight * c.keepFactor();
      }
    }
    float lnSum = ContractSoftmax.ln(root.sum);
    return new Row(
        out,
        weights,
        root.max + lnSum,
        lnSum - root.moment / root.sum,
        ContractSoftmax.exp(maxScore - root.max) * reciprocal);
  }

  /** Temperature 0: the first maximum has all the weight. */
  private Row oneHot(int b, int h, int i, float[] scores) {
    int best = -1;
    for (int j = 0; j < scores.length; j++) {
      boolean above = best < 0 ? scores[j] > Float.NEGATIVE_INFINITY : scores[j] > scores[best];
      best = above ? j : best;
    }
    float[] out = new float[shape.valueDim()];
    float[] weights = new float[scores.length];
    if (best < 0) {
      return new Row(out, weights, Float.NEGATIVE_INFINITY, 0, 0);
    }
    int value = shape.keyRow(b, h, best) * shape.valueDim();
    for (int col = 0; col < out.length && !c.drops(b, h, i, best); col++) {
      out[col] = (c.v()[value + col] + 0f) * c.keepFactor();
    }
    weights[best] = c.drops(b, h, i, best) ? 0 : c.keepFactor();
    return new Row(out, weights, Float.NaN, 0, 1);
  }

  private static boolean notFinite(float[] scores) {
    for (float score : scores) {
      if (Float.isNaN(score) || score == Float.POSITIVE_INFINITY) {
        return true;
      }
    }
    return false;
  }
}
