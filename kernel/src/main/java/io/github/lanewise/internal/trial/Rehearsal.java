package io.github.lanewise.internal.trial;

import io.github.lanewise.internal.jvm.Jvm;
import io.github.lanewise.internal.kernel.KernelFamily;
import io.github.lanewise.internal.kernel.KernelSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A family's way to its vector kernels, step by step: practice until they are compiled, then a
 * direct comparison with the scalar ones. Where a family has plain and rarer kernels, the plain
 * ones go that way first.
 */
public final class Rehearsal {
  /** Drills that are compared where nothing looks wrong: the first ones. */
  private static final int LEADS = 3;

  /**
   * What a byte of garbage costs: memory is written once more, and the collector clears up. About
   * what a young collector takes for objects that die at once, 2 GB/s.
   */
  private static final double NANOS_PER_BYTE = 0.5;

  /** Practice ends when the compilers have had nothing to do for so long, settled or not. */
  private static final long PATIENCE_NANOS = 1_500_000_000;

  /** The same where nobody can tell what the compilers do. */
  private static final long BLIND_PATIENCE_NANOS = 10_000_000_000L;

  /** Practice ends after so long in any case: an application may compile for ever. */
  private static final long LONGEST_PRACTICE = 60_000_000_000L;

  /** A time is taken for at most so long. */
  private static final long LONGEST_MEASUREMENT = 100_000_000;

  /** The same for code that need not be compiled. */
  private static final long GLANCE = 5_000_000;

  /** Comparisons that must be lost: what was a busy machine is over by then. */
  private static final int COMPARISONS = 3;

  private final KernelFamily family;
  private final KernelSet scalar;
  private final KernelSet vector;
  private final List<Entrant> plain = new ArrayList<>();
  private final List<Entrant> rarer = new ArrayList<>();

  /** Those that are on stage: the plain ones first, then all that are not ready. */
  private List<Entrant> entrants = plain;

  private long begun = System.nanoTime();
  private long quietSince = begun;
  private long compiled = Jvm.UNKNOWN;
  private int comparisons;

  public Rehearsal(KernelFamily family, KernelSet scalar, KernelSet vector) {
    this.family = family;
    this.scalar = scalar;
    this.vector = vector;
    for (Drill drill : Drill.all(family)) {
      (drill.plain() ? plain : rarer).add(new Entrant(drill));
    }
  }

  public KernelFamily family() {
    return family;
  }

  /** Whether the plain kernels have had their verdict, and the rarer ones have not. */
  public boolean isPlainDone() {
    return entrants == rarer;
  }

  /** Goes on with the rarer kernels, if there are any; the next verdict is on them. */
  public boolean goOn() {
    boolean more = entrants == plain && !rarer.isEmpty();
    entrants = rarer;
    comparisons = 0;
    begun = System.nanoTime();
    quietSince = begun;
    return more;
  }

  /** Whether there was plenty of practice, and some kernel still makes objects. */
  public boolean isStuck() {
    boolean settled = true;
    for (Entrant entrant : entrants) {
      if (!entrant.isPractised()) {
        return false;
      }
      settled &= entrant.isSettled();
    }
    return !settled;
  }

  /** Whether nothing is left to do but to wait for the compilers. */
  public boolean isWaiting() {
    for (Entrant entrant : entrants) {
      if (!entrant.isWaiting()) {
        return false;
      }
    }
    return true;
  }

  /**
   * One round of practice, of some milliseconds; if that was the last one needed, the comparison.
   *
   * @return null as long as there is something left to do
   */
  public @Nullable Verdict advance() {
    boolean settled = true;
    boolean practised = true;
    for (Entrant entrant : entrants) {
      if (!entrant.isSettled()) {
        entrant.practise(vector);
        settled &= entrant.isSettled();
        practised &= entrant.isPractised();
      }
    }
    if (settled || (practised && isPatienceOver())) {
      return compare(settled);
    }
    return null;
  }

  private boolean isPatienceOver() {
    long now = System.nanoTime();
    long millis = Jvm.compilationMillis();
    if (millis != compiled) {
      compiled = millis;
      quietSince = now;
    }
    long patience = millis == Jvm.UNKNOWN ? BLIND_PATIENCE_NANOS : PATIENCE_NANOS;
    return now - quietSince > patience || now - begun > LONGEST_PRACTICE;
  }

  /**
   * Compares the leading kernels; all of them if there is garbage, or if one is slower than scalar
   * code that may not even be compiled.
   */
  private @Nullable Verdict compare(boolean settled) {
    Verdict verdict = settled && noneLagging() ? times(LEADS) : times(entrants.size());
    if (settled && verdict.bytesPerCall() > 0 && comparisons < COMPARISONS) {
      comparisons++; // what the usual calls showed has to be compiled, too
      for (Entrant entrant : entrants) {
        entrant.unsettle();
      }
      quietSince = System.nanoTime();
      return null;
    }
    if (!verdict.forVector() && ++comparisons < COMPARISONS) {
      return null;
    }
    return verdict;
  }

  private boolean noneLagging() {
    for (Entrant entrant : entrants.subList(Math.min(LEADS, entrants.size()), entrants.size())) {
      double time = entrant.leastTime(vector, false, GLANCE);
      if (entrant.garbage() > 0 || time > entrant.leastTime(scalar, false, GLANCE)) {
        return false;
      }
    }
    return true;
  }

  private Verdict times(int count) {
    double scalarNanos = 0;
    double vectorNanos = 0;
    double garbage = 0;
    List<Entrant> compared = entrants.subList(0, Math.min(count, entrants.size()));
    for (Entrant entrant : compared) {
      scalarNanos += entrant.leastTime(scalar, true, LONGEST_MEASUREMENT);
      vectorNanos += entrant.leastTime(vector, true, LONGEST_MEASUREMENT);
      garbage += Math.max(0, entrant.garbage());
    }
    return new Verdict(
        scalarNanos, vectorNanos + garbage * NANOS_PER_BYTE, garbage / compared.size());
  }
}
