package io.github.lanewise.testing;

import io.github.lanewise.Lanewise;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Makes every test class fail in an execution that does not run the lane width it names.
 *
 * <p>The build says what it expects in the system property {@code lanewise.test.lanes}; where there
 * is none, as in an IDE, any width will do. On the class path JUnit finds this class by itself. On
 * the module path it cannot, because a service of a patched module is not seen: there {@link
 * LaneWidthTest} makes the same check.
 */
public final class LaneWidthGuard implements BeforeAllCallback {
  static final String EXPECTED = "lanewise.test.lanes";

  @Override
  public void beforeAll(ExtensionContext context) {
    check();
  }

  static void check() {
    Integer expected = Integer.getInteger(EXPECTED);
    if (expected == null) {
      return;
    }
    Lanewise.Implementation actual = Lanewise.implementation();
    if (actual.laneBits() != expected) {
      throw new AssertionError(
          "this execution names " + expected + "-bit lanes (0: scalar), but it runs " + actual);
    }
    if (!actual.isComplete()) {
      throw new AssertionError(
          "this execution names " + expected + "-bit lanes, but other kernels serve: " + actual);
    }
    if (expected == 0 && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      throw new AssertionError(
          "the scalar execution must show the fallback, but jdk.incubator.vector is there");
    }
  }
}
