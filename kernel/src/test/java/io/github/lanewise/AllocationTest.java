package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.lanewise.Operation.Call;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.testing.Layout;
import io.github.lanewise.testing.Sandbox;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * In steady state a call allocates nothing on the calling thread, whatever the operation, its
 * options, mask, statistics and layout; one that is dispatched to other threads at most 1 KB.
 */
class AllocationTest {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int CALLS = 2;

  /** Until C2 is done with everything that a call runs through; a bound for when it never is. */
  private static final long PATIENCE_NANOS = 180_000_000_000L;

  private static final long DISPATCHED = 1024;

  @ParameterizedTest
  @EnumSource(
      value = Layout.class,
      names = {"ARRAY", "STRIDED_NATIVE", "BYTE_ARRAY"})
  void aCallAllocatesNothing(Layout layout) {
    assertAllocation(layout, Workers.caller(), 0);
  }

  @ParameterizedTest
  @EnumSource(
      value = Layout.class,
      names = {"ARRAY", "STRIDED_NATIVE"})
  void aDispatchedCallAllocatesAtMostOneKilobyte(Layout layout) {
    try (Workers two = Workers.threads(2)) {
      assertAllocation(layout, two, DISPATCHED);
    }
  }

  /** Heads so long that each alone would keep all threads busy: their rounds are bounded. */
  @Test
  void manyLongHeadsAllocateAtMostOneKilobyteToo() {
    FloatTensor q = FloatTensor.of(new float[64 * 1100 * 16], 1, 64, 1100, 16);
    FloatTensor k = FloatTensor.of(new float[64 * 48 * 16], 1, 64, 48, 16);
    FloatTensor out = FloatTensor.allocate(1, 64, 1100, 16);
    Attention attention = Attention.builder().build();
    try (Workers two = Workers.threads(2)) {
      Runnable call = () -> attention.forward(q, k, k, out, RowStatistics.none(), two);
      long least = Long.MAX_VALUE;
      for (int n = 0; n < 100 && least > DISPATCHED; n++) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        call.run();
        least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
      }
      assertTrue(least <= DISPATCHED, least + " bytes per call");
    }
  }

  /**
   * Goes through the corpus again and again, as different options share code that C2 compiles anew
   * for each, until every operation has kept to the limit in a pass; then every one has to.
   */
  private static void assertAllocation(Layout layout, Workers workers, long most) {
    Sandbox sandbox = new Sandbox(layout);
    Map<String, Call> calls = new LinkedHashMap<>();
    for (Operation operation : Operation.all()) {
      calls.put(operation.name(), operation.prepare().apply(sandbox));
    }
    long start = System.nanoTime();
    Map<String, Long> tooMuch = new LinkedHashMap<>();
    Map<String, Call> left = new LinkedHashMap<>(calls);
    do {
      tooMuch.clear();
      left.forEach(
          (name, call) -> {
            long bytes = round(call, workers) / CALLS;
            if (bytes > most) {
              tooMuch.put(name, bytes);
            }
          });
      boolean all = left.size() == calls.size();
      left = new LinkedHashMap<>(calls);
      if (!all || tooMuch.size() < calls.size() / 3) {
        left.keySet().retainAll(tooMuch.keySet());
      }
      if (left.isEmpty() && !all) {
        left.putAll(calls);
      }
    } while (!left.isEmpty() && System.nanoTime() - start < PATIENCE_NANOS);
    assertEquals(Map.of(), tooMuch, layout + ", bytes per call");
  }

  private static long round(Call call, Workers workers) {
    long bytes = 0;
    for (int n = 0; n < CALLS; n++) {
      call.reset().run();
      long before = THREADS.getCurrentThreadAllocatedBytes();
      call.body().accept(workers);
      bytes += THREADS.getCurrentThreadAllocatedBytes() - before;
    }
    return bytes;
  }

  @Test
  void theMeasurementSeesASingleObject() {
    Object[] kept = new Object[1];
    Call call = Call.of(workers -> kept[0] = new int[4]);
    assertEquals(32 * CALLS, round(call, Workers.caller()));
  }
}
