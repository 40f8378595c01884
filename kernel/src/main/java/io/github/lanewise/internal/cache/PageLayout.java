package io.github.lanewise.internal.cache;

import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.internal.kernel.TileKernels;

/**
 * Where the tokens of a page lie. A page holds {@link #pageLength} tokens of all key heads of one
 * sequence, in the groups of 16 lanes that the tiles read:
 *
 * <ul>
 *   <li>keys {@code [keyHeads][pageLength/16][headDim][16]},
 *   <li>values {@code [keyHeads][valueGroups][pageLength][16]}, columns beyond valueDim 0,
 *   <li>with {@link Storage#INT8}: scales of the keys and of the values {@code
 *       [keyHeads][pageLength]}.
 * </ul>
 *
 * <p>Page n holds the tokens from {@code n·pageLength} on. The length is a power of two from 16 on,
 * so that pages and chunks of 256 keys nest.
 */
public final class PageLayout {

  private static final int GROUP = TileKernels.GROUP;

  public final Storage storage;
  public final int keyHeads;
  public final int headDim;
  public final int valueDim;

  /** Groups of 16 value columns. */
  public final int valueGroups;

  public final int pageLength;

  /** Sizes that {@link #requireValid} has accepted. */
  public PageLayout(Storage storage, int keyHeads, int headDim, int valueDim, int pageLength) {
    this.storage = storage;
    this.keyHeads = keyHeads;
    this.headDim = headDim;
    this.valueDim = valueDim;
    this.valueGroups = (valueDim + GROUP - 1) / GROUP;
    this.pageLength = pageLength;
  }

  /**
   * Checks that the elements of a page can be counted by an int.
   *
   * @throws IllegalArgumentException if they cannot
   */
  public static void requireValid(long keyHeads, long headDim, long valueDim, long pageLength) {
    long widest = Math.max(headDim, valueDim);
    long most = Integer.MAX_VALUE - 64L;
    boolean fits = widest <= most && keyHeads <= most;
    fits = fits && keyHeads * (widest + GROUP) <= most / pageLength; // both factors are ints
    if (!fits) {
      throw new IllegalArgumentException(
          "a page of "
              + pageLength
              + " tokens of "
              + keyHeads
              + " heads of "
              + widest
              + " does not fit into an array of "
              + most
              + " elements: use a smaller pageLength");
    }
  }

  /** Elements of the keys of a page. */
  public int keyCount() {
    return keyHeads * pageLength * headDim;
  }

  /** Elements of the values of a page. */
  public int valueCount() {
    return keyHeads * valueGroups * GROUP * pageLength;
  }

  /** Element (head, token, dimension 0) of the keys; the next dimension lies 16 further on. */
  public int keyAt(int head, int token) {
    int lane = token % GROUP;
    return (head * pageLength + token - lane) * headDim + lane;
  }

  /** Element (head, token, column 0) of the values. */
  public int valueAt(int head, int token) {
    return (head * valueGroups * pageLength + token) * GROUP;
  }

  /** Distance between the groups of 16 value columns. */
  public int valueGroupStride() {
    return pageLength * GROUP;
  }

  /** Element (head, token) of the scales. */
  public int scaleAt(int head, int token) {
    return head * pageLength + token;
  }
}
