package io.github.lanewise.internal.kernel;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The activations on every 2503rd float, and on all of them, in scalar code and in the lanes,
 * against the oracle.
 */
class LayerFunctionTest {
  private static final long STRIDE = 2503;

  @ParameterizedTest
  @EnumSource(LayerFunction.class)
  void sample(LayerFunction function) {
    LayerSweep.run(function, STRIDE);
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(LayerFunction.class)
  void allFloats(LayerFunction function) {
    LayerSweep.run(function, 1);
  }
}
