package io.github.lanewise.bench.comparison;

import java.util.List;
import java.util.stream.Stream;

/** The catalogue: everything that the comparison asks. */
public final class Questions {
  /**
   * By one thread. Plain softmax for time per element over size: 65,536 elements, the second-level
   * cache, as long as that works. Causal softmax is square: in 64 x 1024, aligned at the last
   * query, causality hides next to nothing.
   */
  private static final String USUAL =
      """
      exp 4096
      sum 4096
      max 4096
      divide 4096
      softmax 4096x8
      softmax 4096x16
      softmax 4096x24
      softmax 4096x33
      softmax 4096x100
      softmax 1024x64
      softmax 256x256
      softmax 64x1024
      softmax 16x4096
      softmax 32x32000
      softmax 1x128256
      softmax 4096x4096
      softmax 64x256x64 middle axis
      softmax 2048x2048 causal
      softmax 64x1024 key lengths
      softmax 64x1024 boolean
      softmax 64x1024 bits
      softmax 64x1024 log
      softmax 64x1024 backward
      sigmoid 16384
      gelu 16384
      gelu 16384 tanh
      norm 16x4096
      silu 16x8192
      rope 32 16x128
      rope 32 16x128 interleaved
      qk 2048x2048x128
      pv 2048x64x2048
      attention 8 128x64
      attention 8 512x64
      attention 8 2048x64
      attention 8 2048x128
      attention 8 512x64 causal
      attention 8 2048x64 causal
      attention 32:8 1024x128
      attention 8 2048x64 window
      attention 4x8 512x64 ragged
      """;

  /** By all of the machine's processors. */
  private static final String THREADED =
      """
      softmax 4096x4096
      qk 2048x2048x128
      attention 8 2048x64
      attention 8 2048x64 causal
      """;

  private static final String QUICK =
      """
      exp 4096
      softmax 64x1024
      softmax 64x1024 boolean
      qk 2048x2048x128
      attention 8 128x64
      """;

  private Questions() {}

  /** All questions; those for several threads are for all of this machine's processors. */
  public static List<Question> all() {
    return all(Runtime.getRuntime().availableProcessors());
  }

  /** All questions of a machine with so many processors. */
  public static List<Question> all(int processors) {
    Stream<Question> threaded = parse(THREADED).map(question -> question.withThreads(processors));
    return Stream.concat(parse(USUAL), processors > 1 ? threaded : Stream.empty()).toList();
  }

  /** A few that touch every operation, for a smoke run. */
  public static List<Question> quick() {
    return parse(QUICK).toList();
  }

  private static Stream<Question> parse(String ids) {
    return ids.lines().map(Question::of);
  }
}
