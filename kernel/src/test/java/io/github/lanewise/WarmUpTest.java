package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.testing.ProcessorTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WarmUpTest {

  @Test
  void endsInTimeOrWhenTheCompilersRest() {
    long start = System.nanoTime();
    Lanewise.WarmUp result = Lanewise.warmUp(Duration.ofSeconds(2));
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf("warmUp(2 s) took %.2f s: %s%n", seconds, result);
    // A round on a busy machine, cold, interpreted and in scalar code still ends within that.
    assertTrue(seconds < 30, "warmUp(2 s) took " + seconds + " s");
  }

  @Test
  void noTimeMeansNoWork() {
    ProcessorTime.assertAtMost(
        Duration.ofSeconds(1), () -> assertFalse(Lanewise.warmUp(Duration.ZERO).complete()));
  }

  @Test
  void aNegativeTimeIsRefused() {
    IllegalArgumentException thrown =
        assertThrows(IllegalArgumentException.class, () -> Lanewise.warmUp(Duration.ofSeconds(-1)));
    assertEquals("atMost is PT-1S, but must not be negative", thrown.getMessage());
  }
}
