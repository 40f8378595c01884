package io.github.lanewise.testing;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The sampler as its Javadoc has it, word by word and with everything sorted: weights in units of
 * 2⁻³⁵, so that sums are integers.
 */
public final class ContractSampler {
  private ContractSampler() {}

  /** Returns what each token weighs, in units; 0 if it is not kept. */
  public static long[] units(
      float[] logits, float temperature, int topK, float topP, float minP, boolean last) {
    List<Integer> order =
        IntStream.range(0, logits.length)
            .boxed()
            .sorted(Comparator.comparing((Integer token) -> -logits[token] + 0f))
            .toList();
    if (temperature == 0) {
      long[] one = new long[logits.length];
      one[order.get(0)] = 1;
      return one;
    }
    float max = logits[order.get(0)];
    float[] weights = new float[logits.length];
    for (int token = 0; token < logits.length; token++) {
      weights[token] = weight(logits[token], max, last ? 1 : temperature);
    }
    List<Integer> kept = order.subList(0, Math.min(topK, order.size()));
    kept = nucleus(kept, weights, topP);
    long[] units = new long[logits.length];
    for (int token : kept) {
      units[token] = weights[token] >= minP ? units(weight(logits[token], max, temperature)) : 0;
    }
    return units;
  }

  private static List<Integer> nucleus(List<Integer> kept, float[] weights, float topP) {
    if (topP == 1f) {
      return kept;
    }
    long all = kept.stream().mapToLong(token -> units(weights[token])).sum();
    long share = Math.max(1, (long) Math.ceil((double) topP * all));
    int count = 0;
    for (long sum = 0; sum < share; count++) {
      sum += units(weights[kept.get(count)]);
    }
    return kept.subList(0, count);
  }

  /** Returns the first token at which the units, added up, exceed the share u of them all. */
  public static int token(long[] units, double u) {
    long all = Arrays.stream(units).sum();
    long left = Math.min(all - 1, (long) (u * all));
    int token = 0;
    while (left >= units[token]) {
      left -= units[token++];
    }
    return token;
  }

  private static float weight(float logit, float max, float temperature) {
    if (logit == Float.NEGATIVE_INFINITY) {
      return 0;
    }
    if (temperature == Float.POSITIVE_INFINITY) {
      return 1;
    }
    float difference = logit - max;
    return ContractSoftmax.exp(temperature == 1 ? difference : difference / temperature);
  }

  private static long units(float weight) {
    return (long) Math.rint(weight * 0x1p35);
  }
}
