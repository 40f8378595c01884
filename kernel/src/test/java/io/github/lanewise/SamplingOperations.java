package io.github.lanewise;

import io.github.lanewise.Operation.Call;
import io.github.lanewise.sampling.TokenSampler;
import io.github.lanewise.testing.FloatKind;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The choice of tokens: by every option, of rows short and long. It takes arrays only, so the
 * layout says nothing here.
 */
final class SamplingOperations {
  private SamplingOperations() {}

  static void addTo(List<Operation> all) {
    for (int length : new int[] {1, 17, 300, 40_000}) {
      for (FloatKind kind : new FloatKind[] {FloatKind.NORMAL, FloatKind.TIED}) {
        add(all, "T=0", TokenSampler.builder().temperature(0), kind, length);
        add(all, "plain", TokenSampler.builder(), kind, length);
        add(all, "T=inf", TokenSampler.builder().temperature(1f / 0f).topK(9), kind, length);
        add(all, "T, min-p", TokenSampler.builder().temperature(0.7f).minP(0.1f), kind, length);
        add(all, "top-k", TokenSampler.builder().topK(40), kind, length);
        add(all, "top-p", TokenSampler.builder().temperature(0.9f).topP(0.8f), kind, length);
        TokenSampler.Builder three = TokenSampler.builder().topK(10_000).topP(0.95f).minP(0.02f);
        add(all, "all three", three, kind, length);
      }
    }
  }

  private static void add(
      List<Operation> all,
      String option,
      TokenSampler.Builder builder,
      FloatKind kind,
      int length) {
    String name = "TokenSampler: " + option + " " + kind + " " + length;
    float[] logits = Floats.of(name, kind, length + 3);
    TokenSampler sampler = builder.build();
    all.add(
        new Operation(
            name,
            sandbox -> {
              float[] token = new float[1];
              SplittableRandom[] random = {new SplittableRandom(name.hashCode())};
              return Call.inPlace(
                  () -> random[0] = new SplittableRandom(name.hashCode()),
                  w -> token[0] = sampler.sample(logits, 2, length + 2, random[0], w),
                  FloatTensor.of(token, 1));
            }));
  }
}
