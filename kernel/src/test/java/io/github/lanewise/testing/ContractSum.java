package io.github.lanewise.testing;

import java.util.Arrays;

/**
 * The sum of the arithmetic contract, word by word: blocks of 256 elements counted from the row's
 * start; in a block 16 virtual lanes that start at +0, element j to lane j mod 16, ascending; the
 * tree 8, 4, 2, 1 over the lanes; the binary tree over the block index.
 */
public final class ContractSum {
  /** Elements per block, and keys per chunk. */
  public static final int BLOCK = 256;

  /** Virtual lanes of a block. */
  public static final int LANES = 16;

  private ContractSum() {}

  /** How a term joins its lane: by addition, or by a fused multiply-add. */
  public interface Term {
    float addTo(float lane, int j);
  }

  /** Returns the sum of a whole array. */
  public static float of(float[] x) {
    return sum(x, 0, x.length);
  }

  /** Returns the sum of x[from, to). */
  public static float sum(float[] x, int from, int to) {
    return of(to - from, (lane, j) -> lane + x[from + j]);
  }

  /** Returns the sum of so many terms. */
  public static float of(int length, Term term) {
    float[] nodes = new float[(length + BLOCK - 1) / BLOCK];
    for (int block = 0; block < nodes.length; block++) {
      float[] lanes = new float[LANES];
      for (int j = block * BLOCK; j < Math.min(length, (block + 1) * BLOCK); j++) {
        lanes[j % LANES] = term.addTo(lanes[j % LANES], j);
      }
      nodes[block] = acrossLanes(lanes);
    }
    while (nodes.length > 1) {
      float[] parents = new float[(nodes.length + 1) / 2];
      for (int i = 0; i < parents.length; i++) {
        boolean pair = 2 * i + 1 < nodes.length;
        parents[i] = pair ? nodes[2 * i] + nodes[2 * i + 1] : nodes[2 * i];
      }
      nodes = parents;
    }
    return nodes.length == 0 ? 0 : nodes[0];
  }

  /** Returns the sum over the 16 virtual lanes by the tree 8, 4, 2, 1. */
  static float acrossLanes(float[] lanes) {
    float[] tree = Arrays.copyOf(lanes, LANES);
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int lane = 0; lane < half; lane++) {
        tree[lane] += tree[lane + half];
      }
    }
    return tree[0];
  }
}
