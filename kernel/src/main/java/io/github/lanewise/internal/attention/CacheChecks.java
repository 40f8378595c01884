package io.github.lanewise.internal.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.cache.PageLayout;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Checks;
import java.util.Objects;

/** The arguments of attention over a cache, which holds the keys and values. */
final class CacheChecks {

  private CacheChecks() {}

  /**
   * Checks q of a call of forward over a cache, before the sequences are bound.
   *
   * @param rank 4: of tensors [batch, heads, queries, dim]; 3: of [tokens, heads, dim]
   */
  static void queries(
      AttentionOptions options,
      FloatTensor q,
      int rank,
      CacheSnapshot cache,
      boolean otherThreads) {
    Kernels.requireAvailable();
    PageLayout layout = cache.layout();
    Checks.requireRank(q, "q", rank, rank);
    if (rank == AttentionChecks.DENSE) {
      Checks.requireSize(q, "q", 0, cache.batch(), "cache.batch()");
    }
    Checks.requireSize(q, "q", rank - 1, layout.headDim, "cache.headDim()");
    AttentionChecks.queries(options, q, layout.keyHeads, "cache.keyHeads()", otherThreads);
    Checks.requireAccessible(cache.probe(), "the cache", otherThreads);
  }

  /** Checks that a tensor has as many rows as the sequences of a batch have queries. */
  static void requireTokens(FloatTensor t, String name, Sequences sequences) {
    Checks.requireSize(t, name, 0, sequences.tokens(), "batch.tokens()");
  }

  /** Checks the rest of a call of forward over a cache, dense or ragged. */
  static void forward(
      AttentionOptions options,
      FloatTensor q,
      CacheSnapshot cache,
      Sequences sequences,
      FloatTensor out,
      RowStatistics statistics,
      boolean otherThreads) {
    Objects.requireNonNull(statistics, "statistics");
    PageLayout layout = cache.layout();
    if (!CacheSource.isInPlace(cache)) {
      for (int b = 0; b < cache.batch(); b++) {
        AttentionChecks.packable(
            cache.held(b), "a sequence's length", layout.headDim, layout.valueDim);
      }
    }
    AttentionChecks.bias(options, sequences, q, true, otherThreads);
    ResultChecks.results(
        options, statistics, q, null, null, out, layout.valueDim, "cache.valueDim()", otherThreads);
  }

  /**
   * Checks that no query of a sequence sees a key that the cache has let go.
   *
   * @param rows all rows of the sequence, head by head
   */
  static void releasedKeys(CacheSnapshot cache, int sequence, RowGroup rows, long queries) {
    for (int hole = 0; hole < cache.holes(sequence); hole++) {
      long from = cache.holeFrom(sequence, hole);
      long to = cache.holeTo(sequence, hole);
      long row = rows.firstRowThatSees(from, to);
      if (row >= 0) {
        throw new IllegalArgumentException(
            "query "
                + row % queries
                + " of head "
                + row / queries
                + " of sequence "
                + sequence
                + " sees keys from "
                + from
                + " to "
                + to
                + ", which were released: the mask must hide them");
      }
    }
  }
}
