package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.cache.CacheSnapshot.ReaderEpochs;

/**
 * Changes of page tables for which no token is written. All that can fail comes first, and is taken
 * back if it does; what follows only exchanges what is there, and allocates nothing. The caller
 * holds both locks of the cache, and has checked the arguments.
 */
final class TableChanges {
  private final PageTable[] tables;
  private final ReaderEpochs readers;

  TableChanges(PageTable[] tables, ReaderEpochs readers) {
    this.tables = tables;
    this.readers = readers;
  }

  /** Takes back what tables have prepared; what they show has not changed. */
  void cancel(int first, int end) {
    for (int b = first; b < end; b++) {
      tables[b].cancel();
    }
    readers.trim();
  }

  /** Shortens the sequences {@code [first, end)} that are longer. */
  void truncate(int first, int end, long length) {
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

  /** Lets the tokens of a range go as far as sequences are that long. */
  void release(int first, int end, long from, long to) {
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

  /** A sequence becomes one of the same pages as another. */
  void replace(int sequence, int source) {
    boolean prepared = false;
    try {
      readers.reserve(tables[sequence].reserveReplacement(tables[source], readers));
      prepared = true;
    } finally {
      if (!prepared) {
        cancel(sequence, sequence + 1);
      }
    }
    tables[sequence].holdReplacement();
    tables[sequence].replace(readers);
    readers.trim();
  }

  /** Sequences become what their sources were. */
  void reorder(IncomingTokens sources) {
    boolean prepared = false;
    try {
      int removals = 0;
      for (int m = 0; m < sources.count(); m++) {
        PageTable source = tables[sources.source(m)];
        removals += tables[sources.sequence(m)].reserveReplacement(source, readers);
      }
      readers.reserve(removals);
      prepared = true;
    } finally {
      if (!prepared) {
        cancel(0, tables.length);
      }
    }
    for (int m = 0; m < sources.count(); m++) {
      tables[sources.sequence(m)].holdReplacement();
    }
    for (int m = 0; m < sources.count(); m++) {
      tables[sources.sequence(m)].replace(readers);
    }
    readers.trim();
  }
}
