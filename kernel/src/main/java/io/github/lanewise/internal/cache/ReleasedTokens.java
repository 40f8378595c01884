package io.github.lanewise.internal.cache;

/**
 * The tokens of one sequence that were let go: ranges in ascending order that do not touch. Pages
 * that a range covers altogether are given back, and leave a hole in the table, which holds the
 * pages that are there one after the other, in slots; what else lies in a range stays where it is.
 *
 * <p>A table changes a copy and goes over to it, so that readers may keep the one that they have
 * seen.
 */
final class ReleasedTokens {

  private static final long[] NONE = {};

  /**
   * Numbers that a hole takes: its first token, one past its last, pages that are gone up to there.
   */
  private static final int HOLE = 3;

  private final int pageLength;
  private final int pageShift;

  /** The ranges as pairs. */
  private long[] ranges = NONE;

  private int rangeCount;

  /** Tokens in all ranges. */
  private long forgotten;

  /** Each begins on a page, and ends on one unless a truncation has ended it. */
  private long[] holes = NONE;

  private int holeCount;

  ReleasedTokens(int pageLength) {
    this.pageLength = pageLength;
    pageShift = Integer.numberOfTrailingZeros(pageLength);
  }

  /** Becomes equal to another. */
  void copy(ReleasedTokens that, CacheMemory memory) {
    clear();
    makeRoom(that.rangeCount, memory);
    System.arraycopy(that.ranges, 0, ranges, 0, 2 * that.rangeCount);
    System.arraycopy(that.holes, 0, holes, 0, HOLE * that.holeCount);
    rangeCount = that.rangeCount;
    holeCount = that.holeCount;
    forgotten = that.forgotten;
  }

  /** Forgets all ranges. */
  void clear() {
    rangeCount = 0;
    holeCount = 0;
    forgotten = 0;
  }

  /** There are never more holes than ranges. */
  private void makeRoom(int count, CacheMemory memory) {
    if (ranges.length < 2 * count) {
      int most = Math.max(2, count + count / 2);
      long[] moreRanges = memory.longs(ranges, 2 * most);
      holes = memory.longs(holes, HOLE * most);
      ranges = moreRanges;
    }
  }

  /** Lets the tokens of {@code [from, to)} go as well; there is one at least. */
  void add(long from, long to, CacheMemory memory) {
    makeRoom(rangeCount + 1, memory);
    int first = 0;
    while (first < rangeCount && ranges[2 * first + 1] < from) {
      first++;
    }
    int end = first;
    long newFrom = from;
    long newTo = to;
    while (end < rangeCount && ranges[2 * end] <= to) {
      newFrom = Math.min(newFrom, ranges[2 * end]);
      newTo = Math.max(newTo, ranges[2 * end + 1]);
      forgotten -= ranges[2 * end + 1] - ranges[2 * end];
      end++;
    }
    System.arraycopy(ranges, 2 * end, ranges, 2 * first + 2, 2 * (rangeCount - end));
    ranges[2 * first] = newFrom;
    ranges[2 * first + 1] = newTo;
    rangeCount += first + 1 - end;
    forgotten += newTo - newFrom;
    addHole(newFrom, newTo);
  }

  /** One hole for a range in place of those that lie in it. */
  private void addHole(long rangeFrom, long rangeTo) {
    long from = (rangeFrom + pageLength - 1) & -(long) pageLength;
    long to = rangeTo & -(long) pageLength;
    int first = 0;
    while (first < holeCount && holeTo(first) <= rangeFrom) {
      first++;
    }
    int end = first;
    while (end < holeCount && holeFrom(end) < rangeTo) {
      to = Math.max(to, holeTo(end)); // a truncation may have ended it within a page
      end++;
    }
    if (to <= from) {
      return;
    }
    System.arraycopy(holes, HOLE * end, holes, HOLE * (first + 1), HOLE * (holeCount - end));
    holes[HOLE * first] = from;
    holes[HOLE * first + 1] = to;
    holeCount += first + 1 - end;
    countPages(first);
  }

  private void countPages(int from) {
    for (int h = from; h < holeCount; h++) {
      long pages = (holeTo(h) >>> pageShift) - (holeFrom(h) >>> pageShift);
      holes[HOLE * h + 2] = goneBefore(h) + pages;
    }
  }

  private long goneBefore(int hole) {
    return hole == 0 ? 0 : holes[HOLE * hole - 1];
  }

  /** The sequence ends at {@code length} now. */
  void truncate(long length) {
    while (rangeCount > 0 && ranges[2 * rangeCount - 1] > length) {
      int last = 2 * (rangeCount - 1);
      long to = Math.max(ranges[last], length);
      forgotten -= ranges[last + 1] - to;
      ranges[last + 1] = to;
      if (to > ranges[last]) {
        break;
      }
      rangeCount--;
    }
    while (holeCount > 0 && holeFrom(holeCount - 1) >= length) {
      holeCount--;
    }
    if (holeCount > 0 && holeTo(holeCount - 1) > length) {
      holes[HOLE * (holeCount - 1) + 1] = length;
      countPages(holeCount - 1);
    }
  }

  /**
   * Becomes what the numbers say, that two others have had: ranges, and the holes that lie in them.
   *
   * @return false if no such ranges and holes can be
   */
  boolean restore(long[] newRanges, long[] newHoles, long length, CacheMemory memory) {
    clear();
    makeRoom(newRanges.length / 2, memory);
    long end = -1;
    for (int i = 0; i < newRanges.length; i += 2) {
      if (newRanges[i] <= end || newRanges[i + 1] <= newRanges[i] || newRanges[i + 1] > length) {
        return false;
      }
      end = newRanges[i + 1];
      forgotten += newRanges[i + 1] - newRanges[i];
    }
    System.arraycopy(newRanges, 0, ranges, 0, newRanges.length);
    rangeCount = newRanges.length / 2;
    int range = 0;
    for (int i = 0; i < newHoles.length; i += 2) {
      while (range < rangeCount && rangeTo(range) < newHoles[i + 1]) {
        range++;
      }
      boolean within = range < rangeCount && newHoles[i] >= rangeFrom(range);
      if (!within || newHoles[i] >= newHoles[i + 1] || newHoles[i] % pageLength != 0) {
        return false;
      }
      holes[HOLE * holeCount] = newHoles[i];
      holes[HOLE * holeCount + 1] = newHoles[i + 1];
      holeCount++;
      range++;
    }
    countPages(0);
    return true;
  }

  /** Whether a range goes beyond a token. */
  boolean reachesBeyond(long token) {
    return rangeCount > 0 && ranges[2 * rangeCount - 1] > token;
  }

  /** Tokens that do not count for the capacity. */
  long forgotten() {
    return forgotten;
  }

  /** The same, of those before a token. */
  long forgottenBefore(long token) {
    long before = 0;
    for (int range = 0; range < rangeCount; range++) {
      before += Math.max(0, Math.min(token, rangeTo(range)) - rangeFrom(range));
    }
    return before;
  }

  /** Number of ranges. */
  int ranges() {
    return rangeCount;
  }

  long rangeFrom(int range) {
    return ranges[2 * range];
  }

  long rangeTo(int range) {
    return ranges[2 * range + 1];
  }

  /** Number of holes. */
  int holes() {
    return holeCount;
  }

  /** First token of a hole. */
  long holeFrom(int hole) {
    return holes[HOLE * hole];
  }

  /** One past its last. */
  long holeTo(int hole) {
    return holes[HOLE * hole + 1];
  }

  /** Tokens in all holes. */
  long inHoles() {
    long tokens = 0;
    for (int h = 0; h < holeCount; h++) {
      tokens += holeTo(h) - holeFrom(h);
    }
    return tokens;
  }

  /** The last hole that begins at or before a token; -1 if there is none. */
  private int holeAt(long token) {
    int low = 0;
    int high = holeCount;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (holeFrom(middle) <= token) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low - 1;
  }

  /**
   * Where the page of a token stands in the table; of one in a hole, where the page behind does.
   */
  int slot(long token) {
    long page = token >>> pageShift;
    int hole = holeCount == 0 ? -1 : holeAt(token);
    if (hole < 0) {
      return (int) page;
    }
    return page >= holeTo(hole) >>> pageShift
        ? (int) (page - holes[HOLE * hole + 2])
        : (int) ((holeFrom(hole) >>> pageShift) - goneBefore(hole));
  }

  /** How many pages are there if {@code length} tokens are left. */
  int slots(long length) {
    int hole = length == 0 ? -1 : holeAt(length - 1);
    long end = hole >= 0 && length <= holeTo(hole) ? holeFrom(hole) : length;
    return end == 0 ? 0 : slot(end - 1) + 1;
  }

  /** Whether a hole ends at a token, so that the page is not there unless tokens follow. */
  boolean holeEndsAt(long token) {
    return holeCount > 0 && holeTo(holeCount - 1) == token;
  }

  /**
   * The first token from {@code token} on that lies in a page which is there; the largest long if
   * there is none. A truncation may have ended a hole in the middle of a page: it is there as soon
   * as a token follows.
   *
   * @param length of the sequence
   */
  long nextHeld(long token, long length) {
    int hole = holeCount == 0 ? -1 : holeAt(token);
    if (hole < 0 || token >= holeTo(hole)) {
      return token;
    }
    long to = holeTo(hole);
    return to == length ? Long.MAX_VALUE : Math.max(token, to >>> pageShift << pageShift);
  }

  /** The first token from {@code token} on that lies in no hole. */
  long skipHole(long token) {
    int hole = holeCount == 0 ? -1 : holeAt(token);
    return hole < 0 ? token : Math.max(token, holeTo(hole));
  }

  /** Whether one of the tokens {@code [from, to)} was let go, be its page there or not. */
  boolean isAnyForgotten(long from, long to) {
    return forgottenBefore(to) > forgottenBefore(from);
  }

  /** Whether a page for each token of {@code [from, to)} is there. */
  boolean allHeld(long from, long to) {
    int hole = from < to ? holeAt(to - 1) : -1;
    return hole < 0 || holeTo(hole) <= from;
  }

  /** Where the last page before {@code end} ends that is there; both are numbers of pages. */
  long endOfHeld(long end) {
    int hole = holeAt((end << pageShift) - 1);
    boolean gone = hole >= 0 && end <= holeTo(hole) >>> pageShift;
    return gone ? holeFrom(hole) >>> pageShift : end;
  }

  /** Where the run of pages begins that are there, the last of which is before {@code end}. */
  long startOfHeld(long end) {
    int hole = holeAt((end << pageShift) - 1);
    return hole < 0 ? 0 : holeTo(hole) >>> pageShift;
  }

  /**
   * Checks that there stays one gap.
   *
   * @param length tokens of the sequence
   * @throws IllegalArgumentException if keys that are to be kept would lie between two ranges
   */
  void requireRetainable(long prefix, long firstKey, long length) {
    long end = Math.min(firstKey, length);
    if (prefix >= end || rangeCount == 0) {
      return;
    }
    long first = rangeFrom(0);
    long last = rangeTo(rangeCount - 1);
    if (prefix > last || end < first) {
      throw new IllegalArgumentException(
          (prefix > last ? "prefix is " + prefix : "firstKey is " + firstKey)
              + ", but the keys from "
              + first
              + " to "
              + last
              + " have been let go before");
    }
  }
}
