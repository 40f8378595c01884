package io.github.lanewise.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.cache.CacheMemory;
import io.github.lanewise.internal.cache.PageLayout;
import io.github.lanewise.internal.cache.PagedCache;
import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Checks;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of the tokens so far, for a batch of sequences of independent lengths: what
 * decoding appends to, one token or many at a time, and attends to.
 *
 * <pre>{@code
 * try (KeyValueCache cache = KeyValueCache.builder(batch, keyHeads, headDim, valueDim).build()) {
 *   cache.append(promptKeys, promptValues);
 *   while (…) {
 *     cache.append(k, v);                                         // [batch, keyHeads, 1, dim]
 *     attention.forward(q, cache, out, RowStatistics.none(), workers);
 *   }
 * }
 * }</pre>
 *
 * <p>Tokens are numbered from 0 in each sequence and keep their numbers for good. They are held in
 * pages, which {@link #fork} shares until one of the two changes them. With {@link #retain} a
 * stream of any length runs in bounded memory.
 *
 * <p><b>Accuracy.</b> With {@link Storage#FLOAT32} attention over the cache has the bits of
 * attention over the same keys and values as tensors, however they arrived. The narrow storages
 * round once, at append, as {@link Storage} says; what follows is computed in float32.
 *
 * <p><b>Special values.</b> FLOAT32 takes all floats. The narrow storages refuse NaN, infinities
 * and what would round to one.
 *
 * <p><b>Errors.</b> Wrong shapes, a full cache and numbers that cannot be stored are an
 * IllegalArgumentException with both numbers; then nothing at all has been appended, to no
 * sequence. A sequence out of range is an IndexOutOfBoundsException, a closed cache or arena an
 * IllegalStateException. Whatever changes a cache is all or nothing, also when memory or the arena
 * is exhausted: after an OutOfMemoryError the cache and its forks are as if it had not been tried.
 *
 * <p><b>Allocation.</b> An append that needs no new page allocates nothing, {@link #close} never.
 *
 * <p><b>Threading.</b> Any number of threads may read (attend, ask for lengths) while one thread
 * changes the cache in any way. A reader sees the cache as it was at one moment, all sequences
 * together, and goes on seeing it until it is done; it never waits for tokens being written.
 * Threads that change the cache do so one after the other. Forks are caches of their own, to be
 * used from any thread. Pages in the arena of one thread can be reached by that thread alone.
 *
 * <p><b>Source.</b> Pages: Kwon et al., Efficient Memory Management for Large Language Model
 * Serving with PagedAttention, arXiv:2309.06180; prefix and window: Xiao et al., arXiv:2309.17453.
 */
public final class KeyValueCache implements AutoCloseable {

  /** How keys and values are stored; attention widens them to float32 as it reads. */
  public enum Storage {
    /** As they come. */
    FLOAT32,
    /** Rounded to 8 significant bits, to nearest even: relative error at most 2⁻⁹. */
    BFLOAT16,
    /**
     * Rounded to 11 significant bits, to nearest even: relative error at most 2⁻¹², below 2⁻¹⁴
     * absolute error at most 2⁻²⁵. Magnitudes from 65520 on are refused.
     */
    FLOAT16,
    /**
     * Rounded to a multiple of max|x|/127 of the row, one row a token and head: absolute error at
     * most half of that. The factor applies to the dot product, and to the weight of the value.
     */
    INT8
  }

  private final PagedCache pages;

  private KeyValueCache(PagedCache pages) {
    this.pages = pages;
  }

  /**
   * An empty cache in FLOAT32 on the heap, bounded by nothing but memory, until told otherwise.
   *
   * @param batch number of sequences, at least 0
   * @param keyHeads number of heads of keys and values, at least 0
   * @param headDim length of a key, at least 1
   * @param valueDim length of a value, at least 0
   * @throws IllegalArgumentException if a number is out of range
   */
  public static Builder builder(long batch, long keyHeads, long headDim, long valueDim) {
    return new Builder(batch, keyHeads, headDim, valueDim);
  }

  /** What this cache is made of. */
  PagedCache pages() {
    return pages;
  }

  /** Number of sequences. */
  public long batch() {
    return pages.batch();
  }

  /** Number of heads of keys and values. */
  public long keyHeads() {
    return pages.layout().keyHeads;
  }

  /** Length of a key. */
  public long headDim() {
    return pages.layout().headDim;
  }

  /** Length of a value. */
  public long valueDim() {
    return pages.layout().valueDim;
  }

  /** Tokens that each sequence may hold; those that were released do not count. */
  public long capacity() {
    return pages.capacity();
  }

  /**
   * How keys and values are stored.
   *
   * @throws IllegalStateException if they are stored in different ways
   */
  public Storage storage() {
    if (keyStorage() != valueStorage()) {
      throw new IllegalStateException(
          "keys are stored as " + keyStorage() + ", but values as " + valueStorage());
    }
    return keyStorage();
  }

  /** How keys are stored. */
  public Storage keyStorage() {
    return Storage.valueOf(pages.layout().keyElement.name());
  }

  /** How values are stored. */
  public Storage valueStorage() {
    return Storage.valueOf(pages.layout().valueElement.name());
  }

  /** Tokens in a page. */
  public int pageLength() {
    return pages.layout().pageLength;
  }

  /**
   * Appends the same number of tokens to every sequence.
   *
   * @param k [batch, keyHeads, newLength, headDim]
   * @param v [batch, keyHeads, newLength, valueDim]
   * @throws IllegalArgumentException if the shapes do not fit, if a sequence would hold more than
   *     the capacity, or if the storage cannot hold a number
   */
  public void append(FloatTensor k, FloatTensor v) {
    Checks.requireRank(k, "k", 4, 4);
    Checks.requireRank(v, "v", 4, 4);
    Checks.requireSize(k, "k", 0, batch(), "batch()");
    Checks.requireSize(v, "v", 0, batch(), "batch()");
    append(0, pages.batch(), k, v);
  }

  /**
   * Appends tokens to one sequence.
   *
   * @param sequence which, from 0 to batch - 1
   * @param k [keyHeads, newLength, headDim], or with a leading axis of 1
   * @param v [keyHeads, newLength, valueDim], of the same rank
   * @throws IndexOutOfBoundsException if there is no such sequence
   * @throws IllegalArgumentException as for {@link #append(FloatTensor, FloatTensor)}
   */
  public void append(int sequence, FloatTensor k, FloatTensor v) {
    requireSequence(sequence);
    Checks.requireRank(k, "k", 3, 4);
    Checks.requireRank(v, "v", k.rank(), k.rank());
    if (k.rank() == 4) {
      Checks.requireSize(k, "k", 0, 1, "the number of sequences");
      Checks.requireSize(v, "v", 0, 1, "the number of sequences");
    }
    append(sequence, sequence + 1, k, v);
  }

  /**
   * Appends the tokens of a step: of each sequence as many as the batch says.
   *
   * @param batch which sequences, and how many tokens each
   * @param k [tokens, keyHeads, headDim], in the order of the batch
   * @param v [tokens, keyHeads, valueDim]
   * @throws IndexOutOfBoundsException if there is no such sequence
   * @throws IllegalArgumentException as for {@link #append(FloatTensor, FloatTensor)}, or if the
   *     batch names a sequence twice
   */
  public void append(RaggedBatch batch, FloatTensor k, FloatTensor v) {
    Objects.requireNonNull(batch, "batch");
    Checks.requireRank(k, "k", 3, 3);
    Checks.requireRank(v, "v", 3, 3);
    Checks.requireSize(k, "k", 1, keyHeads(), "keyHeads()");
    Checks.requireSize(v, "v", 1, keyHeads(), "keyHeads()");
    Checks.requireSize(k, "k", 2, headDim(), "headDim()");
    Checks.requireSize(v, "v", 2, valueDim(), "valueDim()");
    requireReadable(k, v);
    pages.append(batch.sequences(), batch.lengths(), StridedFloats.of(k), StridedFloats.of(v));
  }

  private void append(int first, int end, FloatTensor k, FloatTensor v) {
    int heads = k.rank() - 3;
    Checks.requireSize(k, "k", heads, keyHeads(), "keyHeads()");
    Checks.requireSize(v, "v", heads, keyHeads(), "keyHeads()");
    Checks.requireSize(
        v, "v", heads + 1, k.size(heads + 1), heads == 0 ? "k.size(1)" : "k.size(2)");
    Checks.requireSize(k, "k", heads + 2, headDim(), "headDim()");
    Checks.requireSize(v, "v", heads + 2, valueDim(), "valueDim()");
    requireReadable(k, v);
    pages.append(first, end, StridedFloats.of(k), StridedFloats.of(v));
  }

  private void requireReadable(FloatTensor k, FloatTensor v) {
    Checks.requireReadable(k, "k", false);
    Checks.requireReadable(v, "v", false);
    Checks.requireAccessible(pages.probe(), "the cache", false);
  }

  /** Length of the longest sequence. */
  public long length() {
    return pages.longest();
  }

  /**
   * Length of one sequence, the tokens included that were released.
   *
   * @throws IndexOutOfBoundsException if there is no such sequence
   */
  public long length(int sequence) {
    requireSequence(sequence);
    return pages.length(sequence);
  }

  /**
   * Drops the tokens from {@code length} on of every sequence that is longer.
   *
   * @throws IllegalArgumentException if {@code length} is negative or above {@link #length()}
   */
  public void truncate(long length) {
    pages.truncate(length);
  }

  /**
   * Drops the tokens from {@code length} on of one sequence.
   *
   * @throws IndexOutOfBoundsException if there is no such sequence
   * @throws IllegalArgumentException if {@code length} is negative or above the sequence's
   */
  public void truncate(int sequence, long length) {
    requireSequence(sequence);
    pages.truncate(sequence, length);
  }

  /**
   * Keeps the first {@code prefix} tokens and those from {@code firstKey} on: pages that lie
   * between the two altogether are released. Positions stay as they are. A query that could see a
   * released key is refused; what is left of the others on a released page's neighbours can still
   * be seen. For queries under {@code Mask.prefix(p).or(Mask.window(left, 0))} call {@code
   * retain(p, length() - left)}; as long as nothing lies between the two, or {@code firstKey} is
   * negative, nothing happens.
   *
   * @throws IllegalArgumentException if {@code prefix} is negative, {@code firstKey} above {@link
   *     #length()}, or if keys below the prefix or behind {@code firstKey} were let go before, so
   *     that a second gap would arise
   */
  public void retain(long prefix, long firstKey) {
    pages.retain(prefix, firstKey);
  }

  /**
   * {@link #retain(long, long)} of one sequence, and of as many gaps as there are: keys that were
   * let go before need not touch these.
   *
   * @throws IndexOutOfBoundsException if there is no such sequence
   * @throws IllegalArgumentException if {@code prefix} is negative or {@code firstKey} above the
   *     sequence's length
   */
  public void retain(int sequence, long prefix, long firstKey) {
    requireSequence(sequence);
    pages.retain(sequence, prefix, firstKey);
  }

  /**
   * Lets the tokens from {@code from} to {@code to - 1} of one sequence go, beside any that were
   * let go before: an eviction policy keeps what is seen most. Pages of which released ranges leave
   * no token are given back, and a query that could see one of their keys is refused; the other
   * tokens can still be seen. None of the tokens counts for the capacity any more. Positions stay
   * as they are.
   *
   * @throws IndexOutOfBoundsException if there is no such sequence
   * @throws IllegalArgumentException if the range does not ascend from 0 on, or goes beyond the
   *     sequence's end
   */
  public void release(int sequence, long from, long to) {
    requireSequence(sequence);
    pages.release(sequence, from, to);
  }

  /**
   * Makes sequence {@code to} one of the same tokens as {@code from}, released ranges included: a
   * second answer to one prompt. What {@code to} held is dropped. Pages are shared until one of the
   * two writes to them. If both are one, nothing happens.
   *
   * @throws IndexOutOfBoundsException if there is no such sequence
   */
  public void fork(int from, int to) {
    requireSequence(from);
    requireSequence(to);
    pages.fork(from, to);
  }

  /**
   * Makes every sequence i what sequence {@code sources[i]} was, as a step of beam search does: one
   * may be taken often, and one that is not taken is dropped. Pages are shared until one of their
   * sequences writes to them.
   *
   * @param sources one for each sequence
   * @throws IllegalArgumentException if there are more or fewer
   * @throws IndexOutOfBoundsException if there is no such sequence
   */
  public void reorder(int[] sources) {
    Objects.requireNonNull(sources, "sources");
    pages.reorder(sources);
  }

  /**
   * Of the tokens from {@code from} on only those at these positions stay, and move together: to
   * {@code from}, {@code from + 1} and so on. So of a tree of drafts the accepted path is kept;
   * keys keep the rotation that they were appended with.
   *
   * @param positions ascending, from {@code from} to the sequence's last; the array is not kept
   * @throws IndexOutOfBoundsException if there is no such sequence
   * @throws IllegalArgumentException if {@code from} or a position lies beyond the end, if a
   *     position is not above the one before, or if a token has been released with its page
   */
  public void keep(int sequence, long from, long[] positions) {
    requireSequence(sequence);
    Objects.requireNonNull(positions, "positions");
    Checks.requireAccessible(pages.probe(), "the cache", false);
    pages.keep(sequence, from, positions);
  }

  /**
   * Copies the keys and values of the tokens from {@code from} on, as they are stored, widened to
   * float32; an INT8 is multiplied by its row's scale.
   *
   * @param k [keyHeads, n, headDim], receives the keys of n tokens
   * @param v [keyHeads, n, valueDim]
   * @throws IndexOutOfBoundsException if there is no such sequence
   * @throws IllegalArgumentException if the shapes do not fit, if the tokens go beyond the end, or
   *     if one of them has been released, be its page there or not; nothing is written then
   */
  public void read(int sequence, long from, FloatTensor k, FloatTensor v) {
    requireSequence(sequence);
    Checks.requireRank(k, "k", 3, 3);
    Checks.requireRank(v, "v", 3, 3);
    Checks.requireSize(k, "k", 0, keyHeads(), "keyHeads()");
    Checks.requireSize(v, "v", 0, keyHeads(), "keyHeads()");
    Checks.requireSize(v, "v", 1, k.size(1), "k.size(1)");
    Checks.requireSize(k, "k", 2, headDim(), "headDim()");
    Checks.requireSize(v, "v", 2, valueDim(), "valueDim()");
    Checks.requireWritable(k, "k", false);
    Checks.requireWritable(v, "v", false);
    Checks.requireDisjoint(k, "k", v, "v");
    Checks.requireAccessible(pages.probe(), "the cache", false);
    pages.read(sequence, from, StridedFloats.of(k), StridedFloats.of(v));
  }

  /**
   * Writes one sequence to a stream: its tokens as they are stored, and what was released. The
   * bytes are the same on every machine; the stream stays open. Other threads may change the cache
   * meanwhile, which is not seen.
   *
   * @throws IndexOutOfBoundsException if there is no such sequence
   * @throws IOException if the stream throws it
   */
  public void save(int sequence, OutputStream out) throws IOException {
    requireSequence(sequence);
    Objects.requireNonNull(out, "out");
    Checks.requireAccessible(pages.probe(), "the cache", false);
    pages.save(sequence, out);
  }

  /**
   * Replaces a sequence, with what it had released, by one that {@link #save} has written: it goes
   * on with the same bits. Not a byte more is read than was written, and the stream stays open.
   * Changes by other threads wait until all has been read.
   *
   * @throws IndexOutOfBoundsException if there is no such sequence
   * @throws IOException if these are not the bytes of a sequence, if they were damaged, or if they
   *     end too early; the sequence is as it was then
   * @throws IllegalArgumentException if the saved sequence has another shape or storage, if it has
   *     more tokens than the capacity allows, or if pages of another length were released in it
   */
  public void load(int sequence, InputStream in) throws IOException {
    requireSequence(sequence);
    Objects.requireNonNull(in, "in");
    Checks.requireAccessible(pages.probe(), "the cache", false);
    pages.load(sequence, in);
  }

  /**
   * A cache that holds the same tokens. Pages are shared until one of the two writes to them, so
   * that a fork costs no more than its tables; each is closed by itself.
   */
  public KeyValueCache fork() {
    return pages.fork(KeyValueCache::new);
  }

  /**
   * Gives the pages back; an arena stays as it is. Calls that are reading end well, later ones
   * throw IllegalStateException. Idempotent.
   */
  @Override
  public void close() {
    pages.close();
  }

  /** Shape, storage and room; never the contents. */
  @Override
  public String toString() {
    return "KeyValueCache[batch="
        + batch()
        + ", keyHeads="
        + keyHeads()
        + ", headDim="
        + headDim()
        + ", valueDim="
        + valueDim()
        + ", storage="
        + keyStorage()
        + (keyStorage() == valueStorage() ? "" : " and " + valueStorage())
        + ", pageLength="
        + pageLength()
        + "]";
  }

  private void requireSequence(int sequence) {
    if (sequence < 0 || sequence >= pages.batch()) {
      throw new IndexOutOfBoundsException(
          "sequence " + sequence + ", but the batch is " + pages.batch());
    }
  }

  /** Collects the options of a {@link KeyValueCache}. Each is checked as it is set. */
  public static final class Builder {

    private static final int SHORTEST_PAGE = 16;
    private static final int LONGEST_PAGE = 1 << 20;

    private final long batch;
    private final long keyHeads;
    private final long headDim;
    private final long valueDim;
    private long capacity = Long.MAX_VALUE;
    private Storage keyStorage = Storage.FLOAT32;
    private Storage valueStorage = Storage.FLOAT32;
    private int pageLength = 256;
    private @Nullable Arena arena;
    private CacheMemory memory = new CacheMemory();

    private Builder(long batch, long keyHeads, long headDim, long valueDim) {
      this.batch = inRange(batch, "batch", 0);
      this.keyHeads = inRange(keyHeads, "keyHeads", 0);
      this.headDim = inRange(headDim, "headDim", 1);
      this.valueDim = inRange(valueDim, "valueDim", 0);
    }

    private static long inRange(long value, String name, long least) {
      if (value < least || value > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            name + " is " + value + ", but must be from " + least + " to " + Integer.MAX_VALUE);
      }
      return value;
    }

    /** The most tokens that a sequence may hold, at least 0; no bound without it. */
    public Builder capacity(long tokens) {
      if (tokens < 0) {
        throw new IllegalArgumentException("capacity is " + tokens + ", but must be at least 0");
      }
      this.capacity = tokens;
      return this;
    }

    /** How keys and values are stored; FLOAT32 without it. */
    public Builder storage(Storage storage) {
      keyStorage = Objects.requireNonNull(storage, "storage");
      valueStorage = storage;
      return this;
    }

    /** How keys are stored, whatever values are: scores mind rounding more than sums do. */
    public Builder keyStorage(Storage storage) {
      keyStorage = Objects.requireNonNull(storage, "storage");
      return this;
    }

    /** How values are stored, whatever keys are. */
    public Builder valueStorage(Storage storage) {
      valueStorage = Objects.requireNonNull(storage, "storage");
      return this;
    }

    /**
     * Tokens in a page, 1 to 1048576, rounded up to a power of two and to 16 at least; 256 without
     * it. Results do not depend on it.
     */
    public Builder pageLength(int tokens) {
      if (tokens < 1 || tokens > LONGEST_PAGE) {
        throw new IllegalArgumentException(
            "pageLength is " + tokens + ", but must be from 1 to " + LONGEST_PAGE);
      }
      int rounded = SHORTEST_PAGE;
      while (rounded < tokens) {
        rounded *= 2;
      }
      this.pageLength = rounded;
      return this;
    }

    /**
     * Where the pages' keys and values lie instead of on the heap. The arena stays the caller's; no
     * page is given back to it before it is closed, but pages that are released are used again. The
     * scales of INT8 stay on the heap.
     */
    public Builder arena(Arena arena) {
      this.arena = Objects.requireNonNull(arena, "arena");
      return this;
    }

    /** What makes the arrays and objects: a test's own runs out of memory when it is told to. */
    Builder memory(CacheMemory memory) {
      this.memory = memory;
      return this;
    }

    /**
     * The cache, without tokens.
     *
     * @throws IllegalArgumentException if a page would have more than 2³¹ elements
     * @throws IllegalStateException if the arena is closed
     */
    public KeyValueCache build() {
      Kernels.requireAvailable();
      PageLayout.requireValid(keyHeads, headDim, valueDim, pageLength);
      PageLayout layout =
          new PageLayout(
              element(keyStorage),
              element(valueStorage),
              (int) keyHeads,
              (int) headDim,
              (int) valueDim,
              pageLength);
      return new KeyValueCache(new PagedCache(layout, (int) batch, capacity, arena, memory));
    }

    /** The kernels' own enum has the same names. */
    private static Element element(Storage storage) {
      return Element.valueOf(storage.name());
    }
  }
}
