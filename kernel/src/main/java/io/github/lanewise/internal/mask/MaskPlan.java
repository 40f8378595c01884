package io.github.lanewise.internal.mask;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.Mask;
import io.github.lanewise.internal.kernel.Arithmetic;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.util.Objects;

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

  /**
   * Where the keys axis of arrays may be wider than the keys, and whether anybody knows the end.
   */
  private enum Extent {
    EXACT,
    OPEN,
    SHARD
  }

  private final Sequences own = new Sequences();

  private MaskExpression root = RangeMask.None.INSTANCE;
  private Sequences sequences = own;
  private long heads;
  private long firstKey;
  private Extent extent = Extent.EXACT;
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
    own.bindDense(batch, queries, keys);
    bind(mask, own, heads, batch, false, 0, Extent.EXACT);
  }

  /**
   * Binds to attention over sequences: no row sees a key at or beyond its own sequence's, and
   * positions count from that one's end.
   *
   * @param sequences stay bound until {@link #release}
   * @param isOpen whether arrays may go on beyond the last key
   * @throws IllegalArgumentException if the mask does not fit [sequences, heads, queries, keys]
   */
  public void bind(Mask mask, Sequences sequences, long heads, boolean isOpen) {
    Extent extent = isOpen ? Extent.OPEN : Extent.EXACT;
    bind(mask, sequences, heads, sequences.count(), false, 0, extent);
  }

  /**
   * Binds to attention over a shard: the keys from {@code firstKey} on of longer rows whose length
   * nobody knows. Positions are absolute, and so are the columns of arrays, which may be wider than
   * the shard's end.
   *
   * @param sequences stay bound until {@link #release}; their keys end where the shard does
   * @throws IllegalArgumentException if the mask does not fit, or needs the length
   */
  public void bindShard(Mask mask, Sequences sequences, long heads, long firstKey) {
    bind(mask, sequences, heads, sequences.count(), false, firstKey, Extent.SHARD);
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
    own.bindDense(outer, rows, operand.size(rank - 1));
    bind(mask, own, middle, lengths, rank == 3, 0, Extent.EXACT);
  }

  private void bind(
      Mask mask,
      Sequences newSequences,
      long newHeads,
      long newLengthCount,
      boolean newLengthsAlongHeads,
      long newFirstKey,
      Extent newExtent) {
    release();
    MaskExpression node = (MaskExpression) Objects.requireNonNull(mask, "mask");
    sequences = newSequences;
    heads = newHeads;
    firstKey = newFirstKey;
    extent = newExtent;
    lengthCount = newLengthCount;
    lengthsAlongHeads = newLengthsAlongHeads;
    node.check(this);
    isNone = firstKey == 0 && sequences.areAlike() && node.isEverything(this);
    rangesOnly = isNone || node.rangesOnly();
    root = node;
  }

  /** Forgets the mask, and with it the caller's arrays. */
  public void release() {
    root = RangeMask.None.INSTANCE;
    sequences = own;
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
      return keys();
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
    assert key0 % Long.SIZE == 0 && length <= CHUNK && key0 + length <= keys() && length > 0;
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

  /**
   * Whether the mask is nothing but an array with something for each key, of which {@link #wordsOf}
   * has many at a time.
   */
  public boolean isArray() {
    return root instanceof ArrayMask array && array.shape().keys() != 1 && firstKey == 0;
  }

  /**
   * The bits of an array's row: of the keys from {@code key0} on, a multiple of 64, in the words
   * from {@link #wordAt} on. Those from {@code length} on may be set.
   *
   * @param own room for as many
   */
  public long[] wordsOf(long b, long h, long i, int key0, int length, long[] own) {
    if (root instanceof ArrayMask.AllowedBits mask) {
      return mask.bits();
    }
    ArrayMask.Allowed mask = (ArrayMask.Allowed) root;
    ArrayMask.Shape shape = mask.shape();
    int from = (int) (shape.row(b, h, i) * shape.keys()) + key0;
    Kernels.lanes().pack(mask.allowed(), from, length, own, 0);
    return own;
  }

  /** Where in {@link #wordsOf} the bit of that key is the lowest of a word. */
  public int wordAt(long b, long h, long i, int key0) {
    return root instanceof ArrayMask.AllowedBits mask ? mask.wordAt(b, h, i, key0) : 0;
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

  /** The sequences that this mask is bound to. */
  public Sequences sequences() {
    return sequences;
  }

  long batch() {
    return sequences.count();
  }

  long heads() {
    return heads;
  }

  /** Size of the axis of queries. */
  long queries() {
    return sequences.queryAxis();
  }

  /** Queries of one batch element. */
  long queries(long b) {
    return sequences.queries(b);
  }

  /** The keys of the batch element that has most. */
  long keys() {
    return sequences.mostKeys();
  }

  /** The first key of a shard; else 0. */
  long firstKey() {
    return firstKey;
  }

  /** The keys of one batch element. */
  long keys(long b) {
    return sequences.keys(b);
  }

  /** Whether the number of all keys is unknown. */
  boolean isShard() {
    return extent == Extent.SHARD;
  }

  /** Whether arrays may go on beyond the last key. */
  boolean isOpen() {
    return extent != Extent.EXACT;
  }

  long lengthDifference(long b) {
    return keys(b) - queries(b);
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
