package io.github.lanewise.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.machine.DisturbanceMeter.ProcessorTimes;
import io.github.lanewise.bench.result.BenchResult.Disturbance;
import java.util.List;
import org.junit.jupiter.api.Test;

class DisturbanceMeterTest {
  // user nice system idle iowait irq softirq steal guest guest_nice
  private static final String START =
      """
      cpu  1000 100 200 5000 50 10 20 30 7 0
      cpu0 500 50 100 2500 25 5 10 15 7 0
      cpu1 500 50 100 2500 25 5 10 15 0 0
      intr 1 2 3
      """;

  // 2000 ticks of both: 10 s of 100 ticks each
  private static final String END =
      """
      cpu  2000 120 260 5800 70 15 35 110 9 0
      cpu0 1 1 1 1 1 1 1 1 1 1
      cpu1 1 1 1 1 1 1 1 1 1 1
      """;

  // utime stime cutime cstime: 50 + 10 + 300 + 40; the name may hold anything
  private static final String SELF_START =
      "77 (a) b (c) S 1 77 77 0 -1 4194304 9 9 9 9 50 10 300 40 20 0 9 0 1 2 3";

  private static final String SELF_END =
      "77 (a) b (c) S 1 77 77 0 -1 4194304 9 9 9 9 150 20 900 90 20 0 9 0 1 2 3";

  @Test
  void timesAreReadFromTheFiles() {
    assertEquals(new ProcessorTimes(2, 6410, 1330, 30, 400), ProcessorTimes.of(START, SELF_START));
  }

  @Test
  void whatOthersDidIsAllWorkWithoutOnesOwn() {
    Disturbance disturbance =
        DisturbanceMeter.between(
            ProcessorTimes.of(START, SELF_START),
            ProcessorTimes.of(END, SELF_END),
            List.of(110.0, 100.0, 95.0));
    assertEquals(80.0 / 2000, disturbance.stolenShare(), 1e-12);
    // 1100 ticks of work, 760 of them by this process and its forks, in 1000 ticks of time
    assertEquals(0.34, disturbance.otherLoad(), 1e-12);
    assertEquals(0.15, disturbance.limitSpread(), 1e-12);
  }

  @Test
  void othersNeverDoLessThanNothing() {
    ProcessorTimes start = new ProcessorTimes(1, 0, 0, 0, 0);
    assertEquals(0, new ProcessorTimes(1, 100, 50, 0, 51).othersSince(start));
  }

  @Test
  void missingFilesLeaveItOpen() {
    for (String stat : List.of("", "cpu", "cpu 1 2 3\ncpu0 1 2 3\n", "cpu0 1 2 3\n")) {
      ProcessorTimes times = ProcessorTimes.of(stat, "");
      Disturbance disturbance = DisturbanceMeter.between(times, times, List.of());
      assertEquals(new Disturbance(Double.NaN, Double.NaN, Double.NaN), disturbance);
    }
    assertEquals(Double.NaN, ProcessorTimes.of("cpu  1 2 3 4 5 6 7 8 0 0\n", "").all());
    Disturbance unknownOwn =
        DisturbanceMeter.between(
            ProcessorTimes.of(START, ""), ProcessorTimes.of(END, ""), List.of(1.0));
    assertEquals(new Disturbance(0.04, Double.NaN, 0), unknownOwn);
  }

  @Test
  void itIsSaidInWords() {
    assertEquals(
        "A quiet machine: the hypervisor took 0.2 % of the processors' time, other processes kept"
            + " 0.03 processors busy on average, and the FMA loop's speed varied by 2 %.",
        DisturbanceMeter.words(new Disturbance(0.002, 0.03, 0.02)));
    assertEquals(
        "A quiet machine: what a hypervisor took is not told, what other processes did is not told,"
            + " and the FMA loop's speed varied by 2 %.",
        DisturbanceMeter.words(new Disturbance(Double.NaN, Double.NaN, 0.02)));
    assertVerdict("A somewhat disturbed machine: ", new Disturbance(0, 0.1, 0));
    assertVerdict("A somewhat disturbed machine: ", new Disturbance(0.049, 0.49, 0.149));
    assertVerdict("A heavily disturbed machine: ", new Disturbance(0.05, 0, 0));
    assertVerdict("A heavily disturbed machine: ", new Disturbance(0, 0.5, 0));
    assertVerdict("A heavily disturbed machine: ", new Disturbance(0, 0, 0.15));
  }

  private static void assertVerdict(String verdict, Disturbance disturbance) {
    String words = DisturbanceMeter.words(disturbance);
    assertTrue(words.startsWith(verdict), words);
  }

  @Test
  void aRunOfThisProcessCanBeWatched() {
    Disturbance disturbance = DisturbanceMeter.start().stop(List.of());
    // Nothing may have passed, or nothing may be told: never below 0.
    assertTrue(!(disturbance.stolenShare() < 0) && !(disturbance.otherLoad() < 0));
  }
}
