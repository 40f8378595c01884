package io.github.lanewise.testing;

import io.github.lanewise.reference.AttentionShape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of attention under the arithmetic contract, docs/arithmetic.md, word by word and
 * one pair of a query and a key at a time. What the kernel returns must have these bits.
 */
public final class ContractGradients {
  public final float[] dq;
  public final float[] dk;
  public final float[] dv;

  /** Of the bias, in its shape; nothing where there is none. */
  public final float[] dBias;

  public final float[] dTemperature;
  public final float[] dSinks;

  private final AttentionCase c;
  private final AttentionShape shape;
  private final ContractAttention forward;
  private final float[] dOut;

  /** What one pair knows: its weight, and the gradient of its dot product. */
  private record Pair(
      boolean takesPart,
      boolean keepsWeight,
      float weight,
      float gradient,
      float ofTemperature,
      float ofBias) {

    /** The query does not see the key, or sees a score of -∞. */
    static final Pair NONE = new Pair(false, false, 0, 0, 0, 0);

    @Nullable Float weightInChain() {
      return keepsWeight ? weight : null;
    }

    @Nullable Float gradientInChain() {
      return takesPart ? gradient : null;
    }
  }

  /**
   * Computes all of them.
   *
   * @param out what forward returned
   * @param logSumExp likewise
   */
  public ContractGradients(AttentionCase given, float[] out, float[] dOut, float[] logSumExp) {
    c = given;
    shape = c.shape();
    forward = new ContractAttention(c);
    this.dOut = dOut;
    dq = new float[c.q().length];
    dk = new float[c.k().length];
    dv = new float[c.v().length];
    dBias = new float[c.bias() == null ? 0 : c.bias().length];
    dTemperature = new float[shape.queryHeads()];
    dSinks = new float[shape.queryHeads()];
    Pair[][][][] pairs = new Pair[shape.batch()][shape.queryHeads()][][];
    for (int b = 0; b < shape.batch(); b++) {
      for (int h = 0; h < shape.queryHeads(); h++) {
        pairs[b][h] = pairs(b, h, out, logSumExp);
        addHead(b, h, pairs[b][h]);
        addOptions(b, h, pairs[b][h], out, logSumExp);
      }
    }
    finishOptions(pairs);
    for (float[] gradient : new float[][] {dq, dk, dv, dBias, dTemperature, dSinks}) {
      for (int j = 0; j < gradient.length; j++) {
        gradient[j] += 0f; // -0 becomes +0
      }
    }
  }

  /** The pairs of a head. */
  private Pair[][] pairs(int b, int h, float[] out, float[] logSumExp) {
    Pair[][] pairs = new Pair[shape.queryLength()][shape.keyLength()];
    for (int i = 0; i < shape.queryLength(); i++) {
      int row = shape.queryRow(b, h, i);
      Arrays.fill(pairs[i], Pair.NONE);
      if (logSumExp[row] == Float.NEGATIVE_INFINITY) {
        continue;
      }
      float dot = dot(row, out);
      for (int j = 0; j < shape.keyLength(); j++) {
        if (c.visibility().visible(b, h, i, j)) {
          pairs[i][j] = pair(b, h, i, j, dot, logSumExp[row]);
        }
      }
    }
    return pairs;
  }

  /** D of a row. */
  private float dot(int row, float[] out) {
    int at = row * shape.valueDim();
    return ContractSum.of(
        shape.valueDim(), (lane, col) -> Math.fma(dOut[at + col], out[at + col], lane));
  }

  private Pair pair(int b, int h, int i, int j, float dot, float logSumExp) {
    float score = forward.score(b, h, i, j);
    if (score == Float.NEGATIVE_INFINITY) {
      return Pair.NONE;
    }
    float weight = ContractSoftmax.exp(score - logSumExp);
    int dim = shape.valueDim();
    int row = shape.queryRow(b, h, i) * dim;
    float dWeight = ContractMatmul.dot(dOut, row, c.v(), shape.keyRow(b, h, j) * dim, 1, dim);
    boolean dropped = c.drops(b, h, i, j);
    dWeight = dropped ? 0 : dWeight * c.keepFactor();
    float kept = dropped ? Float.NaN : weight * c.keepFactor();
    float ofScore = weight * (dWeight - dot);
    float ofBias = c.temperatures() == null ? ofScore : ofScore / c.temperatureOf(h);
    float gradient = ofBias;
    if (c.softcap() != 0) {
      float tanh = forward.tanh(b, h, i, j);
      gradient = gradient * Math.fma(-tanh, tanh, 1f);
    }
    return new Pair(true, !dropped, kept, gradient * c.scale(), ofScore * score, ofBias);
  }

  private void addHead(int b, int h, Pair[][] pairs) {
    int headDim = shape.headDim();
    int valueDim = shape.valueDim();
    for (int i = 0; i < shape.queryLength(); i++) {
      int query = i;
      Chain chain = j -> pairs[query][j].gradientInChain();
      int row = shape.queryRow(b, h, i) * headDim;
      add(sum(chain, shape.keyLength(), c.k(), shape.keyRow(b, h, 0) * headDim, headDim), dq, row);
    }
    for (int j = 0; j < shape.keyLength(); j++) {
      int key = j;
      Chain gradients = i -> pairs[i][key].gradientInChain();
      Chain weights = i -> pairs[i][key].weightInChain();
      int first = shape.queryRow(b, h, 0);
      int row = shape.keyRow(b, h, j);
      int queries = shape.queryLength();
      add(sum(gradients, queries, c.q(), first * headDim, headDim), dk, row * headDim);
      add(sum(weights, queries, dOut, first * valueDim, valueDim), dv, row * valueDim);
    }
  }

  /** The sums over queries of one head, added to those of the batch elements before. */
  private void addOptions(int b, int h, Pair[][] pairs, float[] out, float[] logSumExp) {
    int queries = shape.queryLength();
    float[] ones = Floats.filled(queries, 1f);
    Chain rows = i -> overKeys(pairs[i], true);
    add(sum(rows, queries, ones, 0, 1), dTemperature, h);
    float[] dots = new float[queries];
    for (int i = 0; i < queries; i++) {
      dots[i] = dot(shape.queryRow(b, h, i), out);
    }
    float[] logits = c.sinks();
    Chain sinks =
        i -> {
          float l = logSumExp[shape.queryRow(b, h, i)];
          boolean empty = l == Float.NEGATIVE_INFINITY;
          return logits == null || empty ? null : ContractSoftmax.exp(logits[h] - l);
        };
    add(sum(sinks, queries, dots, 0, 1), dSinks, h);
  }

  /** Of a row the sum over keys: 16 virtual lanes for each chunk, and the tree. */
  private static float overKeys(Pair[] row, boolean ofTemperature) {
    return ContractSum.of(
        row.length,
        (lane, j) ->
            row[j].takesPart
                ? lane + (ofTemperature ? row[j].ofTemperature : row[j].ofBias)
                : lane);
  }

  private void finishOptions(Pair[][][][] pairs) {
    for (int h = 0; h < shape.queryHeads(); h++) {
      float t = c.temperatureOf(h);
      dTemperature[h] = t == Float.POSITIVE_INFINITY ? 0 : -dTemperature[h] / t;
      dSinks[h] = -dSinks[h];
    }
    int[] full = {1, 1, 1, 1};
    int rank = c.biasShape().length;
    System.arraycopy(c.biasShape(), 0, full, 4 - rank, rank);
    for (int n = 0; n < dBias.length; n++) {
      int key = n % full[3];
      int query = n / full[3] % full[2];
      int head = n / full[3] / full[2] % full[1];
      int batch = n / full[3] / full[2] / full[1];
      for (int b = 0; b < shape.batch(); b++) {
        float heads = 0;
        for (int h = 0; h < shape.queryHeads(); h++) {
          if ((full[0] == 1 || b == batch) && (full[1] == 1 || h == head)) {
            heads += overQueries(pairs[b][h], full[2] == 1 ? -1 : query, full[3] == 1 ? -1 : key);
          }
        }
        dBias[n] += heads;
      }
    }
  }

  /** What one head adds to one element of the bias's gradient; -1 stands for all. */
  private float overQueries(Pair[][] pairs, int query, int key) {
    Chain rows =
        i ->
            key < 0
                ? Float.valueOf(overKeys(pairs[i], false))
                : pairs[i][key].takesPart ? Float.valueOf(pairs[i][key].ofBias) : null;
    if (query >= 0) {
      Float only = rows.factor(query);
      return only == null ? 0 : only;
    }
    float[] node = sum(rows, pairs.length, Floats.filled(pairs.length, 1f), 0, 1);
    return node == null ? 0 : node[0];
  }

  /** The factor of row n, or null if that row takes no part. */
  private interface Chain {
    @Nullable Float factor(int n);
  }

  /** Chunks of 256 rows, a chain for each column; the tree over chunks. Null: no row takes part. */
  private static float @Nullable [] sum(Chain chain, int rows, float[] of, int from, int dim) {
    float[][] nodes = new float[Math.max(1, (rows + ContractSum.BLOCK - 1) / ContractSum.BLOCK)][];
    for (int n = 0; n < rows; n++) {
      Float factor = chain.factor(n);
      if (factor == null) {
        continue;
      }
      int chunk = n / ContractSum.BLOCK;
      if (nodes[chunk] == null) {
        nodes[chunk] = new float[dim];
      }
      for (int col = 0; col < dim; col++) {
        nodes[chunk][col] = Math.fma(factor, of[from + n * dim + col], nodes[chunk][col]);
      }
    }
    return tree(nodes);
  }

  /** node(level, i) = node(level - 1, 2i) + node(level - 1, 2i + 1), null being the identity. */
  private static float @Nullable [] tree(float[][] leaves) {
    float[][] nodes = leaves;
    while (nodes.length > 1) {
      float[][] parents = new float[(nodes.length + 1) / 2][];
      for (int i = 0; i < parents.length; i++) {
        parents[i] = nodes[2 * i];
        if (2 * i + 1 < nodes.length && nodes[2 * i + 1] != null) {
          parents[i] = parents[i] == null ? nodes[2 * i + 1] : added(parents[i], nodes[2 * i + 1]);
        }
      }
      nodes = parents;
    }
    return nodes[0];
  }

  private static float[] added(float[] a, float[] b) {
    float[] sum = Arrays.copyOf(a, a.length);
    for (int col = 0; col < sum.length; col++) {
      sum[col] += b[col];
    }
    return sum;
  }

  private static void add(float @Nullable [] node, float[] to, int at) {
    for (int col = 0; node != null && col < node.length; col++) {
      to[at + col] += node[col];
    }
  }
}
