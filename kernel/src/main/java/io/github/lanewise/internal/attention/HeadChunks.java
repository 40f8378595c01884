package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.mask.RowGroup;
import java.util.Arrays;

/** The chunks of queries and of keys of the heads that a round of a call takes, head by head. */
final class HeadChunks {

  QueryChunk[] queries = new QueryChunk[0];
  KeyChunk[] keys = new KeyChunk[0];

  /** Where the chunks of each query head, and of each key head, end. */
  private int[] queryEnd = new int[0];

  private int[] keyEnd = new int[0];

  private final RowGroup rows = new RowGroup();
  private int queryHeads;
  private int keyHeads;

  HeadChunks() {}

  /** Lists those of {@code count} key heads, the first of which is number {@code first}. */
  void list(BackwardCall call, long first, int count) {
    int group = (int) call.group;
    keyHeads = count;
    queryHeads = count * group;
    if (queryEnd.length < queryHeads) {
      queryEnd = new int[queryHeads];
    }
    if (keyEnd.length < keyHeads) {
      keyEnd = new int[keyHeads];
    }
    int queryCount = 0;
    int keyCount = 0;
    for (int slot = 0; slot < count; slot++) {
      long batch = (first + slot) / call.keyHeads;
      long head = (first + slot) % call.keyHeads;
      for (int g = 0; g < group; g++) {
        queryCount = listQueries(call, batch, head * group + g, queryCount);
        queryEnd[slot * group + g] = queryCount;
      }
      call.setRowsOf(rows, batch, head);
      rows.findHull();
      keyCount = listKeys(call, batch, head, keyCount);
      keyEnd[slot] = keyCount;
    }
  }

  private int listQueries(BackwardCall call, long batch, long head, int count) {
    long length = call.queries(batch);
    int chunks = Math.toIntExact((length + CHUNK - 1) / CHUNK);
    int end = count + chunks;
    if (queries.length < end) {
      int before = queries.length;
      queries = Arrays.copyOf(queries, end);
      for (int at = before; at < end; at++) {
        queries[at] = new QueryChunk();
      }
    }
    for (int i = 0; i < chunks; i++) {
      int part = (int) Math.min(CHUNK, length - (long) i * CHUNK);
      queries[count + i].set(batch, head, i, part);
    }
    return end;
  }

  private int listKeys(BackwardCall call, long batch, long head, int count) {
    long length = call.sequences.keys(batch);
    int chunks = Math.toIntExact((length + CHUNK - 1) / CHUNK);
    int end = count + chunks;
    if (keys.length < end) {
      int before = keys.length;
      keys = Arrays.copyOf(keys, end);
      for (int at = before; at < end; at++) {
        keys[at] = new KeyChunk();
      }
    }
    for (int j = 0; j < chunks; j++) {
      int part = (int) Math.min(CHUNK, length - (long) j * CHUNK);
      keys[count + j].set(batch, head, j, part, rows.firstKey(), rows.endKey());
    }
    return end;
  }

  int queryCount() {
    return queryEnd[queryHeads - 1];
  }

  int keyCount() {
    return keyEnd[keyHeads - 1];
  }

  int endQuery(int queryHead) {
    return queryEnd[queryHead];
  }

  int endKey(int slot) {
    return keyEnd[slot];
  }

  int firstQuery(int queryHead) {
    return queryHead == 0 ? 0 : queryEnd[queryHead - 1];
  }

  int firstKey(int slot) {
    return slot == 0 ? 0 : keyEnd[slot - 1];
  }
}
