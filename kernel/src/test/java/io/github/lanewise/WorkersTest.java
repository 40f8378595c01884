package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.lanewise.internal.work.TaskRunner;
import org.junit.jupiter.api.Test;

/** The public handle; what the runners behind it promise is tested with them. */
class WorkersTest {

  @Test
  void theCallerIsOneForAllAndCannotBeClosed() {
    Workers caller = Workers.caller();
    caller.close();
    assertSame(caller, Workers.caller());
    TaskRunner runner = TaskRunner.of(caller);
    assertEquals(1, runner.parallelism());
    runner.acquire().close();
    assertEquals("Workers.caller()", caller.toString());
  }

  @Test
  void threadsCountTheCaller() {
    for (int count = 1; count <= 3; count++) {
      try (Workers workers = Workers.threads(count)) {
        assertEquals(count, TaskRunner.of(workers).parallelism());
        assertEquals("Workers.threads(" + count + ")", workers.toString());
      }
    }
    assertThrows(IllegalArgumentException.class, () -> Workers.threads(0));
  }

  @Test
  @SuppressWarnings("NullAway") // the point of the test
  void executorsAreBorrowed() {
    try (Workers workers = Workers.on(Runnable::run, 5)) {
      assertEquals(5, TaskRunner.of(workers).parallelism());
    }
    assertThrows(NullPointerException.class, () -> Workers.on(null, 2));
    assertThrows(IllegalArgumentException.class, () -> Workers.on(Runnable::run, 0));
  }

  @Test
  void closedWorkersRefuse() {
    Workers threads = Workers.threads(2);
    Workers borrowed = Workers.on(Runnable::run, 2);
    for (Workers workers : new Workers[] {threads, borrowed}) {
      workers.close();
      workers.close();
      assertThrows(IllegalStateException.class, () -> TaskRunner.of(workers).acquire());
    }
  }
}
