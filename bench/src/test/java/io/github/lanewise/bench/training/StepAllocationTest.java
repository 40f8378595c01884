package io.github.lanewise.bench.training;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.lanewise.Workers;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A step makes nothing on the calling thread but the attention that is built anew. */
class StepAllocationTest {
  private static final int MOST_STEPS = 20_000;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStepAllocatesAtMostOneKilobyte(boolean learns) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    SmallModel small = new SmallModel(null, learns, 1, MOST_STEPS, Workers.caller());
    long most = learns ? 1024 : 0;
    long least = Long.MAX_VALUE;
    for (int step = 0; step < MOST_STEPS && least > most; step++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      small.training.step();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertTrue(least <= most, least + " bytes a step");
  }
}
