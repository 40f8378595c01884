package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;

/**
 * From the nodes that tasks have made to the gradients. Where one task knows all of a gradient it
 * is written at once; else shares are kept and added up later: those of dq of the parts that the
 * keys are cut into, those of dk and dv of the heads of a group.
 */
final class GradientShares {

  private static final int PANEL = TileKernels.PANEL;

  /** Parts of {@code 2^partLevel} chunks of keys. */
  private int parts;

  private int partLevel;

  /** Shares of dq by query chunk and part; of dk and dv by key chunk and query head. */
  private float[] queryShares = new float[0];

  private float[] keyShares = new float[0];

  GradientShares() {}

  /**
   * Cuts the keys into parts if there are too few heads for the threads: no more parts than the
   * binary logarithm of the chunks, because each of them has a dq of its own.
   *
   * @param queryHeads in flight
   * @param tasks as many as there should be
   */
  void cutKeys(BackwardCall call, long queryHeads, long tasks) {
    int chunks = Math.toIntExact((call.sequences.mostKeys() + CHUNK - 1) / CHUNK);
    long wanted = (tasks + queryHeads - 1) / queryHeads;
    int logarithm = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, chunks) - 1);
    long most = Math.min(wanted, Math.max(2, logarithm));
    partLevel = 0;
    while (ceilingParts(chunks) > most) {
      partLevel++;
    }
    parts = Math.max(1, ceilingParts(chunks));
    if (parts > 1 && call.wantsQueries()) {
      queryShares =
          QueryChunk.grown(queryShares, shares(call.chunks.queryCount(), parts, call.queryNode()));
    }
    if (call.group > 1 && call.wantsKeys()) {
      keyShares =
          QueryChunk.grown(keyShares, shares(call.chunks.keyCount(), call.group, call.keyNode()));
    }
  }

  /** Parts that the keys of a head are cut into. */
  int parts() {
    return parts;
  }

  /** The first chunk of a part, counted from the head's first. */
  int firstChunk(int part) {
    return part << partLevel;
  }

  /** Chunks that are to be added up after all tasks. */
  int toGather(BackwardCall call) {
    return queriesToGather(call) + keysToGather(call);
  }

  private int ceilingParts(int chunks) {
    return (chunks + (1 << partLevel) - 1) >> partLevel;
  }

  private static int shares(long chunks, long each, long length) {
    return Math.toIntExact(Math.multiplyExact(Math.multiplyExact(chunks, each), length));
  }

  private int queriesToGather(BackwardCall call) {
    return parts > 1 && call.wantsQueries() ? call.chunks.queryCount() : 0;
  }

  private int keysToGather(BackwardCall call) {
    return call.group > 1 && call.wantsKeys() ? call.chunks.keyCount() : 0;
  }

  /** Takes dq of a chunk of queries, over the keys of one part. */
  void takeQueries(BackwardCall call, GradientBlock block, SumTree tree, int index, int part) {
    int root = tree.finish();
    if (parts == 1) {
      writeQueries(call, block, call.chunks.queries[index], tree.nodes, root);
      return;
    }
    int to = (index * parts + part) * call.queryNode();
    System.arraycopy(tree.nodes, root, queryShares, to, call.queryNode());
  }

  /** Takes dk and dv of a chunk of keys, over the queries of one head of the group. */
  void takeKeys(BackwardCall call, GradientBlock block, SumTree tree, int inGroup, int index) {
    int root = tree.finish();
    if (call.optionSums.bias == OptionSums.Bias.COLUMNS) {
      KeyChunk chunk = call.chunks.keys[index];
      for (int p = 0; p < chunk.panels(); p++) {
        int from = root + p * call.keyPanel() + call.keyPanelSums();
        call.optionSums.takeColumns(chunk, chunk.head * call.group + inGroup, p, tree.nodes, from);
      }
    }
    if (call.group == 1) {
      writeKeys(call, block, call.chunks.keys[index], tree.nodes, root);
      return;
    }
    int to = (int) (index * call.group + inGroup) * call.keyNode();
    System.arraycopy(tree.nodes, root, keyShares, to, call.keyNode());
  }

  /** Adds up one of those that {@link #toGather} counts. */
  void gather(BackwardCall call, GradientBlock block, int index) {
    int queries = queriesToGather(call);
    if (index < queries) {
      gatherQueries(call, block, index);
    } else {
      gatherKeys(call, block, index - queries);
    }
  }

  private void gatherQueries(BackwardCall call, GradientBlock block, int index) {
    SumTree tree = block.gathered;
    tree.begin(call.queryNode());
    for (int part = 0; part < parts; part++) {
      int node = tree.open(partLevel, part);
      System.arraycopy(
          queryShares,
          (index * parts + part) * call.queryNode(),
          tree.nodes,
          node,
          call.queryNode());
      tree.add(partLevel, part);
    }
    int root = tree.finish();
    writeQueries(call, block, call.chunks.queries[index], tree.nodes, root);
  }

  /** The heads of a group, ascending: no share has a -0, and so no sum. */
  private void gatherKeys(BackwardCall call, GradientBlock block, int index) {
    int first = (int) (index * call.group) * call.keyNode();
    for (int g = 1; g < call.group; g++) {
      Kernels.gradients()
          .add(keyShares, first, keyShares, first + g * call.keyNode(), call.keyNode());
    }
    writeKeys(call, block, call.chunks.keys[index], keyShares, first);
  }

  private static void writeQueries(
      BackwardCall call, GradientBlock block, QueryChunk chunk, float[] nodes, int root) {
    call.optionSums.takeRows(chunk, nodes, root + call.queryNodeSums());
    for (int u = 0; u * PANEL < chunk.count && call.dq.isBound(); u++) {
      long row = chunk.first() + (long) u * PANEL;
      int count = Math.min(PANEL, chunk.count - u * PANEL);
      int from = root + u * call.queryPanel();
      call.dq.write(block.writer, chunk.batch, chunk.head, row, nodes, from, call.headDim, count);
    }
  }

  private static void writeKeys(
      BackwardCall call, GradientBlock block, KeyChunk chunk, float[] nodes, int root) {
    for (int p = 0; p < chunk.panels(); p++) {
      long row = chunk.first() + (long) p * PANEL;
      int count = chunk.lanes(p);
      int from = root + p * call.keyPanel();
      if (call.dk.isBound()) {
        call.dk.write(block.writer, chunk.batch, chunk.head, row, nodes, from, call.headDim, count);
      }
      if (call.dv.isBound()) {
        int at = from + call.keyPanelValues();
        call.dv.write(block.writer, chunk.batch, chunk.head, row, nodes, at, call.valueDim, count);
      }
    }
  }
}
