package io.github.lanewise.bench.machine;

import io.github.lanewise.bench.comparison.LimitKind;
import io.github.lanewise.bench.result.BenchResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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

  /**
   * Bytes of the caches that hold data, NaN where the system does not tell.
   *
   * @param level1 of a core
   * @param level2 of a core, or of the few that share it
   * @param level3 of all cores that share it
   */
  record CacheSizes(double level1, double level2, double level3) {
    /** More than any processor has caches. */
    private static final int MOST_CACHES = 10;

    static CacheSizes read() {
      return read(Path.of("/sys/devices/system/cpu/cpu0/cache"));
    }

    /** Reads a folder of the form that Linux has for each processor. */
    static CacheSizes read(Path folder) {
      double[] levels = {Double.NaN, Double.NaN, Double.NaN};
      for (int i = 0; i < MOST_CACHES; i++) {
        Path cache = folder.resolve("index" + i);
        int level = "123".indexOf(MachineInfo.text(cache.resolve("level")).strip());
        String type = MachineInfo.text(cache.resolve("type")).strip();
        if (level >= 0 && (type.equals("Data") || type.equals("Unified"))) {
          levels[level] = bytes(MachineInfo.text(cache.resolve("size")).strip());
        }
      }
      return new CacheSizes(levels[0], levels[1], levels[2]);
    }

    /** Reads {@code 48K}, {@code 2M} or a plain number. */
    static double bytes(String size) {
      String text = size.toUpperCase(Locale.ROOT);
      int unit = text.isEmpty() ? -1 : "KMG".indexOf(text.charAt(text.length() - 1));
      double number = MachineInfo.number(unit < 0 ? text : text.substring(0, text.length() - 1));
      return number * Math.pow(1024, unit + 1.0);
    }
  }
}
