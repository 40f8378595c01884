package io.github.lanewise.internal.kernel;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The activations in scalar code and in the lanes, against the oracle: on every 2503rd float, and
 * in the long run on every 13th. All of them take minutes for each function: {@code mvn -Plong
 * verify -Dtest=LayerFunctionTest -Dlanewise.test.stride=1}.
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
  void manyFloats(LayerFunction function) {
    LayerSweep.run(function, Long.getLong("lanewise.test.stride", 13));
  }
}
