package io.github.lanewise.internal.work;

import java.lang.ref.SoftReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Workspaces that nobody uses at the moment. As many are kept as were in use at once, and at most
 * {@link #CAPACITY}; further ones are left to the garbage collector, which may also take those that
 * are kept when memory runs short.
 *
 * <p>Lock-free and without thread locals, which common pools and virtual threads do not keep. A
 * thread looks first where it gave its workspace back the last time, as that one is in its cache. A
 * table rather than a linked stack: the nodes of a stack would have to be allocated anew at every
 * return to be safe from ABA.
 */
final class WorkspacePool {

  /** A power of two, at least twice the processors. */
  static final int CAPACITY =
      Math.max(8, 2 * Integer.highestOneBit(2 * Runtime.getRuntime().availableProcessors() - 1));

  private final AtomicReferenceArray<SoftReference<Workspace>> kept =
      new AtomicReferenceArray<>(CAPACITY);
  private volatile boolean closed;

  Workspace acquire() {
    int home = (int) Thread.currentThread().threadId();
    for (int k = 0; k < CAPACITY; k++) {
      int at = (home + k) & (CAPACITY - 1);
      SoftReference<Workspace> reference = kept.get(at);
      if (reference != null && kept.compareAndSet(at, reference, null)) {
        Workspace workspace = reference.get();
        if (workspace != null) {
          return workspace;
        }
      }
    }
    return new Workspace(this);
  }

  void release(Workspace workspace) {
    int home = (int) Thread.currentThread().threadId();
    for (int k = 0; k < CAPACITY; k++) {
      int at = (home + k) & (CAPACITY - 1);
      if (kept.get(at) == null && kept.compareAndSet(at, null, workspace.softly())) {
        break;
      }
    }
    if (closed) {
      clear();
    }
  }

  /** Keeps nothing from now on. */
  void close() {
    closed = true;
    clear();
  }

  boolean isClosed() {
    return closed;
  }

  private void clear() {
    for (int at = 0; at < CAPACITY; at++) {
      kept.set(at, null);
    }
  }
}
