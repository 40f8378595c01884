package io.github.lanewise.bench.machine;

import io.github.lanewise.bench.result.BenchResult.Disturbance;
import io.github.lanewise.bench.result.Statistics;
import io.github.lanewise.bench.stage.Text;
import java.nio.file.Path;
import java.util.List;

/** How much else the machine did during a run. */
public final class DisturbanceMeter {
  private final ProcessorTimes start;

  private DisturbanceMeter(ProcessorTimes start) {
    this.start = start;
  }

  /** Starts to watch. */
  public static DisturbanceMeter start() {
    return new DisturbanceMeter(ProcessorTimes.read());
  }

  /**
   * Returns what was seen since the start. Processes that this one started count as its own, once
   * they have ended.
   *
   * @param multiplyAdds samples of the FMA loop throughout the run
   */
  public Disturbance stop(List<Double> multiplyAdds) {
    return between(start, ProcessorTimes.read(), multiplyAdds);
  }

  static Disturbance between(ProcessorTimes start, ProcessorTimes end, List<Double> multiplyAdds) {
    return new Disturbance(
        end.stolenSince(start),
        end.othersSince(start),
        multiplyAdds.isEmpty() ? Double.NaN : Statistics.spread(multiplyAdds));
  }

  /** Says it in one sentence, for people. */
  public static String words(Disturbance disturbance) {
    return Text.format(
        "%s: %s, %s, and the FMA loop's speed varied by %s.",
        verdict(disturbance),
        Double.isNaN(disturbance.stolenShare())
            ? "what a hypervisor took is not told"
            : Text.format(
                "the hypervisor took %.1f %% of the processors' time",
                100 * disturbance.stolenShare()),
        Double.isNaN(disturbance.otherLoad())
            ? "what other processes did is not told"
            : Text.format(
                "other processes kept %.2f processors busy on average", disturbance.otherLoad()),
        Double.isNaN(disturbance.limitSpread())
            ? "an unknown share"
            : Text.format("%.0f %%", 100 * disturbance.limitSpread()));
  }

  /** By the worst of them: what is unknown does not count against the machine. */
  private static String verdict(Disturbance disturbance) {
    int grade =
        Math.max(
            grade(disturbance.stolenShare(), 0.01, 0.05),
            Math.max(
                grade(disturbance.otherLoad(), 0.1, 0.5),
                grade(disturbance.limitSpread(), 0.05, 0.15)));
    return switch (grade) {
      case 0 -> "A quiet machine";
      case 1 -> "A somewhat disturbed machine";
      default -> "A heavily disturbed machine";
    };
  }

  private static int grade(double value, double some, double much) {
    return value >= much ? 2 : value >= some ? 1 : 0;
  }

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
          MachineInfo.text(Path.of("/proc/stat")), MachineInfo.text(Path.of("/proc/self/stat")));
    }

    /** Reads the two files' texts; NaN for what they do not tell. */
    static ProcessorTimes of(String stat, String self) {
      int processors = (int) stat.lines().filter(line -> line.matches("cpu\\d+ .*")).count();
      String total = stat.lines().filter(line -> line.startsWith("cpu ")).findFirst().orElse("");
      String[] fields =
          total.isEmpty() ? new String[0] : total.substring(4).strip().split(" +", -1);
      if (processors == 0 || fields.length <= STOLEN) {
        return new ProcessorTimes(0, Double.NaN, Double.NaN, Double.NaN, own(self));
      }
      double all = 0;
      for (int i = 0; i <= STOLEN; i++) { // a guest's time, behind it, is part of user's
        all += MachineInfo.number(fields[i]);
      }
      double stolen = MachineInfo.number(fields[STOLEN]);
      double idle = MachineInfo.number(fields[IDLE]) + MachineInfo.number(fields[WAITING]);
      return new ProcessorTimes(processors, all, all - idle - stolen, stolen, own(self));
    }

    private static double own(String self) {
      String[] fields = self.substring(self.lastIndexOf(')') + 1).strip().split(" ", -1);
      if (fields.length < FIRST_OWN + 4) {
        return Double.NaN;
      }
      double own = 0;
      for (int i = FIRST_OWN; i < FIRST_OWN + 4; i++) {
        own += MachineInfo.number(fields[i]);
      }
      return own;
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
}
