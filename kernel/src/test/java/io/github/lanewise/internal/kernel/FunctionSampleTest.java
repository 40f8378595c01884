package io.github.lanewise.internal.kernel;

import org.junit.jupiter.api.Test;

/** exp and tanh on every 1009th float, in scalar code and in the lanes. */
class FunctionSampleTest {
  private static final long STRIDE = 1009;

  @Test
  void exp() {
    FloatSweep.exp("exp, sample", STRIDE, 1.0);
  }

  @Test
  void tanh() {
    FloatSweep.tanh("tanh, sample", STRIDE, 2.0);
  }
}
