package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.QueryRows;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;

/**
 * One worker's scratch for the gradient of a bias that has an element for each query and key, one
 * block of 256 by 256 of them at a time: the heads that it serves, ascending, and then the batch
 * elements. Nobody else adds to the block, so that no thread has to wait for another.
 */
final class BiasBlock {

  private static final int PANEL = TileKernels.PANEL;

  private final ScoreGradients scores = new ScoreGradients();
  private final QueryRows rows = new QueryRows();
  private final QueryChunk queries = new QueryChunk();
  private final KeyChunk keys = new KeyChunk();
  private float[] headSum = new float[0];
  private float[] total = new float[0];

  BiasBlock() {}

  /** Blocks of a bias. */
  static long count(StridedFloats bias) {
    return batches(bias) * heads(bias) * chunks(queries(bias)) * chunks(keys(bias));
  }

  private static long batches(StridedFloats bias) {
    return bias.rank() < 4 ? 1 : bias.size(0);
  }

  private static long heads(StridedFloats bias) {
    return bias.rank() < 3 ? 1 : bias.size(bias.rank() - 3);
  }

  private static long queries(StridedFloats bias) {
    return bias.size(bias.rank() - 2);
  }

  private static long keys(StridedFloats bias) {
    return bias.size(bias.rank() - 1);
  }

  private static long chunks(long length) {
    return (length + CHUNK - 1) / CHUNK;
  }

  /** Computes and writes a block. */
  void run(BackwardCall call, GradientBlock worker, StridedFloats bias, long index) {
    long keyChunk = index % chunks(keys(bias));
    long rest = index / chunks(keys(bias));
    int queryChunk = (int) (rest % chunks(queries(bias)));
    rest /= chunks(queries(bias));
    long head = rest % heads(bias);
    long batch = rest / heads(bias);
    int rowCount = (int) Math.min(CHUNK, queries(bias) - (long) queryChunk * CHUNK);
    int keyCount = (int) Math.min(CHUNK, keys(bias) - keyChunk * CHUNK);
    queries.set(batch, head, queryChunk, rowCount);
    keys.set(batch, head, keyChunk, keyCount, 0, Long.MAX_VALUE);
    headSum = QueryChunk.grown(headSum, VisiblePairs.PANELS * CHUNK * PANEL);
    total = QueryChunk.grown(total, VisiblePairs.PANELS * CHUNK * PANEL);
    int length = (keyCount + PANEL - 1) / PANEL * CHUNK * PANEL;
    Arrays.fill(total, 0, length, 0f);
    long firstBatch = batches(bias) == 1 ? 0 : batch;
    long endBatch = batches(bias) == 1 ? call.sequences.count() : batch + 1;
    long firstHead = heads(bias) == 1 ? 0 : head;
    long endHead = heads(bias) == 1 ? call.q.size(1) : head + 1;
    for (long b = firstBatch; b < endBatch; b++) {
      Arrays.fill(headSum, 0, length, 0f);
      for (long h = firstHead; h < endHead; h++) {
        queries.set(b, h, queryChunk, rowCount);
        keys.set(b, h / call.group, keyChunk, keyCount, 0, Long.MAX_VALUE);
        add(call, worker);
      }
      Kernels.gradients().add(total, 0, headSum, 0, length);
    }
    Kernels.gradients().addZero(total, 0, length);
    write(bias, batch, head);
  }

  private void add(BackwardCall call, GradientBlock worker) {
    queries.pack(call, worker);
    keys.pack(call, worker);
    rows.set(call.mask, queries.batch, queries.head, 1, queries.first(), queries.count);
    if (!scores.pairs.find(rows, queries, keys)) {
      return;
    }
    for (int p = 0; p < keys.panels(); p++) {
      int from = scores.pairs.from(p) * PANEL;
      int length = scores.pairs.end(p) * PANEL - from;
      if (length > 0) {
        scores.score(call, queries, keys, p);
        scores.differentiate(call, queries, keys, p, false);
        scores.temper(call, queries, p);
        int to = p * CHUNK * PANEL + from;
        Kernels.gradients().add(headSum, to, scores.gradients, from, length);
      }
    }
  }

  private void write(StridedFloats bias, long batch, long head) {
    for (int r = 0; r < queries.count; r++) {
      long at = Operands.biasRow(bias, batch, head, queries.first() + r) + keys.first();
      for (int p = 0; p < keys.panels(); p++) {
        bias.write(total, (p * CHUNK + r) * PANEL, at + (long) p * PANEL, keys.lanes(p));
      }
    }
  }
}
