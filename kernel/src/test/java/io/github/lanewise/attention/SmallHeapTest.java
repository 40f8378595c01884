package io.github.lanewise.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.testing.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a cache shows after memory has really run out, in processes of 64 MB. */
@Tag("once")
class SmallHeapTest {

  /** 9.5 is the mean of the tokens 0 to 19; 376.25 that of 0 to 4 and three times 1000. */
  private static final List<String> EXPECTED =
      List.of(
          "first append: no memory",
          "second append: no memory",
          "filled: done",
          "cache 20 9.5",
          "cache 8 376.25",
          "fork 20 9.5",
          "third append: no memory",
          "filled: done",
          "closed: done",
          "step of all: no memory",
          "step of all: no memory",
          "step of all: no memory",
          "filled: done",
          "cache 1 3.0",
          "sequence 99 holds 0");

  /** Where a collector is missing, the JVM takes its own choice. */
  @ParameterizedTest
  @ValueSource(strings = {"UseG1GC", "UseZGC"})
  void aFailedAppendLeavesNothingBehind(String collector) throws Exception {
    List<String> options = new ArrayList<>(ChildJvm.sameLanes());
    options.addAll(List.of("-Xmx64m", "-XX:+IgnoreUnrecognizedVMOptions", "-XX:+" + collector));
    assertEquals(EXPECTED, ChildJvm.run(SmallHeapMain.class, options).lines());
  }
}
