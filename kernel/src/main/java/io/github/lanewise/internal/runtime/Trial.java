package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.kernel.KernelFamily;
import io.github.lanewise.internal.kernel.KernelSet;
import io.github.lanewise.internal.kernel.Practice;
import io.github.lanewise.internal.runtime.Kernels.FamilyState;
import io.github.lanewise.internal.trial.Rehearsal;
import io.github.lanewise.internal.trial.Verdict;
import io.github.lanewise.internal.trial.generated.PlainKernels;
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

  // The trial's thread alone uses these two.
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
    String own = Long.toString(ProcessHandle.current().pid());
    @Nullable Object other = System.getProperties().putIfAbsent(RUNNING, own);
    // Another process's number came with its properties.
    running =
        other == null
            || (!other.equals(own) && System.getProperties().replace(RUNNING, other, own));
    if (running) {
      try {
        // Inherits nothing from who happens to come first: no context class loader, no locals.
        Thread.ofPlatform()
            .daemon()
            .name("lanewise-trial")
            .inheritInheritableThreadLocals(false)
            .start(this);
      } catch (Throwable thrown) { // the system has no more threads
        running = false;
        System.getProperties().remove(RUNNING, own);
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
        settleRest(selection.reason());
      }
    } catch (Throwable thrown) { // such as no memory, outside of any family's kernels
      settleRest("the trial failed: " + thrown);
    } finally {
      Practice.rounds = 0;
      System.getProperties().remove(RUNNING);
      rehearsals.clear();
      synchronized (this) {
        running = false;
        notifyAll();
      }
    }
  }

  /** What serves them now goes on to serve the families that are open. */
  private void settleRest(String reason) {
    for (KernelFamily family : KernelFamily.values()) {
      if (isOpen(family)) {
        try {
          service.keep(family, reason);
        } finally {
          close(family);
        }
      }
    }
  }

  private void rehearse(KernelSet vector) {
    Practice.rounds = Practice.ROUNDS;
    for (KernelFamily family = next(); family != null; family = next()) {
      boolean waiting = false;
      try {
        Rehearsal rehearsal = rehearsals.get(family);
        if (rehearsal == null) {
          rehearsal = new Rehearsal(family, scalar, vector);
          rehearsals.put(family, rehearsal);
        }
        @Nullable Verdict verdict = rehearsal.advance();
        if (verdict != null) {
          judge(rehearsal, verdict, vector);
        }
        waiting = verdict == null && rehearsal.isWaiting();
      } catch (Throwable thrown) { // by kernels that nobody else calls yet
        fail(family, thrown);
      }
      pace.rest(isWanted(family), waiting);
      Thread.interrupted(); // nobody's business here, and it would cut every rest short
    }
  }

  /** Serves what has won: all, the plain kernels beside scalar ones, or the scalar ones. */
  private void judge(Rehearsal rehearsal, Verdict verdict, KernelSet vector) {
    KernelFamily family = rehearsal.family();
    Verdict plain = verdicts.get(family);
    if (!verdict.forVector()) {
      String loss =
          String.format(
              Locale.ROOT,
              "the vector form takes %.1f us for what takes the scalar form %.1f us on this JVM",
              verdict.vectorNanos() / 1e3,
              verdict.scalarNanos() / 1e3);
      lose(family, plain, plain == null ? verdict.ratio() : plain.ratio(), loss);
      return;
    }
    Verdict all = plain == null ? verdict : plain.and(verdict);
    if (rehearsal.goOn()) {
      verdicts.put(family, all);
      service.servePlain(family, PlainKernels.of(vector, scalar), all.ratio());
      return;
    }
    String reason =
        String.format(
            Locale.ROOT,
            "the vector form is %.1f times as fast as the scalar one here",
            all.ratio());
    if (all.bytesPerCall() > 0) {
      String garbage =
          String.format(
              Locale.ROOT,
              "it allocates %.0f bytes a call, which it should not",
              all.bytesPerCall());
      Warnings.give(
          "Lanewise's vector kernels for " + family.title() + " serve, but " + garbage + ".");
      reason += "; " + garbage;
    }
    service.settle(new FamilyState(family, true, true, all.ratio(), reason), vector);
    close(family);
  }

  private void fail(KernelFamily family, Throwable thrown) {
    Verdict plain = verdicts.get(family);
    double ratio = plain == null ? Double.NaN : plain.ratio();
    lose(family, plain, ratio, "its vector form failed: " + thrown);
  }

  /** What serves now goes on to serve: scalar kernels, but for the plain ones if they have won. */
  private void lose(KernelFamily family, @Nullable Verdict plain, double ratio, String reason) {
    String which = plain == null ? family.title() : "the rarer operations of " + family.title();
    Warnings.give("Lanewise keeps its scalar kernels for " + which + ": " + reason + ".");
    service.keep(family, plain == null, ratio, reason);
    close(family);
  }

  private synchronized void close(KernelFamily family) {
    open.remove(family);
    notifyAll();
  }

  /**
   * Whose turn it is: the first one that is wanted and whose plain kernels are not ready, else one
   * that is wanted, else any; one that practice does not help comes last.
   */
  private synchronized @Nullable KernelFamily next() {
    @Nullable KernelFamily best = null;
    int least = Integer.MAX_VALUE;
    for (KernelFamily family : wanted) {
      if (open.contains(family) && rank(family, 0) < least) {
        best = family;
        least = rank(family, 0);
      }
    }
    for (KernelFamily family : open) {
      if (!wanted.contains(family) && rank(family, 2) < least) {
        best = family;
        least = rank(family, 2);
      }
    }
    return best;
  }

  private int rank(KernelFamily family, int base) {
    Rehearsal rehearsal = rehearsals.get(family);
    if (rehearsal == null) {
      return base;
    }
    return (rehearsal.isStuck() ? 4 : base) + (rehearsal.isPlainDone() ? 1 : 0);
  }

  private synchronized boolean isWanted(KernelFamily family) {
    return wanted.contains(family);
  }

  private synchronized boolean isOpen(KernelFamily family) {
    return open.contains(family);
  }
}
