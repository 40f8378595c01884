package io.github.lanewise.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarmUpRunTest {
  private static final WarmUpRun RUN =
      new WarmUpRun(
          40,
          new WarmUpRun.Moment(111, 112),
          WarmUpRun.Moment.NEVER,
          List.of(
              new WarmUpRun.Call(100, 50, 90, 2048),
              new WarmUpRun.Call(110, 10, 110, 0),
              new WarmUpRun.Call(112.5, 2.5, 115, 0),
              new WarmUpRun.Call(114.5, 2, 118, 0),
              new WarmUpRun.Call(116.4, 1.9, 119, 0)));

  @Test
  void steadyIsWhatAQuarterOfTheCallsReach() {
    assertEquals(2, RUN.steadyMillis());
  }

  @Test
  void theFirstCallAtAShareOfSteadySpeedIsFound() {
    assertEquals(112.5, RUN.firstAt(0.8).endMillis());
    assertEquals(114.5, RUN.firstAt(0.81).endMillis());
    assertEquals(110, RUN.firstAt(0.2).endMillis());
  }

  @Test
  void whatAProcessPrintsIsRead() {
    String output =
        """
        40.0
        111.0 112.0
        Infinity NaN
        100.0 50.0 90.0 2048
        110.0 10.0 110.0 0
        112.5 2.5 115.0 0
        114.5 2.0 118.0 0
        116.4 1.9 119.0 0
        """;
    assertEquals(RUN, WarmUpRun.parse(output));
  }

  @Test
  void aFreshProcessTellsItsCalls() throws IOException, InterruptedException {
    WarmUpRun run = WarmUpRun.fork(List.of(), new WarmUpRun.Plan("vector", 1, 10, false, 50, 1));
    WarmUpRun.Call before = new WarmUpRun.Call(run.warmedMillis(), 0, 0, 0);
    for (WarmUpRun.Call call : run.calls()) {
      assertTrue(call.endMillis() > before.endMillis() && call.millis() > 0, call.toString());
      assertTrue(call.processorMillis() >= before.processorMillis(), call.toString());
      before = call;
    }
    WarmUpRun.Call first = run.calls().getFirst();
    assertTrue(first.endMillis() - first.millis() > run.warmedMillis() - 1, run.toString());
    assertTrue(run.warmedMillis() >= 10, run.warmedMillis() + " ms");
  }
}
