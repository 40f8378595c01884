package io.github.lanewise.bench.report;

import io.github.lanewise.bench.stage.Text;

/** Figures as text, each with three digits that count and the unit that suits its size. */
final class Words {
  /** Instead of a figure that there is not. */
  static final String NONE = "–";

  private Words() {}

  /** A number with three significant digits. */
  static String number(double value) {
    if (!Double.isFinite(value)) {
      return NONE;
    }
    double size = Math.abs(value);
    if (size == 0) {
      return "0";
    }
    if (size >= 1e7 || size < 1e-4) {
      return Text.format("%.2e", value);
    }
    int digits = (int) Math.max(0, 2 - Math.floor(Math.log10(size)));
    return Text.format("%." + digits + "f", value);
  }

  /** The time of a call. */
  static String time(double nanos) {
    if (!Double.isFinite(nanos)) {
      return NONE;
    }
    if (nanos < 1e3) {
      return number(nanos) + " ns";
    }
    if (nanos < 1e6) {
      return number(nanos / 1e3) + " µs";
    }
    return nanos < 1e9 ? number(nanos / 1e6) + " ms" : number(nanos / 1e9) + " s";
  }

  /** A share in percent. */
  static String share(double share) {
    if (!Double.isFinite(share)) {
      return NONE;
    }
    double percent = 100 * share;
    return Text.format(percent < 9.95 ? "%.1f %%" : "%.0f %%", percent);
  }

  /** A share in whole percent, at an axis. */
  static String percent(double share) {
    return Text.format("%.0f %%", 100 * share);
  }

  /** Bytes on the heap: 0 only where there is none. */
  static String bytes(double bytes) {
    if (!Double.isFinite(bytes)) {
      return NONE;
    }
    if (bytes < 1e3) {
      return bytes == Math.rint(bytes) ? Text.format("%.0f B", bytes) : number(bytes) + " B";
    }
    return bytes < 1e6 ? number(bytes / 1e3) + " kB" : number(bytes / 1e6) + " MB";
  }

  /** From the smallest to the largest. */
  static String range(double low, double high) {
    return Double.isFinite(low) && Double.isFinite(high)
        ? number(low) + " to " + number(high)
        : NONE;
  }

  /** A count with its noun. */
  static String count(long count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }
}
