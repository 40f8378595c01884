package io.github.lanewise.bench.report;

import io.github.lanewise.bench.report.Figures.Cell;
import io.github.lanewise.bench.result.Verdict;
import io.github.lanewise.bench.stage.Text;
import java.util.List;

/** Figures as text, each with three digits that count and the unit that suits its size. */
final class Words {
  /** Instead of a figure that there is not. */
  static final String NONE = "–";

  /** The columns of {@link #speed}, beside question and contender. */
  static final String SPEED =
      "time of a call, spread of the forks, ns per element, achieved, limit beside it, share of the"
          + " limit";

  private Words() {}

  /** What is told of a cell in a row of a table. */
  static List<String> speed(Cell cell) {
    double[] spread = cell.spread();
    String unit = cell.question() == null ? "" : cell.question().limit().unit();
    return List.of(
        cell.measurement().question(),
        cell.contender(),
        time(cell.nanos()),
        time(spread[0]) + " to " + time(spread[1]),
        number(cell.nanosPerElement(cell.nanos())),
        with(cell.achieved(cell.nanos()), unit),
        cell.question() == null ? NONE : with(cell.limit(), unit),
        share(cell.share()));
  }

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
    return scaled(nanos, "ns", "µs", "ms", "s");
  }

  /** Bytes on the heap: 0 only where there is none. */
  static String bytes(double bytes) {
    return bytes < 1e3 && bytes == Math.rint(bytes)
        ? Text.format("%.0f B", bytes)
        : scaled(bytes, "B", "kB", "MB");
  }

  private static String scaled(double value, String... units) {
    double scaled = value;
    int unit = 0;
    while (scaled >= 1e3 && unit < units.length - 1) {
      scaled /= 1e3;
      unit++;
    }
    return with(scaled, units[unit]);
  }

  /** A number with its unit. */
  static String with(double value, String unit) {
    return Double.isFinite(value) ? number(value) + " " + unit : NONE;
  }

  /** A share in percent. */
  static String share(double share) {
    return !Double.isFinite(share)
        ? NONE
        : 100 * share < 9.95 ? Text.format("%.1f %%", 100 * share) : percent(share);
  }

  /** A share in whole percent, at an axis. */
  static String percent(double share) {
    return Text.format("%.0f %%", 100 * share);
  }

  /** From the smallest to the largest. */
  static String range(double low, double high) {
    return Double.isFinite(low) && Double.isFinite(high)
        ? number(low) + " to " + number(high)
        : NONE;
  }

  /** A count with its noun, which has a plain plural. */
  static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** What a verdict says of Lanewise. */
  static String verdict(Verdict verdict) {
    return switch (verdict) {
      case FASTER -> "faster";
      case SLOWER -> "slower";
      case NO_INTERVAL -> "one round, no interval";
      case NO_WINNER -> "no winner";
    };
  }
}
