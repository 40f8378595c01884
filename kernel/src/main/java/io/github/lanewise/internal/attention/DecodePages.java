package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.cache.Page;
import io.github.lanewise.internal.kernel.DecodeKernels;

/**
 * Where one worker's decoding finds keys and values: in groups of lanes, as {@link DecodeKernels}
 * reads them. Tokens of one page lie together; a page is {@link DecodeCall#pageLength} tokens.
 */
abstract class DecodePages {

  /** What was found: a {@code float[]}, a {@code short[]} or a {@code byte[]}. */
  Object array = NOTHING;

  /** Where it begins in the array. */
  int from;

  /** Distance between two groups of lanes; or between two rows. */
  int stride;

  /** Whether keys lie row by row, in floats: {@link #stride} is then between two rows. */
  boolean keysInRows;

  /** Whether the values that were found lie row by row, with all columns side by side. */
  boolean inRows;

  private static final Object NOTHING = new Object();

  /**
   * Whether a chunk of a head has to be loaded before it is found, which a later one overwrites.
   */
  abstract boolean areLoaded();

  /** Loads the keys {@code [from, end)} of a chunk, those that some row of the head sees. */
  abstract void load(int head, long chunk0, int from, int end);

  /** Whether there is such a token: it has not been released. */
  abstract boolean hold(long token);

  /** Finds the keys of {@code groups} groups of lanes of tokens, which {@code token} begins. */
  abstract void findKeys(int head, long token, int groups);

  /** Finds all columns of the values of {@code tokens} tokens, from {@code token} on. */
  abstract void findValues(int head, long token, int tokens);

  /** Whether all values are finite in the page that has this token; false also if unknown. */
  abstract boolean areFinite(long token);

  /** The page that has this token, where there are scales. */
  abstract Page page(long token);

  /** Lets go of everything. */
  void release() {
    array = NOTHING;
  }
}
