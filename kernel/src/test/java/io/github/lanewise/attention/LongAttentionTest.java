package io.github.lanewise.attention;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.testing.ChildJvm;
import io.github.lanewise.testing.ChildJvm.Output;
import java.util.List;
import java.util.Locale;
import org.apache.commons.math3.util.FastMath;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Memory does not grow with queryLength · keyLength: 8 heads of 65536 rows run in 1 GiB, of which
 * the operands take half. One matrix of scores would take 16 GiB.
 */
@Tag("long")
class LongAttentionTest {

  /** The bound that Attention states for unit variance; observed: 2e-8. */
  private static final double MOST = 1.5e-6;

  @ParameterizedTest
  @ValueSource(strings = {"all", "5000"})
  void runsInOneGibibyte(String visible) throws Exception {
    List<Class<?>> path = List.of(FastMath.class);
    List<String> options = List.of("-Xmx1g", ChildJvm.VECTORS);
    Output output = ChildJvm.run(path, LongAttentionMain.class, options, visible);
    String[] figures = output.lines().get(0).split(" ", -1);
    double error = Double.parseDouble(figures[0]);
    System.out.printf(
        Locale.ROOT,
        "8 heads of 65536 rows x 64, %s keys before its own visible to a query: error %.2g·max|v|,"
            + " %s s%n",
        visible,
        error,
        figures[1]);
    assertTrue(error <= MOST, "error is " + error + " of max|v|");
  }
}
