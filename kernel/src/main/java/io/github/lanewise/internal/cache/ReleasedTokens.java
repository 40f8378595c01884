package io.github.lanewise.internal.cache;

/**
 * The tokens of one sequence that were let go. They leave a hole of whole pages in the table, which
 * holds the pages before the hole and those behind it one after the other, in slots.
 */
final class ReleasedTokens {

  private final int pageLength;
  private final int pageShift;

  /** The hole; it begins on a page, and ends on one unless a truncation has ended it. */
  private long from;

  private long to;

  /** The tokens that are not to be kept: more than the hole, which is made of whole pages. */
  private long forgottenFrom;

  private long forgottenTo;

  ReleasedTokens(int pageLength) {
    this.pageLength = pageLength;
    pageShift = Integer.numberOfTrailingZeros(pageLength);
  }

  /** Where the page of a token stands in the array of a table with this hole. */
  static int slot(long token, long from, long to, int pageShift) {
    long page = token >>> pageShift;
    long holeFrom = from >>> pageShift;
    long skipped = page < holeFrom ? 0 : (to >>> pageShift) - holeFrom;
    return (int) (page - skipped);
  }

  int slot(long token) {
    return slot(token, from, to, pageShift);
  }

  /** How many pages are there if {@code length} tokens are left. */
  int slots(long length) {
    boolean intoHole = length > from && length <= to;
    long end = intoHole ? from : length;
    return end == 0 ? 0 : slot(end - 1) + 1;
  }

  /** How many of the pages that are there lie before a token, the first of its page. */
  int slotsBefore(long token) {
    long page = token >>> pageShift;
    long hole = from >>> pageShift;
    long skipped = (to >>> pageShift) - hole;
    return (int) (page <= hole ? page : Math.max(hole, page - skipped));
  }

  /** First token of the hole. */
  long from() {
    return from;
  }

  /** One past its last; not after the first if there is no hole. */
  long to() {
    return to;
  }

  /** Tokens that do not count for the capacity. */
  long forgotten() {
    return forgottenTo - forgottenFrom;
  }

  /**
   * Checks that the hole stays in one piece.
   *
   * @param length tokens of the sequence
   * @throws IllegalArgumentException if keys that are to be kept would lie between two holes
   */
  void requireRetainable(long prefix, long firstKey, long length) {
    long end = Math.min(firstKey, length);
    if (prefix >= end || forgottenTo <= forgottenFrom) {
      return;
    }
    if (prefix > forgottenTo || end < forgottenFrom) {
      throw new IllegalArgumentException(
          (prefix > forgottenTo ? "prefix is " + prefix : "firstKey is " + firstKey)
              + ", but the keys from "
              + forgottenFrom
              + " to "
              + forgottenTo
              + " have been let go before");
    }
  }

  /** Where the hole begins once the tokens of {@code [prefix, end)} are let go as well. */
  long fromWith(long prefix) {
    long first = forgottenTo > forgottenFrom ? Math.min(forgottenFrom, prefix) : prefix;
    long page = (first + pageLength - 1) & -(long) pageLength;
    return to > from ? Math.min(page, from) : page;
  }

  /** Where it ends then. */
  long toWith(long end) {
    long last = forgottenTo > forgottenFrom ? Math.max(forgottenTo, end) : end;
    return Math.max(to, last & -(long) pageLength);
  }

  /** Whether the hole is wider then. */
  boolean widensWith(long prefix, long end) {
    long newFrom = fromWith(prefix);
    long newTo = toWith(end);
    return newTo > newFrom && (newFrom != from || newTo != to);
  }

  /** Lets the tokens of {@code [prefix, end)} go as well; there is one at least. */
  void add(long prefix, long end) {
    boolean widens = widensWith(prefix, end);
    long newFrom = fromWith(prefix);
    long newTo = toWith(end);
    boolean before = forgottenTo > forgottenFrom;
    forgottenFrom = before ? Math.min(forgottenFrom, prefix) : prefix;
    forgottenTo = before ? Math.max(forgottenTo, end) : end;
    if (widens) {
      from = newFrom;
      to = newTo;
    }
  }

  /** The sequence ends at {@code length} now. */
  void truncate(long length) {
    if (length <= from) {
      from = 0;
      to = 0;
    } else {
      to = Math.min(to, length);
    }
    if (length <= forgottenFrom) {
      forgottenFrom = 0;
      forgottenTo = 0;
    } else {
      forgottenTo = Math.min(forgottenTo, length);
    }
  }

  /** Becomes equal to another. */
  void copy(ReleasedTokens that) {
    from = that.from;
    to = that.to;
    forgottenFrom = that.forgottenFrom;
    forgottenTo = that.forgottenTo;
  }
}
