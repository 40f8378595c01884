package io.github.lanewise.bench.machine;

import java.nio.file.Path;
import java.util.Locale;

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
      int level = "123".indexOf(SystemFiles.text(cache.resolve("level")).strip());
      String type = SystemFiles.text(cache.resolve("type")).strip();
      if (level >= 0 && (type.equals("Data") || type.equals("Unified"))) {
        levels[level] = bytes(SystemFiles.text(cache.resolve("size")).strip());
      }
    }
    return new CacheSizes(levels[0], levels[1], levels[2]);
  }

  /** Reads {@code 48K}, {@code 2M} or a plain number. */
  static double bytes(String size) {
    String text = size.toUpperCase(Locale.ROOT);
    int unit = text.isEmpty() ? -1 : "KMG".indexOf(text.charAt(text.length() - 1));
    try {
      return unit < 0
          ? Long.parseLong(text)
          : Long.parseLong(text.substring(0, text.length() - 1)) * Math.pow(1024, unit + 1.0);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
