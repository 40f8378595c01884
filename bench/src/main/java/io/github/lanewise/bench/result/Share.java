package io.github.lanewise.bench.result;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import java.util.ArrayList;
import java.util.List;

/** How near a measurement comes to what bounds its question on any machine. */
public final class Share {
  private Share() {}

  /**
   * Returns the median over all iterations of what was achieved, as a share of the limit that was
   * sampled beside that same iteration. Iterations whose time or limit is no positive number are
   * left out; NaN if none is left.
   */
  public static double ofLimit(Question question, Measurement measurement) {
    List<Double> shares = new ArrayList<>();
    for (Fork fork : measurement.forks()) {
      for (int i = 0; i < fork.nanos().size(); i++) {
        double nanos = fork.nanos().get(i);
        double share = question.achieved(nanos) / fork.limits().get(i);
        if (share > 0 && share < Double.POSITIVE_INFINITY) {
          shares.add(share);
        }
      }
    }
    return shares.isEmpty() ? Double.NaN : Statistics.median(shares);
  }
}
