package io.github.lanewise.internal.mask;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.Mask;
import io.github.lanewise.internal.kernel.Arithmetic;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A mask bound to the shape of one call: which keys each row sees, as a range and as bits.
 *
 * <p>Reusable without allocation. Once bound, any number of threads may ask at once. Rows are named
 * by batch b, head h and query i; the arguments are trusted.
 */
public final class MaskPlan {

  /** Longs that the bits of a chunk take. */
  public static final int CHUNK_WORDS = CHUNK / Long.SIZE;

  /** No key of the chunk is visible. */
  public static final int NONE = 0;

  /** Every key of the chunk is visible. */
  public static final int ALL = 1;

  /** Some are, and the bits say which. */
  public static final int SOME = 2;

  private MaskExpression root = RangeMask.None.INSTANCE;
  private long batch;
  private long heads;
  private long queries;
  private long keys;
  private long firstKey;
  private boolean isShard;
  private long @Nullable [] keyLengths; // null if all are `keys`
  private long lengthCount;
  private boolean lengthsAlongHeads;
  private boolean isNone = true;
  private boolean rangesOnly = true;

  /**
   * Binds to attention over [batch, heads, queries, keys].
   *
   * @throws IllegalArgumentException if the mask does not fit that shape
   */
  public void bind(Mask mask, long batch, long heads, long queries, long keys) {
    bind(mask, batch, heads, queries, keys, batch, false, 0, false);
  }

  /**
   * Binds to attention over sequences of different lengths, the longest of which is {@code keys}:
   * no row sees a key at or beyond its own sequence's, and positions count from that one's end.
   *
   * @param lengths one for each batch element; kept until {@link #release}
   * @throws IllegalArgumentException if the mask does not fit [batch, heads, queries, keys]
   */
  public void bindRagged(
      Mask mask, long batch, long heads, long queries, long keys, long[] lengths) {
    boolean equal = true;
    for (int b = 0; b < batch; b++) {
      equal &= lengths[b] == keys;
    }
    bind(mask, batch, heads, queries, keys, batch, false, 0, false);
    if (!equal) {
      keyLengths = lengths;
      isNone = false;
      rangesOnly = root.rangesOnly();
    }
  }

  /**
   * Binds to attention over a shard: the keys from {@code firstKey} to {@code endKey} of a longer
   * row whose length nobody knows. Positions are absolute, and so are the columns of arrays, which
   * may be wider than the shard's end.
   *
   * @throws IllegalArgumentException if the mask does not fit, or needs the length
   */
  public void bindShard(
      Mask mask, long batch, long heads, long queries, long firstKey, long endKey) {
    bind(mask, batch, heads, queries, endKey, batch, false, firstKey, true);
  }

  /**
   * Binds to an operand of softmax. Its rows are asked for as (b, h, i) of rank 4 [b, h, i, keys],
   * of rank 3 [h, i, keys] with b = 0, of rank 2 [i, keys], of rank 1 [keys], everything else 0.
   * Key lengths run along axis 0 of rank 3 and 4; below there is one.
   *
   * @throws IllegalArgumentException if the mask does not fit that shape
   */
  public void bindSoftmax(Mask mask, StridedFloats operand) {
    int rank = operand.rank();
    long outer = rank >= 4 ? operand.size(rank - 4) : 1;
    long middle = rank >= 3 ? operand.size(rank - 3) : 1;
    long rows = rank >= 2 ? operand.size(rank - 2) : 1;
    long lengths = rank >= 3 ? operand.size(0) : 1;
    bind(mask, outer, middle, rows, operand.size(rank - 1), lengths, rank == 3, 0, false);
  }

  private void bind(
      Mask mask,
      long newBatch,
      long newHeads,
      long newQueries,
      long newKeys,
      long newLengthCount,
      boolean newLengthsAlongHeads,
      long newFirstKey,
      boolean newIsShard) {
    release();
    MaskExpression node = (MaskExpression) Objects.requireNonNull(mask, "mask");
    batch = newBatch;
    heads = newHeads;
    queries = newQueries;
    keys = newKeys;
    firstKey = newFirstKey;
    isShard = newIsShard;
    lengthCount = newLengthCount;
    lengthsAlongHeads = newLengthsAlongHeads;
    node.check(this);
    isNone = firstKey == 0 && node.isEverything(this);
    rangesOnly = isNone || node.rangesOnly();
    root = node;
  }

  /** Forgets the mask, and with it the caller's arrays. */
  public void release() {
    root = RangeMask.None.INSTANCE;
    keyLengths = null;
    isNone = true;
    rangesOnly = true;
  }

  /** Whether every key is visible to every query. */
  public boolean isNone() {
    return isNone;
  }

  /** Whether every row sees exactly the keys from {@link #first} to {@link #end}. */
  public boolean rangesOnly() {
    return rangesOnly;
  }

  /** Where the smallest range that holds the row's visible keys begins; 0 if it is empty. */
  public long first(long b, long h, long i) {
    if (isNone) {
      return 0;
    }
    long first = Math.max(root.first(this, b, h, i), firstKey);
    return first < root.end(this, b, h, i) ? first : 0;
  }

  /** Where that range ends (exclusive); 0 if it is empty. */
  public long end(long b, long h, long i) {
    if (isNone) {
      return keys;
    }
    long end = root.end(this, b, h, i);
    return Math.max(root.first(this, b, h, i), firstKey) < end ? end : 0;
  }

  /**
   * Which of the keys key0 … key0 + length - 1 the row sees.
   *
   * <p>A row whose range is not empty may still turn out to see no key of any chunk.
   *
   * @param key0 a multiple of 64
   * @param length at most {@link Arithmetic#CHUNK}; the chunk lies within the keys
   * @param bits receives, if the answer is SOME, in bits[at + w] as bit j whether key key0 + 64·w +
   *     j is visible, for w = 0 … 3; bits from length on are 0. Otherwise what is there afterwards
   *     means nothing
   * @return {@link #NONE}, {@link #ALL} or {@link #SOME}
   */
  public int chunk(long b, long h, long i, long key0, int length, long[] bits, int at) {
    if (isNone) {
      return ALL;
    }
    long first = Math.max(root.first(this, b, h, i), firstKey);
    return chunk(b, h, i, first, root.end(this, b, h, i), key0, length, bits, at);
  }

  /** The same for a row whose range is known. */
  int chunk(
      long b, long h, long i, long first, long end, long key0, int length, long[] bits, int at) {
    assert key0 % Long.SIZE == 0 && length <= CHUNK && key0 + length <= keys && length > 0;
    long firstVisible = Math.max(first, key0);
    long endVisible = Math.min(end, key0 + length);
    if (firstVisible >= endVisible) {
      return NONE;
    }
    if (rangesOnly) {
      if (endVisible - firstVisible == length) {
        return ALL;
      }
      for (int w = 0; w < CHUNK_WORDS; w++) {
        long key = key0 + w * (long) Long.SIZE;
        bits[at + w] = MaskExpression.ones(firstVisible - key, endVisible - key);
      }
      return SOME;
    }
    root.chunk(this, b, h, i, key0, length, bits, at, MaskExpression.Combine.SET);
    int visible = 0;
    for (int w = 0; w < CHUNK_WORDS; w++) {
      if (firstKey > key0) {
        bits[at + w] &= MaskExpression.ones(firstKey - key0 - w * (long) Long.SIZE, Long.SIZE);
      }
      visible += Long.bitCount(bits[at + w]);
    }
    return visible == 0 ? NONE : visible == length ? ALL : SOME;
  }

  /** Whether a mask names an offset between the positions of queries and keys. */
  public static boolean namesOffset(Mask mask) {
    return ((MaskExpression) mask).namedOffset() != null;
  }

  /** The offset that the mask names, else the keys of batch element b - queries. */
  public long offset(long b) {
    Long named = root.namedOffset();
    return named != null ? named : lengthDifference(b);
  }

  /**
   * A key from {@code key} on before which, from {@code key} on, the row sees nothing; the number
   * of the row's keys or more if it sees nothing any more. Not always the first that it sees: of
   * arrays only the hull is looked at.
   */
  public long next(long b, long h, long i, long key) {
    long from = Math.max(key, firstKey);
    return isNone ? from : root.next(this, b, h, i, from);
  }

  long batch() {
    return batch;
  }

  long heads() {
    return heads;
  }

  long queries() {
    return queries;
  }

  long keys() {
    return keys;
  }

  /** The first key of a shard; else 0. */
  long firstKey() {
    return firstKey;
  }

  /** The keys of one batch element. */
  long keys(long b) {
    return keyLengths == null ? keys : keyLengths[(int) b];
  }

  /** Whether the number of all keys is unknown. */
  boolean isShard() {
    return isShard;
  }

  long lengthDifference(long b) {
    return keys(b) - queries;
  }

  /** How many key lengths a mask of that kind must have. */
  long lengthCount() {
    return lengthCount;
  }

  /** Whether the axis that key lengths run along is asked for as h. */
  boolean lengthsAlongHeads() {
    return lengthsAlongHeads;
  }
}
