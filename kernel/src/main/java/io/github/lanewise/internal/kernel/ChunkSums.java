package io.github.lanewise.internal.kernel;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

/** Sums over the queries of a head, in the order that dk has: chunks of 256, then a tree. */
public final class ChunkSums {

  private ChunkSums() {}

  /**
   * Σ x[from … from + count): a chain for each chunk, and the tree over chunks.
   *
   * @param nodes scratch, one for each chunk
   */
  public static float of(float[] x, int from, int count, float[] nodes) {
    int chunks = 0;
    for (int first = 0; first < count; first += CHUNK) {
      float sum = 0f;
      for (int i = first; i < Math.min(count, first + CHUNK); i++) {
        sum += x[from + i];
      }
      nodes[chunks++] = sum;
    }
    return tree(nodes, 0, chunks);
  }

  /**
   * The binary tree over nodes, in which a missing right neighbour is skipped; 0 if there is none.
   */
  public static float tree(float[] nodes, int from, int count) {
    for (int width = 1; width < count; width *= 2) {
      for (int i = 0; i + width < count; i += 2 * width) {
        nodes[from + i] += nodes[from + i + width];
      }
    }
    return count == 0 ? 0f : nodes[from];
  }

  /** a + b. */
  public static float plus(float a, float b) {
    return a + b;
  }

  /** -sum/divisor, never -0: 0 if the divisor is infinite. */
  public static float negated(float sum, float divisor) {
    return divisor == Float.POSITIVE_INFINITY ? 0f : -sum / divisor + 0f;
  }
}
