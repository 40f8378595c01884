package io.github.lanewise.bench.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.comparison.LimitKind;
import io.github.lanewise.bench.machine.LimitSource.MemorySweep;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

class LimitLoopsTest {
  private long now;

  @Test
  void everyLimitCanBeReached() {
    for (LimitKind kind : LimitKind.values()) {
      for (double bytes : List.of(0.0, 4096.0, 1e7)) {
        double speed = LimitSource.of(kind, bytes).sample();
        assertTrue(speed > 0 && speed < 1e6, kind + " of " + bytes + " bytes: " + speed);
      }
    }
  }

  /** A loop without work, a pass of which takes as long as it is told. */
  private LimitSource loop(IntToLongFunction nanosAtPlace) {
    return new LimitSource(1e6) {
      @Override
      void pass(int place) {
        now += nanosAtPlace.applyAsLong(place);
      }
    };
  }

  @Test
  void speedIsAmountByTimeOfTheBestWindow() {
    // Passes at place 3 take 100 us, those elsewhere 200 us: 3 of them fill a window, and then 2.
    double speed = loop(place -> place == 3 ? 100_000 : 200_000).sample(() -> now);
    assertEquals(1e6 / 100_000, speed, 1e-12);
  }

  @Test
  void anInterruptionOfTheOnlyGoodPlaceDoesNotCount() {
    int[] passes = new int[LimitSource.PLACES];
    LimitSource loop =
        loop(
            place -> {
              boolean interrupted = place == 5 && passes[4] > 0 && passes[6] == 0;
              passes[place]++;
              return place == 5 && !interrupted ? 100_000 : 200_000;
            });
    passes[6] = 1;
    loop.sample(() -> now);
    // Now the window that tries place 5 is interrupted; others are there, too.
    Arrays.fill(passes, 0);
    assertEquals(1e6 / 100_000, loop.sample(() -> now), 1e-12);
  }

  @Test
  void copiesCountWhatIsReadAndWhatIsWritten() {
    // A clock that stands still but for 1 ms a reading: a window is one pass of 2^20 floats and
    // more, each read and written.
    double speed = new LimitSource.CopyLoop(32 * 1024).sample(() -> now += 1_000_000);
    assertEquals(2.0 * 4 * (1 << 20) / 1e6, speed, 1e-9);
    assertEquals(
        4.0 * (1 << 20) / 1e6,
        new LimitSource.ReadLoop(32 * 1024).sample(() -> now += 1_000_000),
        1e-9);
  }

  @Test
  void aWalkGoesThroughAllOfALargeRangeAndReturns() {
    MemorySweep sweep = new MemorySweep(10 << 20);
    assertEquals(1, sweep.repeats());
    int passes = 10;
    for (int pass = 0; pass < passes; pass++) {
      assertEquals(pass * sweep.piece(), sweep.next(0));
    }
    assertEquals(0, sweep.next(0));
    assertEquals(10 << 20, passes * sweep.piece());
  }

  @Test
  void aWalkOverLittleRepeatsIt() {
    MemorySweep sweep = new MemorySweep(1000);
    assertEquals(896, sweep.piece()); // whole units of 128
    assertTrue(sweep.elementsOfPass() >= 1 << 20);
    assertEquals(sweep.elementsOfPass(), (double) sweep.piece() * sweep.repeats());
  }

  @Test
  void bothRangesFitAndBeginAtTheSamePlaceOfALine() {
    for (double elements : new double[] {0, 1000, 5e6}) {
      MemorySweep sweep = new MemorySweep(elements);
      int last = 0;
      for (int pass = 0; pass < 10; pass++) {
        last = Math.max(last, sweep.next(LimitSource.PLACES - 1) + sweep.piece());
      }
      assertTrue(last <= sweep.distance(), "the first range ends behind the second's begin");
      assertTrue(sweep.distance() + last <= sweep.allocate(2).length);
      assertEquals(0, sweep.distance() % 16);
    }
  }
}
