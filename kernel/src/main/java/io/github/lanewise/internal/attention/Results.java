package io.github.lanewise.internal.attention;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.internal.tensor.StridedFloats;
import org.jspecify.annotations.Nullable;

/** The tensors that one result for each row goes to; null where it is not wanted. */
final class Results {

  @Nullable StridedFloats out;
  @Nullable StridedFloats logSumExp;
  @Nullable StridedFloats entropy;
  @Nullable StridedFloats maxWeight;

  void bind(@Nullable StridedFloats out, RowStatistics statistics) {
    this.out = out;
    logSumExp = strided(statistics.logSumExp());
    entropy = strided(statistics.entropy());
    maxWeight = strided(statistics.maxWeight());
  }

  private static @Nullable StridedFloats strided(@Nullable FloatTensor t) {
    return t == null ? null : StridedFloats.of(t);
  }

  void unbind() {
    out = null;
    logSumExp = null;
    entropy = null;
    maxWeight = null;
  }

  boolean wantsStatistics() {
    return logSumExp != null || entropy != null || maxWeight != null;
  }
}
