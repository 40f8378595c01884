package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.tensor.StridedFloats;

/**
 * What one change brings: which sequences, how many tokens for each, and where their rows lie in
 * the tensors, which are [(sequences,) keyHeads, tokens, dim] or, of a batch, [tokens, keyHeads,
 * dim].
 */
final class IncomingTokens {

  private final Sequences batch = new Sequences();
  private final int[] members;
  private final int[] sources;
  private int count;
  private boolean isBatch;
  private long tokens;
  private int headAxis;
  private int tokenAxis;

  IncomingTokens(int sequences) {
    members = new int[sequences];
    sources = new int[sequences];
  }

  /** The same number of tokens for the sequences {@code [first, end)}. */
  void bind(int first, int end, StridedFloats k) {
    isBatch = false;
    headAxis = k.rank() - 3;
    tokenAxis = k.rank() - 2;
    tokens = k.size(tokenAxis);
    count = 0;
    for (int s = first; s < end; s++) {
      members[count++] = s;
    }
  }

  /**
   * The tokens of a batch.
   *
   * @throws IndexOutOfBoundsException if there is no such sequence
   * @throws IllegalArgumentException if one comes twice, if a length is negative, or if the lengths
   *     do not add up to the rows of k and of v
   */
  void bind(int[] numbers, int[] lengths, StridedFloats k, StridedFloats v) {
    isBatch = true;
    headAxis = 1;
    tokenAxis = 0;
    batch.bindRows(numbers, lengths, members.length);
    requireTokens(k, "k");
    requireTokens(v, "v");
    count = 0;
    for (int s = 0; s < members.length; s++) {
      if (batch.queries(s) > 0) {
        members[count++] = s;
      }
    }
  }

  /**
   * What a reordering brings: for each sequence that changes the one that it is to be like.
   *
   * @throws IllegalArgumentException if there are more or fewer than sequences
   * @throws IndexOutOfBoundsException if there is no such sequence
   */
  void bindSources(int[] of) {
    if (of.length != members.length) {
      throw new IllegalArgumentException(
          "there are " + of.length + " sources, but the batch is " + members.length);
    }
    count = 0;
    for (int s = 0; s < of.length; s++) {
      int source = of[s];
      if (source < 0 || source >= members.length) {
        throw new IndexOutOfBoundsException(
            "sources[" + s + "] is " + source + ", but the batch is " + members.length);
      }
      if (source != s) {
        members[count] = s;
        sources[count++] = source;
      }
    }
  }

  /** What that sequence is to be like. */
  int source(int m) {
    return sources[m];
  }

  private void requireTokens(StridedFloats t, String name) {
    if (t.size(0) != batch.tokens()) {
      throw new IllegalArgumentException(
          name + ".size(0) is " + t.size(0) + ", but batch.tokens() is " + batch.tokens());
    }
  }

  /** How many sequences take part. */
  int count() {
    return count;
  }

  /** Sequence number {@code m} of those that take part. */
  int sequence(int m) {
    return members[m];
  }

  /** Tokens for the same sequence. */
  long tokens(int m) {
    return isBatch ? batch.queries(members[m]) : tokens;
  }

  /** Index of the first token's row of head 0 in the storage of a tensor. */
  long firstRow(int m, StridedFloats t) {
    long start = isBatch ? batch.queryStart(members[m]) : m;
    boolean leads = isBatch || headAxis == 1;
    return t.offset() + (leads ? start * t.stride(0) : 0);
  }

  /** Distance between the rows of neighbouring heads. */
  long headStride(StridedFloats t) {
    return t.stride(headAxis);
  }

  /** Distance between the rows of neighbouring tokens. */
  long tokenStride(StridedFloats t) {
    return t.stride(tokenAxis);
  }
}
