package io.github.lanewise.bench.machine;

import java.nio.file.Path;

/**
 * Processor time since the machine and this process began, in the ticks of Linux: how long a tick
 * is follows from all of them in a second.
 *
 * @param processors how many there are
 * @param all ticks of all processors, idle ones included
 * @param busy ticks in which they worked for this machine
 * @param stolen ticks in which the hypervisor let others use them
 * @param own ticks of this process and of the processes it started and saw end
 */
record ProcessorTimes(int processors, double all, double busy, double stolen, double own) {
  private static final int STOLEN = 7;
  private static final int IDLE = 3;
  private static final int WAITING = 4;

  /** utime, stime, cutime, cstime, counted behind the process's name and its closing bracket. */
  private static final int FIRST_OWN = 11;

  static ProcessorTimes read() {
    return of(
        SystemFiles.text(Path.of("/proc/stat")), SystemFiles.text(Path.of("/proc/self/stat")));
  }

  /** Reads the two files' texts; NaN for what they do not tell. */
  static ProcessorTimes of(String stat, String self) {
    int processors = (int) stat.lines().filter(line -> line.matches("cpu\\d+ .*")).count();
    String total = stat.lines().filter(line -> line.startsWith("cpu ")).findFirst().orElse("");
    String[] fields = total.isEmpty() ? new String[0] : total.substring(4).strip().split(" +", -1);
    if (processors == 0 || fields.length <= STOLEN) {
      return new ProcessorTimes(0, Double.NaN, Double.NaN, Double.NaN, own(self));
    }
    double all = 0;
    for (int i = 0; i <= STOLEN; i++) { // a guest's time, behind it, is part of user's
      all += number(fields[i]);
    }
    double stolen = number(fields[STOLEN]);
    double idle = number(fields[IDLE]) + number(fields[WAITING]);
    return new ProcessorTimes(processors, all, all - idle - stolen, stolen, own(self));
  }

  private static double own(String self) {
    String[] fields = self.substring(self.lastIndexOf(')') + 1).strip().split(" ", -1);
    if (fields.length < FIRST_OWN + 4) {
      return Double.NaN;
    }
    double own = 0;
    for (int i = FIRST_OWN; i < FIRST_OWN + 4; i++) {
      own += number(fields[i]);
    }
    return own;
  }

  private static double number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** The share of the processors' time that was stolen between then and now. */
  double stolenSince(ProcessorTimes start) {
    return (stolen - start.stolen) / (all - start.all);
  }

  /** Processors that other processes kept busy between then and now, on average. */
  double othersSince(ProcessorTimes start) {
    double others = busy - start.busy - (own - start.own);
    // Ticks are rounded, and not all at the same moment.
    return Math.max(0, others * processors / (all - start.all));
  }
}
