package io.github.lanewise.reference;

/**
 * The sizes of one attention, all arrays row-major:
 *
 * <pre>
 *   q       [batch, queryHeads, queryLength, headDim]
 *   k       [batch, keyHeads,   keyLength,   headDim]
 *   v       [batch, keyHeads,   keyLength,   valueDim]
 *   out     [batch, queryHeads, queryLength, valueDim]
 *   weights [batch, queryHeads, queryLength, keyLength]
 *   statistics [batch, queryHeads, queryLength]
 * </pre>
 *
 * @param batch number of sequences
 * @param queryHeads heads of q and out
 * @param keyHeads heads of k and v; divides queryHeads
 * @param queryLength queries per sequence
 * @param keyLength keys per sequence
 * @param headDim length of a query and of a key
 * @param valueDim length of a value
 */
public record AttentionShape(
    int batch,
    int queryHeads,
    int keyHeads,
    int queryLength,
    int keyLength,
    int headDim,
    int valueDim) {
  /** Checks that the query heads fall into equal groups, one per key head. */
  public AttentionShape {
    if (keyHeads == 0 ? queryHeads != 0 : queryHeads % keyHeads != 0) {
      throw new IllegalArgumentException(
          queryHeads + " query heads cannot be shared out among " + keyHeads + " key heads");
    }
  }

  /** Returns the key head that serves a query head. */
  public int keyHead(int queryHead) {
    return queryHead / (queryHeads / keyHeads);
  }

  /** Returns the number of the row (batch, head, query) among all rows of q. */
  public int queryRow(int batchIndex, int queryHead, int query) {
    return (batchIndex * queryHeads + queryHead) * queryLength + query;
  }

  /** Returns the number of the row (batch, key head, key) among all rows of k, for a query head. */
  public int keyRow(int batchIndex, int queryHead, int key) {
    return (batchIndex * keyHeads + keyHead(queryHead)) * keyLength + key;
  }

  /** Returns the number of rows of q, and so of statistics. */
  public int queryRows() {
    return batch * queryHeads * queryLength;
  }

  /** Returns the number of rows of k and of v. */
  public int keyRows() {
    return batch * keyHeads * keyLength;
  }
}
