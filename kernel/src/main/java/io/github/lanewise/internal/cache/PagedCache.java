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

  private final Object changes;
  private final PageLayout layout;
  private final long capacity;
  private final Page.Store store;
  private final PageTable[] tables;
  private final ReaderEpochs readers;
  private final TableChanges tableChanges;
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
    tableChanges = new TableChanges(tables, readers);
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
    tableChanges.cancel(first, end);
  }

  private synchronized void requireRoom() {
    requireOpen();
    CacheChecks.requireRoom(tables, incoming, capacity);
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
        CacheChecks.requireLength(length, longest());
        tableChanges.truncate(0, tables.length, length);
      }
    }
  }

  /** Shortens one sequence. */
  public void truncate(int sequence, long length) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        CacheChecks.requireLength(length, sequence, tables[sequence].length());
        tableChanges.truncate(sequence, sequence + 1, length);
      }
    }
  }

  /** Gives back the pages between prefix and firstKey, of every sequence. */
  public void retain(long prefix, long firstKey) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        CacheChecks.requireRetainable(tables, prefix, firstKey, longest());
        tableChanges.release(0, tables.length, prefix, firstKey);
      }
    }
  }

  /** Gives back the pages of one sequence between prefix and firstKey. */
  public void retain(int sequence, long prefix, long firstKey) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        CacheChecks.requirePrefix(prefix);
        CacheChecks.requireWithin(tables[sequence], sequence, firstKey, "firstKey");
        tableChanges.release(sequence, sequence + 1, prefix, firstKey);
      }
    }
  }

  /** Lets the tokens of {@code [from, to)} of one sequence go. */
  public void release(int sequence, long from, long to) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        CacheChecks.requireAscending(from, to);
        CacheChecks.requireWithin(tables[sequence], sequence, to, "to");
        tableChanges.release(sequence, sequence + 1, from, to);
      }
    }
  }

  /** Sequence {@code to} becomes one of the same pages as {@code from}. */
  public void fork(int from, int to) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        if (from != to) {
          tableChanges.replace(to, from);
        }
      }
    }
  }

  /** Sequence i becomes what sequence {@code sources[i]} was. */
  public void reorder(int[] sources) {
    synchronized (changes) {
      synchronized (this) {
        requireOpen();
        incoming.bindSources(sources);
        tableChanges.reorder(incoming);
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
    CacheChecks.requireKept(tables[sequence], sequence, from, positions, capacity);
  }

  private synchronized void prepareRewriting(int sequence, long length) {
    readers.reserve(tables[sequence].reserveRewriting(length));
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
      TokenReader.read(snapshot, layout, sequence, from, k, v, workspace);
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
