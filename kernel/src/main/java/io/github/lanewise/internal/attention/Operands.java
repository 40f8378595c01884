package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.POSITIONS;

import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.tensor.StridedFloats;
import org.jspecify.annotations.Nullable;

/**
 * What every call of attention binds: options, queries, mask and results. A call is kept in the
 * caller's workspace and used again, so that it allocates nothing; at rest it holds nothing of the
 * caller's.
 */
abstract class Operands implements AutoCloseable {

  final MaskPlan mask = new MaskPlan();
  final ResultWriter.Targets results = new ResultWriter.Targets();

  AttentionOptions options;
  StridedFloats q;
  @Nullable StridedFloats bias;
  boolean biasPerKey;
  long keyHeads;

  /** Query heads that share a key head. */
  long group;

  long queryLength;
  int headDim;
  float scale;

  private final RowGroup sequenceRows = new RowGroup();

  @SuppressWarnings("NullAway.Init") // bound before use
  Operands() {}

  final void bindQueries(AttentionOptions options, StridedFloats q, long keyHeads) {
    this.options = options;
    this.q = q;
    this.keyHeads = keyHeads;
    group = keyHeads == 0 ? 0 : q.size(1) / keyHeads;
    queryLength = q.size(2);
    headDim = (int) q.size(3);
    scale = options.scaleFor(headDim);
    bias = options.bias == null ? null : StridedFloats.of(options.bias);
    biasPerKey = bias != null && bias.size(bias.rank() - 1) != 1;
  }

  /**
   * Binds the mask to the sequences of a cache.
   *
   * @throws IllegalArgumentException if it does not fit, or a query sees a key that was released
   */
  final void bindMask(CacheSnapshot cache) {
    mask.bindRagged(
        options.mask, q.size(0), q.size(1), queryLength, cache.longest(), cache.lengths());
    AttentionChecks.releasedKeys(cache, mask, sequenceRows, q.size(1), queryLength);
  }

  /** All rows of one batch element, until the next question. */
  final RowGroup rowsOf(long batch) {
    sequenceRows.set(mask, batch, 0, q.size(1), 0, queryLength);
    return sequenceRows;
  }

  /** Where query 0 of a batch element stands among the keys, for ALiBi. */
  final long alibiOffset(long batch) {
    return Math.clamp(mask.offset(batch), -POSITIONS, POSITIONS);
  }

  /** Index of the first bias of a row in its storage; an axis of size 1 counts for all. */
  static long biasRow(StridedFloats bias, long batch, long head, long query) {
    long at = bias.offset();
    int rank = bias.rank();
    if (rank >= 2 && bias.size(rank - 2) != 1) {
      at += query * bias.stride(rank - 2);
    }
    if (rank >= 3 && bias.size(rank - 3) != 1) {
      at += head * bias.stride(rank - 3);
    }
    if (rank >= 4 && bias.size(0) != 1) {
      at += batch * bias.stride(0);
    }
    return at;
  }

  /** Lets go of everything that was bound. */
  @Override
  @SuppressWarnings("NullAway") // bound again before use
  public void close() {
    options = null;
    q = null;
    bias = null;
    results.unbind();
    mask.release();
  }
}
