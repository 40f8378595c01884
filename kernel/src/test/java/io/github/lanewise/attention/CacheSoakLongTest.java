package io.github.lanewise.attention;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Caches under load from several threads, with faults, for minutes. */
@Tag("long")
class CacheSoakLongTest {
  @Test
  void hundredThousandSteps() throws Exception {
    CacheSoak.run(100_000);
  }
}
