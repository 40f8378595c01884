package io.github.lanewise.internal.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ChecksTest {

  private final FloatTensor k = FloatTensor.allocate(2, 64);

  @Test
  void messagesHoldBothNumbers() {
    assertEquals(
        "k.size(1) is 64, but q.size(3) is 128",
        refused(() -> Checks.requireSize(k, "k", 1, 128, "q.size(3)")));
    assertEquals("k.rank() is 2, but 4 is needed", refused(() -> Checks.requireRank(k, "k", 4, 4)));
    assertEquals(
        "k.rank() is 2, but 3 to 4 is needed", refused(() -> Checks.requireRank(k, "k", 3, 4)));
    assertEquals(
        "k has shape [2, 64], but q has [64]",
        refused(() -> Checks.requireSameShape(k, "k", k.select(0, 0), "q")));
    refused(() -> Checks.requireSameShape(k, "k", FloatTensor.allocate(2, 63), "q"));
    Checks.requireSize(k, "k", 1, 64, "q.size(3)");
    Checks.requireRank(k, "k", 1, 2);
    Checks.requireSameShape(k, "k", FloatTensor.allocate(2, 64), "q");
  }

  @Test
  @SuppressWarnings("NullAway") // the point of the test
  void nullIsNamed() {
    for (Executable check :
        new Executable[] {
          () -> Checks.requireRank(null, "q", 1, 4),
          () -> Checks.requireReadable(null, "q", false),
          () -> Checks.requireWritable(null, "q", false)
        }) {
      assertEquals("q", assertThrows(NullPointerException.class, check).getMessage());
    }
  }

  @Test
  void readOnlyMemoryIsNoOutput() {
    FloatTensor t = FloatTensor.of(MemorySegment.ofArray(new float[2]).asReadOnly(), 2);
    Checks.requireReadable(t, "x", true);
    assertTrue(refused(() -> Checks.requireWritable(t, "x", false)).contains("x is read-only"));
    Checks.requireWritable(k, "k", true);
  }

  @Test
  void memoryThatAThreadMayNotAccessIsRefusedAtTheDoor() {
    Arena confined = Arena.ofConfined();
    FloatTensor t = FloatTensor.allocate(confined, 2);
    Checks.requireReadable(t, "x", false);
    Checks.requireWritable(t, "x", false);
    assertTrue(refused(() -> Checks.requireReadable(t, "x", true)).contains("shared arena"));
    assertTrue(refused(() -> Checks.requireWritable(t, "x", true)).contains("shared arena"));
    // Nor may any thread but the owner.
    String elsewhere =
        CompletableFuture.supplyAsync(() -> refused(() -> Checks.requireReadable(t, "x", false)))
            .join();
    assertTrue(elsewhere.contains("belongs to another thread"), elsewhere);
    confined.close();
    for (boolean others : new boolean[] {false, true}) {
      Exception closed =
          assertThrows(IllegalStateException.class, () -> Checks.requireReadable(t, "x", others));
      assertEquals("the arena of x is closed", closed.getMessage());
      assertThrows(IllegalStateException.class, () -> Checks.requireWritable(t, "x", others));
    }
    try (Arena shared = Arena.ofShared()) {
      Checks.requireWritable(FloatTensor.allocate(shared, 2), "x", true);
    }
    Checks.requireWritable(FloatTensor.allocate(Arena.ofAuto(), 2), "x", true);
  }

  @Test
  void outputsMayBeInPlaceOrElsewhere() {
    FloatTensor half = k.slice(0, 0, 1);
    FloatTensor twin = k.slice(1, 0, 64);
    Checks.requireDisjoint(half, "out", k.slice(0, 1, 2), "in");
    Checks.requireDisjointOrSame(half, "out", k.slice(0, 1, 2), "in");
    Checks.requireDisjointOrSame(k, "out", twin, "in");
    assertTrue(refused(() -> Checks.requireDisjoint(k, "out", twin, "in")).contains("overlaps"));
    String message = refused(() -> Checks.requireDisjointOrSame(half, "out", k, "in"));
    assertTrue(message.contains("out FloatTensor[1, 64]") && message.contains("in FloatTensor[2,"));
    refused(() -> Checks.requireDisjointOrSame(k.reshape(64, 2), "out", k, "in"));
  }

  private static String refused(Executable call) {
    return String.valueOf(assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
