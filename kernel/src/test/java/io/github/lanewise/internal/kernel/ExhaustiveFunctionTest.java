package io.github.lanewise.internal.kernel;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** exp and tanh on all 2³² floats, in scalar code and in the lanes. */
@Tag("long")
class ExhaustiveFunctionTest {
  @Test
  void exp() {
    FloatSweep.exp("exp, all floats", 1, 0.879);
  }

  @Test
  void tanh() {
    FloatSweep.tanh("tanh, all floats", 1, 1.37);
  }
}
