package io.github.lanewise.internal.kernel;

/** The order of additions, word for word as the design has it, and slow. */
public final class ContractSum {
  private ContractSum() {}

  /** How a term joins its lane: by addition, or by a fused multiply-add. */
  public interface Term {
    float addTo(float lane, int j);
  }

  /** Σ x over a whole array. */
  public static float of(float[] x) {
    return of(x.length, (lane, j) -> lane + x[j]);
  }

  public static float of(int length, Term term) {
    int blocks = (length + 255) / 256;
    float[] nodes = new float[blocks];
    for (int b = 0; b < blocks; b++) {
      float[] lanes = new float[16];
      for (int j = 256 * b; j < Math.min(length, 256 * (b + 1)); j++) {
        lanes[j % 16] = term.addTo(lanes[j % 16], j);
      }
      for (int step = 8; step >= 1; step /= 2) {
        for (int i = 0; i < step; i++) {
          lanes[i] += lanes[i + step];
        }
      }
      nodes[b] = lanes[0];
    }
    while (nodes.length > 1) {
      float[] level = new float[(nodes.length + 1) / 2];
      for (int i = 0; i < level.length; i++) {
        boolean pair = 2 * i + 1 < nodes.length;
        level[i] = pair ? nodes[2 * i] + nodes[2 * i + 1] : nodes[2 * i];
      }
      nodes = level;
    }
    return nodes.length == 0 ? 0f : nodes[0];
  }
}
