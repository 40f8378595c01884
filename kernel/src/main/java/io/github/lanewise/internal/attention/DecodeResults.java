package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** From the root of the merge tree to the caller's tensors: sink, normalization, statistics. */
final class DecodeResults {

  private float[] sink = new float[0];
  private float[] keyMaximum = new float[0];
  private final float[] factors = new float[NodeKernels.FACTORS];
  private final float[] one = new float[1];

  /** Writes the rows; the node is used up. */
  void write(DecodeCall call, QueryRows rows, float[] nodes, int root) {
    int count = rows.count;
    if (keyMaximum.length < count) {
      keyMaximum = new float[count];
    }
    System.arraycopy(nodes, root, keyMaximum, 0, count);
    if (call.options.sinks != null) {
      joinSinks(call.options.sinks, rows, nodes, root, call.width);
    }
    int values = root + NodeKernels.values(count);
    Kernels.nodes().normalizeRows(nodes, root, count, call.width);
    for (int r = 0; r < count; r++) {
      long at = rows.offsetIn(call.out, r);
      call.out.write(nodes, values + r * call.width, at, call.layout.valueDim);
      float m = nodes[root + r];
      float sum = nodes[root + NodeKernels.sum(count) + r];
      float moment = nodes[root + NodeKernels.moment(count) + r];
      if (call.logSumExp != null) {
        write(call.logSumExp, rows, r, NodeStatistics.logSumExp(m, sum));
      }
      if (call.entropy != null) {
        write(call.entropy, rows, r, NodeStatistics.entropy(sum, moment));
      }
      if (call.maxWeight != null) {
        write(call.maxWeight, rows, r, NodeStatistics.maxWeight(keyMaximum[r], m, sum));
      }
    }
  }

  /** A sink is a node of the higher keys, with the weight 1 and no value. */
  private void joinSinks(float[] logits, QueryRows rows, float[] nodes, int root, int width) {
    int count = rows.count;
    int length = (int) NodeKernels.length(count, width);
    if (sink.length < length) {
      sink = new float[length];
    }
    Arrays.fill(sink, 0, length, 0f);
    for (int r = 0; r < count; r++) {
      float logit = logits[(int) rows.head[r]];
      sink[r] = logit;
      sink[NodeKernels.sum(count) + r] = logit == Float.NEGATIVE_INFINITY ? 0f : 1f;
    }
    Kernels.nodes().mergeRows(nodes, root, sink, 0, count, width, factors);
  }

  private void write(@Nullable StridedFloats t, QueryRows rows, int r, float value) {
    if (t != null) {
      one[0] = value;
      t.write(one, 0, rows.offsetIn(t, r), 1);
    }
  }
}
