package io.github.lanewise.attention;

import org.junit.jupiter.api.Test;

/** Caches under load from several threads, with faults, for some seconds. */
class CacheSoakTest {
  @Test
  void twoThousandSteps() throws Exception {
    CacheSoak.run(2_000);
  }
}
