package io.github.lanewise.internal.mask;

import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Arrays;

/**
 * The sequences of a call of attention: how many queries and keys each has, and where its rows lie
 * in the caller's tensors. A sequence is named by its place on the batch axis of masks and bias: by
 * its index in the call or, over a cache, by its number there.
 *
 * <p>Dense tensors are [batch, heads, rows, …]. Ragged ones are [rows, heads, …], the rows of all
 * sequences one after another along axis 0. In both, row (s, h, i) lies {@code start(s)·stride(0) +
 * h·stride(1) + i·stride(a)} behind the first, if the start of a dense sequence is its index and
 * rows run along axis a, which is 2 in dense tensors and 0 in ragged ones.
 *
 * <p>Bound again without allocation. Once bound, any number of threads may ask.
 */
public final class Sequences {

  private static final int RAGGED_AXIS = 0;
  private static final int DENSE_AXIS = 2;

  private long count;
  private int rowAxis = DENSE_AXIS;

  /** What all sequences have, as long as the arrays do not say otherwise. */
  private long eachQueries;

  private long mostKeys;

  /** Queries of all sequences of ragged tensors. */
  private long tokens;

  private boolean queriesDiffer;
  private boolean keysDiffer;

  private long[] queries = new long[0];
  private long[] keys = new long[0];
  private long[] queryStart = new long[0];
  private long[] keyStart = new long[0];

  /** No sequences, until they are bound. */
  public Sequences() {}

  /** Sequences of one length in dense tensors. */
  public void bindDense(long batch, long queryLength, long keyLength) {
    count = batch;
    rowAxis = DENSE_AXIS;
    eachQueries = queryLength;
    mostKeys = keyLength;
    queriesDiffer = false;
    keysDiffer = false;
  }

  /**
   * Queries in a dense tensor, and keys of different lengths.
   *
   * @param keyLengths one for each sequence
   */
  public void bindDense(int batch, long queryLength, long[] keyLengths) {
    bindDense(batch, queryLength, 0);
    bindKeys(batch, keyLengths);
  }

  private void bindKeys(int batch, long[] keyLengths) {
    makeRoom(batch);
    System.arraycopy(keyLengths, 0, keys, 0, batch);
    findLongest();
  }

  /**
   * Some sequences with the last of their keys as queries, in ragged tensors; the others have none.
   *
   * @param numbers which sequences, in the order of their rows
   * @param lengths how many queries each has
   * @param keyLengths one for each sequence that there is
   * @throws IndexOutOfBoundsException if there is no such sequence
   * @throws IllegalArgumentException if one comes twice, if a length is negative or above its keys,
   *     or if there are not as many numbers as lengths
   */
  public void bindBatch(int[] numbers, int[] lengths, int batch, long[] keyLengths) {
    bindDense(batch, 0, 0);
    rowAxis = RAGGED_AXIS;
    bindKeys(batch, keyLengths);
    bindLengths(numbers, lengths);
    for (int s = 0; s < batch; s++) {
      if (queries[s] > keys[s]) {
        throw new IllegalArgumentException(
            "sequence "
                + s
                + " holds "
                + keys[s]
                + " tokens, but the batch asks for the last "
                + queries[s]);
      }
    }
  }

  /**
   * Some sequences with a number of rows each; the others have none.
   *
   * @throws IndexOutOfBoundsException if there is no such sequence
   * @throws IllegalArgumentException if one comes twice, if a length is negative, or if there are
   *     not as many numbers as lengths
   */
  public void bindRows(int[] numbers, int[] lengths, int batch) {
    bindDense(batch, 0, 0);
    rowAxis = RAGGED_AXIS;
    makeRoom(batch);
    bindLengths(numbers, lengths);
  }

  private void bindLengths(int[] numbers, int[] lengths) {
    requireSameLength(numbers.length, lengths.length);
    int batch = (int) count;
    Arrays.fill(queries, 0, batch, -1);
    queriesDiffer = true;
    long start = 0;
    for (int i = 0; i < numbers.length; i++) {
      int s = numbers[i];
      requireSequence(i, s, batch);
      if (queries[s] >= 0) {
        throw new IllegalArgumentException(
            "sequences[" + i + "] is " + s + ", but that sequence came before");
      }
      requireLength(i, lengths[i]);
      queries[s] = lengths[i];
      queryStart[s] = start;
      start += lengths[i];
    }
    tokens = start;
    for (int s = 0; s < batch; s++) {
      queries[s] = Math.max(0, queries[s]);
    }
    simplify();
  }

  /** Refuses a number that names none of the sequences. */
  private static void requireSequence(int i, int sequence, int batch) {
    if (sequence < 0 || sequence >= batch) {
      throw new IndexOutOfBoundsException(
          "sequences[" + i + "] is " + sequence + ", but the batch is " + batch);
    }
  }

  /** Refuses arrays of which one does not belong to the other. */
  public static void requireSameLength(int sequences, int lengths) {
    if (sequences != lengths) {
      throw new IllegalArgumentException(
          "there are " + sequences + " sequences, but " + lengths + " lengths");
    }
  }

  /** Refuses a number of rows below 0. */
  public static void requireLength(int i, int length) {
    if (length < 0) {
      throw new IllegalArgumentException(
          "lengths[" + i + "] is " + length + ", but must be at least 0");
    }
  }

  /**
   * Sequences whose rows begin where two arrays say: sequence s has the queries from {@code
   * queryStarts[s]} to {@code queryStarts[s + 1]}, and the keys likewise.
   *
   * @param queryRows rows that there are for queries
   * @param keyRows rows that there are for keys
   * @throws IllegalArgumentException unless both arrays hold as many numbers, which begin with 0,
   *     do not descend, and end with the rows that there are
   */
  public void bindStarts(int[] queryStarts, long queryRows, int[] keyStarts, long keyRows) {
    requireStarts(queryStarts, "queryStarts", queryRows, "q.size(0)");
    requireStarts(keyStarts, "keyStarts", keyRows, "k.size(0)");
    if (queryStarts.length != keyStarts.length) {
      throw new IllegalArgumentException(
          "queryStarts.length is "
              + queryStarts.length
              + ", but keyStarts.length is "
              + keyStarts.length);
    }
    int batch = queryStarts.length - 1;
    bindDense(batch, 0, 0);
    rowAxis = RAGGED_AXIS;
    makeRoom(batch);
    for (int s = 0; s < batch; s++) {
      queryStart[s] = queryStarts[s];
      queries[s] = queryStarts[s + 1] - (long) queryStarts[s];
      keyStart[s] = keyStarts[s];
      keys[s] = keyStarts[s + 1] - (long) keyStarts[s];
    }
    findLongest();
    queriesDiffer = true;
    simplify();
  }

  private static void requireStarts(int[] starts, String name, long rows, String rowsName) {
    if (starts.length == 0) {
      throw new IllegalArgumentException(
          name + ".length is 0, but one more than the number of sequences is needed");
    }
    if (starts[0] != 0) {
      throw new IllegalArgumentException(name + "[0] is " + starts[0] + ", but must be 0");
    }
    for (int i = 1; i < starts.length; i++) {
      if (starts[i] < starts[i - 1]) {
        throw new IllegalArgumentException(
            name + "[" + i + "] is " + starts[i] + ", but the one before is " + starts[i - 1]);
      }
    }
    int last = starts.length - 1;
    if (starts[last] != rows) {
      throw new IllegalArgumentException(
          name + "[" + last + "] is " + starts[last] + ", but " + rowsName + " is " + rows);
    }
  }

  private void makeRoom(int batch) {
    if (queries.length < batch) {
      queries = new long[batch];
      keys = new long[batch];
      queryStart = new long[batch];
      keyStart = new long[batch];
    }
  }

  private void findLongest() {
    mostKeys = 0;
    for (int s = 0; s < count; s++) {
      mostKeys = Math.max(mostKeys, keys[s]);
    }
    keysDiffer = false;
    for (int s = 0; s < count; s++) {
      keysDiffer |= keys[s] != mostKeys;
    }
  }

  /** Finds out whether all sequences have as many queries. */
  private void simplify() {
    eachQueries = count == 0 ? 0 : queries[0];
    queriesDiffer = false;
    for (int s = 0; s < count; s++) {
      queriesDiffer |= queries[s] != eachQueries;
    }
  }

  /** Number of sequences. */
  public long count() {
    return count;
  }

  /** Whether rows of all sequences lie one after another along axis 0. */
  public boolean isRagged() {
    return rowAxis == RAGGED_AXIS;
  }

  /** Whether all sequences have as many queries and as many keys. */
  boolean areAlike() {
    return !queriesDiffer && !keysDiffer;
  }

  /** Queries of all sequences of a batch. */
  public long tokens() {
    return tokens;
  }

  /** Queries of a sequence. */
  public long queries(long s) {
    return queriesDiffer ? queries[(int) s] : eachQueries;
  }

  /** Keys of a sequence. */
  public long keys(long s) {
    return keysDiffer ? keys[(int) s] : mostKeys;
  }

  /** Keys of the longest sequence. */
  public long mostKeys() {
    return mostKeys;
  }

  /** Rows of all queries that come before those of a sequence; its index in dense tensors. */
  public long queryStart(long s) {
    return isRagged() ? queryStart[(int) s] : s;
  }

  /** The same for its keys. */
  public long keyStart(long s) {
    return isRagged() ? keyStart[(int) s] : s;
  }

  /** Size of the axis of queries in masks and bias: 1, unless all tensors are dense. */
  public long queryAxis() {
    return isRagged() ? 1 : eachQueries;
  }

  /** Index of a query's row in the storage of a tensor that has one for each. */
  public long queryAt(StridedFloats t, long s, long head, long query) {
    return at(t, queryStart(s), head, query);
  }

  /** Index of a key's row in the storage of a tensor that has one for each. */
  public long keyAt(StridedFloats t, long s, long head, long key) {
    return at(t, keyStart(s), head, key);
  }

  private long at(StridedFloats t, long start, long head, long row) {
    return t.offset() + start * t.stride(0) + head * t.stride(1) + row * t.stride(rowAxis);
  }

  /** Distance between neighbouring rows of a head. */
  public long rowStride(StridedFloats t) {
    return t.stride(rowAxis);
  }
}
