package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.POSITIONS;

import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.mask.Sequences;
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
  Sequences sequences;
  @Nullable StridedFloats bias;
  boolean biasPerKey;
  long keyHeads;

  /** Query heads that share a key head. */
  long group;

  int headDim;
  float scale;

  /** The sequences that this call works on: those that have queries, or some of them. */
  int[] members = new int[0];

  int memberCount;

  private final RowGroup sequenceRows = new RowGroup();

  @SuppressWarnings("NullAway.Init") // bound before use
  Operands() {}

  /** Binds to the sequences that have from {@code least} to {@code most} queries, and any. */
  final void bindQueries(
      AttentionOptions options,
      StridedFloats q,
      Sequences sequences,
      long keyHeads,
      long least,
      long most) {
    this.options = options;
    results.factor = options.keepFactor;
    this.q = q;
    this.sequences = sequences;
    this.keyHeads = keyHeads;
    group = keyHeads == 0 ? 0 : q.size(1) / keyHeads;
    headDim = (int) q.size(q.rank() - 1);
    scale = options.scaleFor(headDim);
    bias = options.bias == null ? null : StridedFloats.of(options.bias);
    biasPerKey = bias != null && bias.size(bias.rank() - 1) != 1;
    int count = Math.toIntExact(sequences.count());
    if (members.length < count) {
      members = new int[count];
    }
    memberCount = 0;
    for (int s = 0; s < count; s++) {
      long queries = sequences.queries(s);
      if (queries >= Math.max(1, least) && queries <= most) {
        members[memberCount++] = s;
      }
    }
  }

  /**
   * Binds the mask to the sequences of a cache.
   *
   * @throws IllegalArgumentException if it does not fit, or a query sees a key that was released
   */
  final void bindMask(CacheSnapshot cache) {
    mask.bind(options.mask, sequences, q.size(1), true);
    for (int m = 0; m < memberCount; m++) {
      CacheChecks.releasedKeys(cache, members[m], rowsOf(members[m]), queries(members[m]));
    }
  }

  /** Queries of a sequence. */
  final long queries(long sequence) {
    return sequences.queries(sequence);
  }

  /** All rows of one sequence, until the next question. */
  final RowGroup rowsOf(long sequence) {
    sequenceRows.set(mask, sequence, 0, q.size(1), 0, queries(sequence));
    return sequenceRows;
  }

  /** Where query 0 of a sequence stands among the keys, for ALiBi. */
  final long alibiOffset(long sequence) {
    return Math.clamp(mask.offset(sequence), -POSITIONS, POSITIONS);
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
    sequences = null;
    bias = null;
    results.unbind();
    mask.release();
  }
}
