package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.cache.CacheSnapshot.ReaderEpochs;
import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.Workspace;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a key-value cache is made of: one page table for each sequence, over pages that forks share.
 *
 * <p>Two locks. Changes exclude each other through {@code changes}, which is held while tokens are
 * written. What readers see (lengths, tables, who reads) is guarded by {@code this}, which is held
 * only while lengths and tables are exchanged: readers never wait for tokens being written, and see
 * all sequences of one append or none.
 *
 * <p>Whatever changes a cache prepares all that can fail first, and cancels it if anything does.
 * The change itself, the cancelling and {@link #close} only exchange what is there: they allocate
 * nothing, so that they succeed where memory has run out.
 */
public final class PagedCache {

  private static final Workspace.Key<CacheSnapshot> SNAPSHOT = Workspace.key(CacheSnapshot::new);
  private static final Workspace.Floats ROW = Workspace.floats();

  private final Object changes;
  private final PageLayout layout;
  private final long capacity;
  private final Page.Store store;
  private final PageTable[] tables;
  private final ReaderEpochs readers;
  private final PageWriter writer;
  private final IncomingTokens incoming;
  private boolean closed;

  /**
   * An empty cache.
   *
   * @throws IllegalStateException if the arena is closed
   */
  public PagedCache(
      PageLayout layout, int batch, long capacity, @Nullable Arena arena, CacheMemory memory) {
    this(layout, batch, capacity, new Page.Store(layout, arena, memory));
  }

  /** An empty cache over a store that others use as well. */
  PagedCache(PageLayout layout, int batch, long capacity, Page.Store store) {
    this.layout = layout;
    this.capacity = capacity;
    this.store = store;
    changes = store.memory.lock();
    readers = store.memory.readers(store);
    writer = store.memory.writer(layout);
    tables = store.memory.tables(store, batch);
    incoming = store.memory.incoming(batch);
  }

  public PageLayout layout() {
    return layout;
  }

  public int batch() {
    return tables.length;
  }

  public long capacity() {
    return capacity;
  }

  /** A byte of the arena that pages lie in; null if they lie on the heap. */
  public @Nullable MemorySegment probe() {
    return store.probe();
  }

  /** Tokens of a sequence. */
  public synchronized long length(int sequence) {
    requireOpen();
    return tables[sequence].length();
  }

  /** Tokens of the longest sequence. */
  public synchronized long longest() {
    requireOpen();
    long longest = 0;
    for (PageTable table : tables) {
      longest = Math.max(longest, table.length());
    }
    return longest;
  }

  /**
   * Appends the tokens of k and v to the sequences {@code [first, end)}: to all of them or, if
   * anything is wrong, to none.
   *
   * @param k [end - first, keyHeads, tokens, headDim], or without the first axis
   * @param v the same with valueDim
   */
  public void append(int first, int end, StridedFloats k, StridedFloats v) {
    synchronized (changes) {
      incoming.bind(first, end, k);
      appendIncoming(k, v);
    }
  }

  /**
   * Appends the tokens of a batch, all of them or none.
   *
   * @param numbers which sequences, in the order of the rows
   * @param lengths how many tokens each
   * @param k [tokens, keyHeads, headDim]
   * @param v [tokens, keyHeads, valueDim]
   * @throws IndexOutOfBoundsException if there is no such sequence
   * @throws IllegalArgumentException if numbers, lengths and tensors do not fit
   */
  public void append(int[] numbers, int[] lengths, StridedFloats k, StridedFloats v) {
    synchronized (changes) {
      incoming.bind(numbers, lengths, k, v);
      appendIncoming(k, v);
    }
  }

  private void appendIncoming(StridedFloats k, StridedFloats v) {
    requireRoom();
    NarrowFloats.requireStorable(layout.keyElement, k, "k");
    NarrowFloats.requireStorable(layout.valueElement, v, "v");
    boolean written = false;
    try {
      writer.prepare(k, v);
      int copies = 0;
      for (int m = 0; m < incoming.count(); m++) {
        copies += tables[incoming.sequence(m)].reserve(incoming.tokens(m));
      }
      reserveRemovals(copies);
      for (int m = 0; m < incoming.count(); m++) {
        writer.write(tables[incoming.sequence(m)], incoming, m, k, v);
      }
      written = true;
    } finally {
      if (!written) {
        writer.release();
        cancel(0, tables.length);
      }
    }
    publish();
  }

  private synchronized void reserveRemovals(int removals) {
    readers.reserve(removals);
  }

  /** Takes back what the tables have prepared; what they show has not changed. */
  private synchronized void cancel(int first, int end) {
    for (int b = first; b < end; b++) {
      tables[b].cancel();
    }
    readers.trim();
  }

  private synchronized void requireRoom() {
    requireOpen();
    for (int m = 0; m < incoming.count(); m++) {
      long kept = tables[incoming.sequence(m)].kept();
      if (incoming.tokens(m) > capacity - kept) {
        throw new IllegalArgumentException(
            "sequence "
                + incoming.sequence(m)
                + " holds "
                + kept
                + " tokens and "
                + incoming.tokens(m)
                + " are to be appended, but the capacity is "
                + capacity);
      }
    }
  }

  private synchronized void publish() {
    for (int m = 0; m < incoming.count(); m++) {
      tables[incoming.sequence(m)].publish(incoming.tokens(m), readers);
    }
    readers.trim();
  }

  /** Shortens every sequence that is longer. */
  public void truncate(long length) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        if (length < 0 || length > longest()) {
          throw new IllegalArgumentException(
              "length is " + length + ", but the longest sequence holds " + longest() + " tokens");
        }
        truncate(0, tables.length, length);
      }
    }
  }

  /** Shortens one sequence. */
  public void truncate(int sequence, long length) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        long most = tables[sequence].length();
        if (length < 0 || length > most) {
          throw new IllegalArgumentException(
              "length is " + length + ", but sequence " + sequence + " holds " + most + " tokens");
        }
        truncate(sequence, sequence + 1, length);
      }
    }
  }

  private void truncate(int first, int end, long length) {
    boolean prepared = false;
    try {
      int removals = 0;
      for (int b = first; b < end; b++) {
        long newLength = Math.min(length, tables[b].length());
        removals += tables[b].reserveTruncation(newLength, readers);
      }
      readers.reserve(removals);
      prepared = true;
    } finally {
      if (!prepared) {
        cancel(first, end);
      }
    }
    for (int b = first; b < end; b++) {
      tables[b].truncate(Math.min(length, tables[b].length()), readers);
    }
    readers.trim();
  }

  /** Gives back the pages between prefix and firstKey, of every sequence. */
  public void retain(long prefix, long firstKey) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        requirePrefix(prefix);
        if (firstKey > longest()) {
          throw new IllegalArgumentException(
              "firstKey is " + firstKey + ", but the longest sequence holds " + longest());
        }
        for (PageTable table : tables) {
          table.released().requireRetainable(prefix, firstKey, table.length());
        }
        release(0, tables.length, prefix, firstKey);
      }
    }
  }

  /** Gives back the pages of one sequence between prefix and firstKey. */
  public void retain(int sequence, long prefix, long firstKey) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        requirePrefix(prefix);
        requireWithin(sequence, firstKey, "firstKey");
        release(sequence, sequence + 1, prefix, firstKey);
      }
    }
  }

  private static void requirePrefix(long prefix) {
    if (prefix < 0) {
      throw new IllegalArgumentException("prefix is " + prefix + ", but must be at least 0");
    }
  }

  private void requireWithin(int sequence, long token, String name) {
    long length = tables[sequence].length();
    if (token > length) {
      throw new IllegalArgumentException(
          name + " is " + token + ", but sequence " + sequence + " holds " + length + " tokens");
    }
  }

  /** Lets the tokens of {@code [from, to)} of one sequence go. */
  public void release(int sequence, long from, long to) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        if (from < 0 || from > to) {
          throw new IllegalArgumentException(
              "the range is from " + from + " to " + to + ", but must ascend from 0");
        }
        requireWithin(sequence, to, "to");
        release(sequence, sequence + 1, from, to);
      }
    }
  }

  /** Lets the tokens of a range go as far as sequences are that long. */
  private void release(int first, int end, long from, long to) {
    boolean prepared = false;
    try {
      int removals = 0;
      for (int b = first; b < end; b++) {
        removals += tables[b].reserveRelease(from, Math.min(to, tables[b].length()), readers);
      }
      readers.reserve(removals);
      prepared = true;
    } finally {
      if (!prepared) {
        cancel(first, end);
      }
    }
    for (int b = first; b < end; b++) {
      tables[b].release(readers);
    }
    readers.trim();
  }

  /** Sequence {@code to} becomes one of the same pages as {@code from}. */
  public void fork(int from, int to) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        if (from == to) {
          return;
        }
        boolean prepared = false;
        try {
          readers.reserve(tables[to].reserveReplacement(tables[from], readers));
          prepared = true;
        } finally {
          if (!prepared) {
            cancel(to, to + 1);
          }
        }
        tables[to].holdReplacement();
        tables[to].replace(readers);
        readers.trim();
      }
    }
  }

  /** Sequence i becomes what sequence {@code sources[i]} was. */
  public void reorder(int[] sources) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        incoming.bindSources(sources);
        boolean prepared = false;
        try {
          int removals = 0;
          for (int m = 0; m < incoming.count(); m++) {
            PageTable source = tables[incoming.source(m)];
            removals += tables[incoming.sequence(m)].reserveReplacement(source, readers);
          }
          readers.reserve(removals);
          prepared = true;
        } finally {
          if (!prepared) {
            cancel(0, tables.length);
          }
        }
        for (int m = 0; m < incoming.count(); m++) {
          tables[incoming.sequence(m)].holdReplacement();
        }
        for (int m = 0; m < incoming.count(); m++) {
          tables[incoming.sequence(m)].replace(readers);
        }
        readers.trim();
      }
    }
  }

  /** Of the tokens from {@code from} on only those at these positions stay, moved together. */
  public void keep(int sequence, long from, long[] positions) {
    synchronized (changes) {
      requireKept(sequence, from, positions);
      if (positions.length == 0) {
        truncate(sequence, from);
        return;
      }
      PageTable table = tables[sequence];
      boolean prepared = false;
      try {
        table.beginRewriting(from);
        for (int i = 0; i < positions.length; i++) {
          StoredTokens.copy(
              layout,
              table.page(positions[i]),
              (int) (positions[i] % layout.pageLength),
              table.rewritten(from + i),
              (int) ((from + i) % layout.pageLength));
        }
        prepareRewriting(sequence, from + positions.length);
        prepared = true;
      } finally {
        if (!prepared) {
          cancel(sequence, sequence + 1);
        }
      }
      rewrite(sequence);
    }
  }

  private synchronized void requireKept(int sequence, long from, long[] positions) {
    requireOpen();
    if (from < 0) {
      throw new IllegalArgumentException("from is " + from + ", but must be at least 0");
    }
    requireWithin(sequence, from, "from");
    PageTable table = tables[sequence];
    for (int i = 0; i < positions.length; i++) {
      long least = i == 0 ? from : positions[i - 1] + 1;
      if (positions[i] < least) {
        throw new IllegalArgumentException(
            "positions[" + i + "] is " + positions[i] + ", but must be at least " + least);
      }
      requireWithin(sequence, positions[i] + 1, "positions[" + i + "] + 1");
      if (!table.allHeld(positions[i], positions[i] + 1)) {
        throw new IllegalArgumentException(
            "positions[" + i + "] is " + positions[i] + ", but that token was released");
      }
    }
    long kept = from - table.released().forgottenBefore(from) + positions.length;
    if (kept > capacity) {
      throw new IllegalArgumentException(
          "sequence "
              + sequence
              + " is to keep "
              + kept
              + " tokens, but the capacity is "
              + capacity);
    }
  }

  private synchronized void prepareRewriting(int sequence, long length) {
    readers.reserve(tables[sequence].reserveRewriting(length, readers));
  }

  private synchronized void rewrite(int sequence) {
    tables[sequence].rewrite(readers);
    readers.trim();
  }

  /** Replaces a sequence by one that was saved. */
  public void load(int sequence, InputStream in) throws IOException {
    synchronized (changes) {
      length(sequence); // refuses a closed cache
      boolean prepared = false;
      try {
        long length = SequenceFormat.load(in, layout, capacity, tables[sequence]);
        prepareRewriting(sequence, length);
        prepared = true;
      } finally {
        if (!prepared) {
          cancel(sequence, sequence + 1);
        }
      }
      rewrite(sequence);
    }
  }

  /** Saves a sequence as it is now. */
  public void save(int sequence, OutputStream out) throws IOException {
    try (Workspace workspace = TaskRunner.CallerWorkers.INSTANCE.acquire();
        CacheSnapshot snapshot = workspace.get(SNAPSHOT)) {
      snapshot.open(this);
      SequenceFormat.save(snapshot, sequence, out);
    }
  }

  /**
   * Copies the tokens from {@code from} on, as they are stored.
   *
   * @param k [keyHeads, tokens, headDim]
   * @param v [keyHeads, tokens, valueDim]
   */
  public void read(int sequence, long from, StridedFloats k, StridedFloats v) {
    try (Workspace workspace = TaskRunner.CallerWorkers.INSTANCE.acquire();
        CacheSnapshot snapshot = workspace.get(SNAPSHOT)) {
      snapshot.open(this);
      requireReadable(snapshot, sequence, from, from + k.size(1));
      float[] row = workspace.get(ROW, Math.max(layout.headDim, layout.valueDim));
      for (long i = 0; i < k.size(1); i++) {
        Page page = snapshot.page(sequence, from + i);
        int token = (int) ((from + i) % layout.pageLength);
        for (int h = 0; h < layout.keyHeads; h++) {
          StoredTokens.readKey(layout, page, h, token, row);
          k.write(row, 0, k.offset() + h * k.stride(0) + i * k.stride(1), layout.headDim);
          StoredTokens.readValue(layout, page, h, token, row);
          v.write(row, 0, v.offset() + h * v.stride(0) + i * v.stride(1), layout.valueDim);
        }
      }
    }
  }

  private static void requireReadable(CacheSnapshot cache, int sequence, long from, long to) {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("from is " + from + ", but must be at least 0");
    }
    if (to > cache.length(sequence)) {
      throw new IllegalArgumentException(
          "the tokens from "
              + from
              + " to "
              + to
              + " are asked for, but sequence "
              + sequence
              + " holds "
              + cache.length(sequence));
    }
    ReleasedTokens released = cache.released(sequence);
    if (released.isAnyForgotten(from, to)) {
      throw new IllegalArgumentException(
          "the tokens from "
              + from
              + " to "
              + to
              + " are asked for, but some of them were released");
    }
  }

  /**
   * A cache of the same tokens, over the same pages.
   *
   * @param factory makes the handle; that may fail, and then nothing is shared
   */
  public <T> T fork(Function<PagedCache, T> factory) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        PagedCache fork = store.memory.fork(this, store);
        for (int b = 0; b < tables.length; b++) {
          fork.tables[b].reserveReplacement(tables[b], fork.readers);
        }
        T handle = store.memory.handle(fork, factory);
        for (int b = 0; b < tables.length; b++) {
          fork.tables[b].holdReplacement();
          fork.tables[b].replace(fork.readers);
        }
        return handle;
      }
    }
  }

  /** Gives all pages back, or lets the last reader do so. */
  public void close() {
    synchronized (changes) {
      synchronized (this) {
        closed = true;
        clearIfUnread();
      }
    }
  }

  /** The tables of a closed cache go all at once, so that closing needs no memory. */
  private void clearIfUnread() {
    if (!readers.areReading()) {
      for (PageTable table : tables) {
        table.clear(readers);
      }
    }
  }

  /** Lets a snapshot in. */
  synchronized void show(CacheSnapshot snapshot) {
    requireOpen();
    snapshot.makeRoom(tables.length);
    snapshot.begin(this, readers.enter(), tables.length);
    for (int b = 0; b < tables.length; b++) {
      snapshot.set(b, tables[b]);
    }
  }

  /** A snapshot is done. */
  synchronized void leave(ReaderEpochs.Epoch epoch) {
    readers.leave(epoch);
    if (closed) {
      clearIfUnread();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this cache is closed");
    }
    MemorySegment probe = store.probe();
    if (probe != null && !probe.scope().isAlive()) {
      throw new IllegalStateException("the arena of this cache is closed");
    }
  }
}
