package io.github.lanewise.internal.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.attention.KeyValueCache;
import io.github.lanewise.internal.cache.CacheAccess;
import io.github.lanewise.internal.cache.CacheSnapshot;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.Crew;
import io.github.lanewise.internal.work.Workspace;

/** A call of attention over a cache: holds on to what the cache shows while the call runs. */
public final class CacheCall {

  private static final Workspace.Key<CacheSnapshot> SNAPSHOT = Workspace.key(CacheSnapshot::new);

  private CacheCall() {}

  /** Checks the arguments and computes. */
  public static void forward(
      AttentionOptions options,
      FloatTensor q,
      KeyValueCache cache,
      FloatTensor out,
      RowStatistics statistics,
      Crew crew) {
    try (Workspace own = crew.acquire()) {
      CacheSnapshot snapshot = own.get(SNAPSHOT);
      try {
        snapshot.open(CacheAccess.of(cache));
        AttentionChecks.cached(options, q, snapshot, out, statistics, crew.parallelism() > 1);
        StridedFloats queries = StridedFloats.of(q);
        StridedFloats results = StridedFloats.of(out);
        if (DecodeCall.serves(options, queries, snapshot.layout())) {
          DecodeCall.run(options, queries, snapshot, results, statistics, crew, own);
        } else {
          AttentionCall.runCached(options, queries, snapshot, results, statistics, crew, own);
        }
      } finally {
        snapshot.close();
      }
    }
  }
}
