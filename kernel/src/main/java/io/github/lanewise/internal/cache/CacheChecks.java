package io.github.lanewise.internal.cache;

/** What changes of a cache and reads of it require, with the numbers that do not fit. */
final class CacheChecks {
  private CacheChecks() {}

  static void requireRoom(PageTable[] tables, IncomingTokens incoming, long capacity) {
    for (int m = 0; m < incoming.count(); m++) {
      long kept = tables[incoming.sequence(m)].kept();
      if (incoming.tokens(m) > capacity - kept) {
        throw new IllegalArgumentException(
            "sequence "
                + incoming.sequence(m)
                + " holds "
                + kept
                + " tokens and "
                + incoming.tokens(m)
                + " are to be appended, but the capacity is "
                + capacity);
      }
    }
  }

  /** A length to which every longer sequence is to be shortened. */
  static void requireLength(long length, long longest) {
    if (length < 0 || length > longest) {
      throw new IllegalArgumentException(
          "length is " + length + ", but the longest sequence holds " + longest + " tokens");
    }
  }

  /** A length to which one sequence is to be shortened. */
  static void requireLength(long length, int sequence, long most) {
    if (length < 0 || length > most) {
      throw new IllegalArgumentException(
          "length is " + length + ", but sequence " + sequence + " holds " + most + " tokens");
    }
  }

  static void requireRetainable(PageTable[] tables, long prefix, long firstKey, long longest) {
    requirePrefix(prefix);
    if (firstKey > longest) {
      throw new IllegalArgumentException(
          "firstKey is " + firstKey + ", but the longest sequence holds " + longest);
    }
    for (PageTable table : tables) {
      table.released().requireRetainable(prefix, firstKey, table.length());
    }
  }

  static void requirePrefix(long prefix) {
    if (prefix < 0) {
      throw new IllegalArgumentException("prefix is " + prefix + ", but must be at least 0");
    }
  }

  static void requireAscending(long from, long to) {
    if (from < 0 || from > to) {
      throw new IllegalArgumentException(
          "the range is from " + from + " to " + to + ", but must ascend from 0");
    }
  }

  static void requireWithin(PageTable table, int sequence, long token, String name) {
    long length = table.length();
    if (token > length) {
      throw new IllegalArgumentException(
          name + " is " + token + ", but sequence " + sequence + " holds " + length + " tokens");
    }
  }

  /** Ascending positions from {@code from} on, of tokens that are there, no more than fit. */
  static void requireKept(
      PageTable table, int sequence, long from, long[] positions, long capacity) {
    if (from < 0) {
      throw new IllegalArgumentException("from is " + from + ", but must be at least 0");
    }
    requireWithin(table, sequence, from, "from");
    for (int i = 0; i < positions.length; i++) {
      long least = i == 0 ? from : positions[i - 1] + 1;
      if (positions[i] < least) {
        throw new IllegalArgumentException(
            "positions[" + i + "] is " + positions[i] + ", but must be at least " + least);
      }
      requireWithin(table, sequence, positions[i] + 1, "positions[" + i + "] + 1");
      if (!table.allHeld(positions[i], positions[i] + 1)) {
        throw new IllegalArgumentException(
            "positions[" + i + "] is " + positions[i] + ", but that token was released");
      }
    }
    long kept = from - table.released().forgottenBefore(from) + positions.length;
    if (kept > capacity) {
      throw new IllegalArgumentException(
          "sequence "
              + sequence
              + " is to keep "
              + kept
              + " tokens, but the capacity is "
              + capacity);
    }
  }

  /** Tokens that a snapshot holds, none of them released. */
  static void requireReadable(CacheSnapshot cache, int sequence, long from, long to) {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("from is " + from + ", but must be at least 0");
    }
    if (to > cache.length(sequence)) {
      throw new IllegalArgumentException(
          "the tokens from "
              + from
              + " to "
              + to
              + " are asked for, but sequence "
              + sequence
              + " holds "
              + cache.length(sequence));
    }
    ReleasedTokens released = cache.released(sequence);
    if (released.isAnyForgotten(from, to)) {
      throw new IllegalArgumentException(
          "the tokens from "
              + from
              + " to "
              + to
              + " are asked for, but some of them were released");
    }
  }
}
