package io.github.lanewise.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.Lanewise;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The execution runs the lane width that it names, and would fail if it did not. */
class LaneWidthTest {
  private final String expected = System.getProperty(LaneWidthGuard.EXPECTED, "");

  @AfterEach
  void restore() {
    if (expected.isEmpty()) {
      System.clearProperty(LaneWidthGuard.EXPECTED);
    } else {
      System.setProperty(LaneWidthGuard.EXPECTED, expected);
    }
  }

  @Test
  void runsTheWidthThatTheExecutionNames() {
    LaneWidthGuard.check();
  }

  @Test
  void aWrongWidthFails() {
    int other = Lanewise.implementation().laneBits() == 128 ? 256 : 128;
    System.setProperty(LaneWidthGuard.EXPECTED, Integer.toString(other));

    AssertionError error = assertThrows(AssertionError.class, LaneWidthGuard::check);

    assertTrue(String.valueOf(error.getMessage()).contains("names " + other + "-bit lanes"));
  }

  @Test
  void nameAndWidthAgree() {
    Lanewise.Implementation implementation = Lanewise.implementation();
    assertEquals(implementation.laneBits() == 0 ? "scalar" : "vector", implementation.name());
  }
}
