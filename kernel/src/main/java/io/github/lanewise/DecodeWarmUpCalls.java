package io.github.lanewise;

import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.KeyValueCache;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.attention.RaggedBatch;
import java.util.ArrayList;
import java.util.List;

/**
 * Attends with one query and with a group of four, and in ragged steps of a token and of a prompt,
 * over a small cache of every storage.
 */
final class DecodeWarmUpCalls {

  private static final int TOKENS = 600; // two whole chunks, and a part of one
  private static final int DIM = 64;
  private static final int GROUP = 4;
  private static final int PROMPT = 40;

  private final List<KeyValueCache> caches = new ArrayList<>(); // on the heap: need no close
  private final FloatTensor token = tensor(1, 1);
  private final FloatTensor one = tensor(1, 1);
  private final FloatTensor group = tensor(GROUP, 1);
  private final FloatTensor out = FloatTensor.allocate(1, 1, 1, DIM);
  private final FloatTensor groupOut = FloatTensor.allocate(1, GROUP, 1, DIM);
  private final Attention plain = Attention.builder().build();
  private final Attention streaming =
      Attention.builder().mask(Mask.prefix(4).or(Mask.window(300, 0))).build();
  private final RowStatistics statistics =
      new RowStatistics(
          FloatTensor.allocate(1, GROUP, 1),
          FloatTensor.allocate(1, GROUP, 1),
          FloatTensor.allocate(1, GROUP, 1));

  private final RaggedBatch step = RaggedBatch.of(new int[] {0}, new int[] {1});
  private final RaggedBatch prompt = RaggedBatch.of(new int[] {0}, new int[] {PROMPT});
  private final FloatTensor promptRows = tensor(PROMPT, 1).reshape(PROMPT, 1, DIM);
  private final FloatTensor promptOut = FloatTensor.allocate(PROMPT, 1, DIM);

  DecodeWarmUpCalls() {
    for (Storage storage : Storage.values()) {
      KeyValueCache cache = KeyValueCache.builder(1, 1, DIM, DIM).storage(storage).build();
      FloatTensor tokens = tensor(1, TOKENS);
      cache.append(tokens, tokens);
      caches.add(cache);
    }
  }

  void run() {
    Workers caller = Workers.caller();
    for (KeyValueCache cache : caches) {
      cache.append(token, token);
      plain.forward(one, cache, out, RowStatistics.none(), caller);
      plain.forward(group, cache, groupOut, RowStatistics.none(), caller);
      streaming.forward(group, cache, groupOut, statistics, caller);
      ragged(cache, step, promptRows.slice(0, 0, 1), promptOut.slice(0, 0, 1));
      ragged(cache, prompt, promptRows, promptOut);
      cache.truncate(TOKENS);
    }
  }

  private void ragged(KeyValueCache cache, RaggedBatch batch, FloatTensor rows, FloatTensor to) {
    cache.append(batch, rows, rows);
    streaming.forward(rows, cache, batch, to, RowStatistics.none(), Workers.caller());
  }

  private static FloatTensor tensor(int heads, int length) {
    return FloatTensor.of(WarmUpCalls.filled(heads * length * DIM), 1, heads, length, DIM);
  }
}
