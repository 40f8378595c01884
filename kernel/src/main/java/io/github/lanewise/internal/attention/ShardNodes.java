package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import java.util.ArrayList;
import java.util.List;

/**
 * The nodes of a shard while attention computes them: the largest tree nodes that its keys make up,
 * and fragments where it begins or ends inside a chunk. Threads write different rows.
 */
final class ShardNodes {

  private static final int PANEL = TileKernels.PANEL;

  private final StateContent.Shape shape;
  private final long firstKey;
  private final long endKey;
  private final long[] ends;
  private final float[][] nodes;
  private final boolean[] seen; // threads write nothing but true

  /** Prepares the nodes of the keys {@code [firstKey, endKey)}. */
  ShardNodes(StateContent.Shape shape, long firstKey, long endKey) {
    this.shape = shape;
    this.firstKey = firstKey;
    this.endKey = endKey;
    List<Long> found = new ArrayList<>();
    for (long at = firstKey; at < endKey; at = HeldKeys.Run.endOfRun(at, endKey)) {
      found.add(HeldKeys.Run.endOfRun(at, endKey));
    }
    ends = found.stream().mapToLong(Long::longValue).toArray();
    nodes = new float[ends.length][];
    for (int n = 0; n < ends.length; n++) {
      nodes[n] = HeldKeys.Run.emptyNode(shape);
    }
    seen = new boolean[ends.length];
  }

  long firstKey() {
    return firstKey;
  }

  long endKey() {
    return endKey;
  }

  /** Number of nodes. */
  int count() {
    return ends.length;
  }

  /** The chunk that node {@code n} begins in. */
  long firstChunk(int n) {
    return from(n) / CHUNK;
  }

  /** One past the chunk that it ends in. */
  long endChunk(int n) {
    return (ends[n] + CHUNK - 1) / CHUNK;
  }

  private long from(int n) {
    return n == 0 ? firstKey : ends[n - 1];
  }

  /**
   * Takes rows {@code [row, row + lanes)} of node {@code n} from the lanes of a panel.
   *
   * @param panels a node at {@code root} in panel layout
   */
  void write(int n, int row, int lanes, float[] panels, int root) {
    float[] node = nodes[n];
    int rows = shape.rows();
    NodeKernels.copySums(panels, root, PANEL, node, row, rows, lanes);
    int width = shape.width();
    int values = NodeKernels.values(rows) + row * width;
    Kernels.tiles()
        .transpose(
            panels, root + NodeKernels.values(PANEL), PANEL, width, lanes, node, values, width);
    seen[n] = true;
  }

  /** What is to be added to a state, when all rows have been written. */
  List<HeldKeys.Run> runs() {
    List<HeldKeys.Run> runs = new ArrayList<>();
    for (int n = 0; n < ends.length; n++) {
      runs.add(new HeldKeys.Run(from(n), ends[n], seen[n] ? nodes[n] : null));
    }
    return runs;
  }
}
