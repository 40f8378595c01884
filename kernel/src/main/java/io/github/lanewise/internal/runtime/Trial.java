package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.kernel.KernelFamily;
import io.github.lanewise.internal.kernel.KernelSet;
import io.github.lanewise.internal.kernel.Practice;
import io.github.lanewise.internal.trial.Plain;
import io.github.lanewise.internal.trial.Rehearsal;
import io.github.lanewise.internal.trial.Verdict;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread that makes the vector kernels ready while scalar kernels serve: it lets them work on
 * data of its own until they are compiled, compares each family with its scalar form, and says
 * which of them is to serve. Families that callers use come first; the thread ends with the last.
 *
 * <p>One trial at a time in a JVM: class loaders that hold a copy of the library each take turns,
 * by a system property. Who does not get his turn is not kept waiting by a thread, which would keep
 * his class loader alive, but asks again at his next use.
 */
final class Trial implements Runnable {
  /** Set while a trial runs anywhere in this JVM. */
  private static final String RUNNING = "io.github.lanewise.trial.running";

  /** How long nobody asks again who was told that another trial runs, or that no thread starts. */
  private static final long RETRY_NANOS = 50_000_000;

  private final Selection selection;
  private final KernelSet scalar;
  private final Service service;

  /** In the order of their first use. */
  private final Set<KernelFamily> wanted = new LinkedHashSet<>();

  private final Set<KernelFamily> open = EnumSet.allOf(KernelFamily.class);
  private final Map<KernelFamily, Rehearsal> rehearsals = new EnumMap<>(KernelFamily.class);
  private final Map<KernelFamily, Verdict> verdicts = new EnumMap<>(KernelFamily.class);
  private final Pace pace = new Pace();
  private boolean running;
  private volatile long refusedAt;
  private volatile boolean refused;

  Trial(Selection selection, KernelSet scalar, Service service) {
    this.selection = selection;
    this.scalar = scalar;
    this.service = service;
  }

  /**
   * Asks for a family, on behalf of the calling thread.
   *
   * @return whether a trial runs, so that there is no need to ask again
   */
  boolean request(KernelFamily family) {
    if (refused && System.nanoTime() - refusedAt < RETRY_NANOS) {
      return false; // in passing: this is asked by every call of a kernel
    }
    synchronized (this) {
      wanted.add(family);
      pace.watch(Thread.currentThread());
      return open.isEmpty() || start();
    }
  }

  /**
   * Waits until every family is settled.
   *
   * @return whether it is
   */
  synchronized boolean await(long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    wanted.addAll(List.of(KernelFamily.values()));
    pace.watch(Thread.currentThread());
    while (!open.isEmpty()) {
      boolean started = start();
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, started ? left : Math.min(left, RETRY_NANOS));
    }
    return true;
  }

  private boolean start() {
    if (running) {
      return true;
    }
    // Also without a thread: the system may have no more of them.
    running = System.getProperties().putIfAbsent(RUNNING, "true") == null;
    if (running) {
      try {
        // Inherits nothing from who happens to come first: no context class loader, no locals.
        Thread.ofPlatform()
            .daemon()
            .name("lanewise-trial")
            .inheritInheritableThreadLocals(false)
            .start(this);
      } catch (Throwable thrown) {
        running = false;
        System.getProperties().remove(RUNNING);
      }
    }
    refusedAt = System.nanoTime();
    refused = !running;
    return running;
  }

  @Override
  public void run() {
    try {
      pace.begin();
      KernelSet vector = selection.vectorKernels();
      if (vector != null) {
        rehearse(vector);
      } else {
        for (KernelFamily family : KernelFamily.values()) {
          settle(new FamilyState(family, false, true, Double.NaN, selection.reason()));
        }
      }
    } catch (Throwable thrown) { // such as no memory
      for (KernelFamily family : KernelFamily.values()) {
        if (isOpen(family)) {
          fail(family, thrown);
        }
      }
    } finally {
      Practice.rounds = 0;
      System.getProperties().remove(RUNNING);
      synchronized (this) {
        running = false;
        rehearsals.clear();
        notifyAll();
      }
    }
  }

  private void rehearse(KernelSet vector) {
    Practice.rounds = Practice.ROUNDS;
    for (Rehearsal rehearsal = next(vector); rehearsal != null; rehearsal = next(vector)) {
      KernelFamily family = rehearsal.family();
      boolean waiting = false;
      try {
        @Nullable Verdict verdict = rehearsal.advance();
        if (verdict != null) {
          judge(rehearsal, verdict, vector);
        }
        waiting = verdict == null && rehearsal.isWaiting();
      } catch (RuntimeException | LinkageError thrown) { // nobody else calls the kernels yet
        fail(family, thrown);
      }
      pace.rest(isWanted(family), waiting);
      Thread.interrupted(); // nobody's business here, and it would cut every rest short
    }
  }

  private void judge(Rehearsal rehearsal, Verdict verdict, KernelSet vector) {
    KernelFamily family = rehearsal.family();
    Verdict plain = verdicts.get(family);
    Verdict all = plain == null ? verdict : plain.and(verdict);
    if (all.forVector() && rehearsal.goOn()) {
      verdicts.put(family, all);
      service.servePlain(family, Plain.kernels(vector, scalar), all.ratio());
    } else {
      settle(state(family, all));
    }
  }

  /**
   * Whose turn it is: the first one that is wanted and whose plain kernels are not ready, else one
   * that is wanted, else any.
   */
  private synchronized @Nullable Rehearsal next(KernelSet vector) {
    @Nullable Rehearsal rarer = null;
    for (KernelFamily family : wanted) {
      if (open.contains(family)) {
        Rehearsal rehearsal = rehearsal(family, vector);
        if (!rehearsal.isPlainDone()) {
          return rehearsal;
        }
        rarer = rarer == null ? rehearsal : rarer;
      }
    }
    if (rarer != null || open.isEmpty()) {
      return rarer;
    }
    return rehearsal(open.iterator().next(), vector);
  }

  private Rehearsal rehearsal(KernelFamily family, KernelSet vector) {
    Rehearsal known = rehearsals.get(family);
    if (known != null) {
      return known;
    }
    Rehearsal begun = new Rehearsal(family, scalar, vector);
    rehearsals.put(family, begun);
    return begun;
  }

  private synchronized boolean isWanted(KernelFamily family) {
    return wanted.contains(family);
  }

  private void settle(FamilyState state) {
    service.settle(state);
    synchronized (this) {
      open.remove(state.family());
      rehearsals.remove(state.family());
      notifyAll();
    }
  }

  private void fail(KernelFamily family, Throwable thrown) {
    String reason = "its vector form failed: " + thrown;
    keepScalar(family, reason);
    settle(new FamilyState(family, false, true, Double.NaN, reason));
  }

  private static void keepScalar(KernelFamily family, String reason) {
    Warnings.give("Lanewise keeps its scalar kernels for " + family.title() + ": " + reason + ".");
  }

  private synchronized boolean isOpen(KernelFamily family) {
    return open.contains(family);
  }

  private static FamilyState state(KernelFamily family, Verdict verdict) {
    double ratio = verdict.ratio();
    if (!verdict.forVector()) {
      String figures =
          String.format(
              Locale.ROOT,
              "the vector form takes %.1f us for what takes the scalar form %.1f us on this JVM",
              verdict.vectorNanos() / 1e3,
              verdict.scalarNanos() / 1e3);
      keepScalar(family, figures);
      return new FamilyState(family, false, true, ratio, figures);
    }
    String figures =
        String.format(
            Locale.ROOT, "the vector form is %.1f times as fast as the scalar one here", ratio);
    if (verdict.bytesPerCall() > 0) {
      String garbage =
          String.format(
              Locale.ROOT,
              "it allocates %.0f bytes a call, which it should not",
              verdict.bytesPerCall());
      Warnings.give(
          "Lanewise's vector kernels for " + family.title() + " serve, but " + garbage + ".");
      figures += "; " + garbage;
    }
    return new FamilyState(family, true, true, ratio, figures);
  }
}
