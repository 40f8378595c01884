package io.github.lanewise.bench.machine;

import io.github.lanewise.bench.comparison.LimitKind;
import io.github.lanewise.bench.result.BenchResult;
import java.util.ArrayList;
import java.util.List;

/**
 * What the machine can do at most, for the roofline: multiply-adds, and reading and copying in the
 * first and second level of the caches and in memory, by one thread. Sampled once a round, so that
 * a run knows how much they wandered.
 */
public final class MachineLimits {
  private static final double MIB = 1 << 20;

  private final List<Sampled> limits = new ArrayList<>();

  private record Sampled(String name, LimitKind kind, double bytes, List<Double> samples) {}

  /** Limits of this machine, not sampled yet. */
  public MachineLimits() {
    this(CacheSizes.read());
  }

  MachineLimits(CacheSizes caches) {
    limits.add(new Sampled("FMA", LimitKind.FMA, 0, new ArrayList<>()));
    add("L1", known(caches.level1() / 2, 16 * 1024));
    add("L2", known(caches.level2() / 2, MIB / 2));
    add("DRAM", Math.min(512 * MIB, Math.max(256 * MIB, known(4 * caches.level3(), 0))));
  }

  private static double known(double size, double otherwise) {
    return Double.isNaN(size) ? otherwise : size;
  }

  private void add(String level, double bytes) {
    limits.add(new Sampled(level + " read", LimitKind.READ, bytes, new ArrayList<>()));
    limits.add(new Sampled(level + " copy", LimitKind.COPY, bytes, new ArrayList<>()));
  }

  /** Adds a sample to each of them: 2 seconds the first time, as code has to be compiled. */
  public void sample() {
    for (Sampled limit : limits) {
      // Made anew each time: what the limits of memory need is not kept through a round.
      limit.samples.add(LimitSource.of(limit.kind, limit.bytes).sample());
    }
  }

  /** Returns all limits with the samples so far, {@code FMA} first. */
  public List<BenchResult.Limit> limits() {
    return limits.stream()
        .map(l -> new BenchResult.Limit(l.name, l.kind.unit(), l.bytes, List.copyOf(l.samples)))
        .toList();
  }

  /** Returns the samples of the FMA loop. */
  public List<Double> multiplyAdds() {
    return List.copyOf(limits.get(0).samples);
  }
}
