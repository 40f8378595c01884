package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;

/**
 * Where the tokens of a page lie. A page holds {@link #pageLength} tokens of all key heads of one
 * sequence, in groups of lanes, which are 64 bytes of the keys' elements or of the values':
 *
 * <ul>
 *   <li>keys {@code [keyHeads][pageLength/keyLanes][headDim][keyLanes]},
 *   <li>values {@code [keyHeads][valueGroups][pageLength][valueLanes]}, columns beyond valueDim 0,
 *   <li>of {@link Element#INT8}: scales {@code [keyHeads][pageLength]}.
 * </ul>
 *
 * <p>Page n holds the tokens from {@code n·pageLength} on. The length is a power of two from 16 on,
 * so that pages and chunks of 256 keys nest; one shorter than the lanes leaves the others unused.
 *
 * <p>Floats lie in the groups of 16 that the tiles read. A row of a group is a cache line in every
 * storage: the decode kernels then read a head in order, line after line; narrow numbers in groups
 * of 16 would be many short streams.
 */
public final class PageLayout {

  private static final int MOST_LANES = Element.INT8.lanes;

  public final Element keyElement;
  public final Element valueElement;

  public final int keyHeads;
  public final int headDim;
  public final int valueDim;

  /** Lanes of a group of keys: 16, 32 or 64. */
  public final int keyLanes;

  /** Lanes of a group of value columns. */
  public final int valueLanes;

  /** Groups of value columns. */
  public final int valueGroups;

  public final int pageLength;

  /** Sizes that {@link #requireValid} has accepted. */
  public PageLayout(
      Element keyElement,
      Element valueElement,
      int keyHeads,
      int headDim,
      int valueDim,
      int pageLength) {
    this.keyElement = keyElement;
    this.valueElement = valueElement;
    this.keyHeads = keyHeads;
    this.headDim = headDim;
    this.valueDim = valueDim;
    this.pageLength = pageLength;
    keyLanes = keyElement.lanes;
    valueLanes = valueElement.lanes;
    valueGroups = (valueDim + valueLanes - 1) / valueLanes;
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
    // both factors are ints
    fits = fits && keyHeads * (widest + MOST_LANES) <= most / Math.max(MOST_LANES, pageLength);
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

  /** Whether each key has a scale. */
  public boolean keysScaled() {
    return keyElement == Element.INT8;
  }

  /** Whether each value has a scale. */
  public boolean valuesScaled() {
    return valueElement == Element.INT8;
  }

  /** Value columns, rounded up to whole groups. */
  public int valueWidth() {
    return valueGroups * valueLanes;
  }

  /** Elements of the keys of a page. */
  public int keyCount() {
    return keyHeads * wholeGroups() * headDim;
  }

  /** Elements of the values of a page. */
  public int valueCount() {
    return keyHeads * valueWidth() * pageLength;
  }

  /** Tokens of a page, rounded up to whole groups. */
  private int wholeGroups() {
    return Math.max(keyLanes, pageLength); // both are powers of two
  }

  /** Element (head, token, dimension 0) of the keys; the next lies {@link #keyLanes} further on. */
  public int keyAt(int head, int token) {
    int lane = token % keyLanes;
    return (head * wholeGroups() + token - lane) * headDim + lane;
  }

  /** Distance between the groups of tokens of the keys. */
  public int keyGroupStride() {
    return headDim * keyLanes;
  }

  /** Element (head, token, column 0) of the values. */
  public int valueAt(int head, int token) {
    return (head * valueGroups * pageLength + token) * valueLanes;
  }

  /** Distance between the groups of value columns. */
  public int valueGroupStride() {
    return pageLength * valueLanes;
  }

  /** Element (head, token) of the scales. */
  public int scaleAt(int head, int token) {
    return head * pageLength + token;
  }
}
