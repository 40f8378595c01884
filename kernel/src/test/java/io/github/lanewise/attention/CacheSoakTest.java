package io.github.lanewise.attention;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Caches under load from several threads, with faults, for some seconds or for minutes. */
class CacheSoakTest {
  @Test
  void twoThousandSteps() throws Exception {
    CacheSoak.run(2_000);
  }

  @Tag("long")
  @Test
  void hundredThousandSteps() throws Exception {
    CacheSoak.run(100_000);
  }
}
