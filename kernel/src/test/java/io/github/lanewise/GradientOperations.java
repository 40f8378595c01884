package io.github.lanewise;

import io.github.lanewise.Operation.Call;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.Attention.OptionGradients;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.testing.Axes;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Results;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gradients of attention, and dropout, with every option and on both sides of chunks. */
final class GradientOperations {

  private static final AttentionShape SMALL = new AttentionShape(2, 4, 2, 5, 37, 8, 6);
  private static final AttentionShape LONG = new AttentionShape(1, 2, 1, 3, 777, 16, 16);
  private static final AttentionShape TALL = new AttentionShape(1, 2, 2, 530, 70, 12, 20);

  private GradientOperations() {}

  static void addTo(List<Operation> all) {
    for (int keys : new int[] {0, 1, 16, 31, 33, 257, 1100}) {
      AttentionShape sizes = new AttentionShape(1, 1, 1, 2, keys, 8, 8);
      add(all, "plain", Attention.builder(), sizes, FloatKind.NORMAL, null);
    }
    for (int queries : new int[] {0, 1, 31, 33, 257, 1100}) {
      AttentionShape sizes = new AttentionShape(1, 2, 1, queries, 41, 5, 7);
      add(all, "plain", Attention.builder(), sizes, FloatKind.NORMAL, null);
    }
    Attention.Builder causal = Attention.builder().mask(Mask.causal());
    for (AttentionShape sizes : new AttentionShape[] {SMALL, LONG, TALL}) {
      add(all, "kind", Attention.builder(), sizes, FloatKind.NONFINITE, null);
      add(all, "causal", causal, sizes, FloatKind.NONFINITE, null);
      Mask streaming = Mask.prefix(4).or(Mask.window(9, 0));
      add(all, "streaming", Attention.builder().mask(streaming), sizes, FloatKind.NORMAL, null);
      addOptions(all, sizes);
    }
    addStarts(all);
  }

  private static void addOptions(List<Operation> all, AttentionShape sizes) {
    int heads = sizes.queryHeads();
    float[] slopes = new float[heads];
    float[] sinks = new float[heads];
    float[] temperatures = new float[heads];
    for (int h = 0; h < heads; h++) {
      slopes[h] = 0.5f / (h + 1);
      sinks[h] = h % 2 == 0 ? 0.75f : Float.NEGATIVE_INFINITY;
      temperatures[h] = h % 2 == 0 ? 0.6f : Float.POSITIVE_INFINITY;
    }
    long keys = sizes.keyLength();
    long[][] shapes = {
      {keys}, {heads, 1, keys}, {sizes.queryLength(), 1}, {sizes.queryLength(), keys}, {1}
    };
    for (int n = 0; n < shapes.length; n++) {
      FloatTensor bias = Floats.tensor("bias", FloatKind.NORMAL, shapes[n]);
      Attention.Builder builder = Attention.builder().mask(Mask.causal()).bias(bias);
      OptionGradients wanted = new OptionGradients(FloatTensor.allocate(shapes[n]), null, null);
      add(all, "bias " + n, builder, sizes, FloatKind.NORMAL, wanted);
      if (n == 1) {
        builder.softcap(5f).alibi(slopes).sinks(sinks).temperature(temperatures).dropout(0.2f, 7);
        float[] ofTemperature = new float[heads];
        wanted = new OptionGradients(wanted.bias(), ofTemperature, new float[heads]);
        add(all, "everything", builder, sizes, FloatKind.NORMAL, wanted);
      }
    }
    Attention.Builder dropout = Attention.builder().dropout(0.3f, 11);
    add(all, "dropout", dropout, sizes, FloatKind.NORMAL, null);
    addForward(all, "dropout", dropout, sizes);
  }

  private static void add(
      List<Operation> all,
      String option,
      Attention.Builder builder,
      AttentionShape sizes,
      FloatKind kind,
      @Nullable OptionGradients wanted) {
    String name = option + " " + kind + " " + sizes.toString().replaceAll("[^0-9,]", "");
    float[] queries = Floats.of(name + "q", kind, Axes.q(sizes));
    float[] keys = Floats.of(name + "k", kind, Axes.k(sizes));
    float[] values = Floats.of(name + "v", kind, Axes.v(sizes));
    float[] gradients = Floats.of(name + "dOut", kind, Axes.out(sizes));
    Attention attention = builder.build();
    OptionGradients options = wanted == null ? OptionGradients.none() : wanted;
    all.add(
        new Operation(
            "Attention gradients: " + name,
            sandbox -> {
              FloatTensor q = sandbox.input(queries, Axes.q(sizes));
              FloatTensor k = sandbox.input(keys, Axes.k(sizes));
              FloatTensor v = sandbox.input(values, Axes.v(sizes));
              Results given = Results.allocate(Axes.out(sizes));
              attention.forward(q, k, v, given.out(), given.statistics());
              FloatTensor out = sandbox.input(given.out().toArray(), Axes.out(sizes));
              FloatTensor sums =
                  sandbox.input(given.logSumExp().toArray(), Results.rows(Axes.out(sizes)));
              FloatTensor dOut = sandbox.input(gradients, Axes.out(sizes));
              FloatTensor dq = sandbox.output(Axes.q(sizes));
              FloatTensor dk = sandbox.output(Axes.k(sizes));
              FloatTensor dv = sandbox.output(Axes.v(sizes));
              return Call.of(
                  w -> attention.backward(q, k, v, out, dOut, sums, dq, dk, dv, options, w),
                  outputs(options, dq, dk, dv));
            }));
  }

  private static FloatTensor[] outputs(OptionGradients options, FloatTensor... gradients) {
    FloatTensor[] all = Arrays.copyOf(gradients, gradients.length + 3);
    int count = gradients.length;
    FloatTensor bias = options.bias();
    if (bias != null) {
      all[count++] = bias;
    }
    for (float[] perHead : new float[][] {options.temperature(), options.sinks()}) {
      if (perHead != null) {
        all[count++] = FloatTensor.of(perHead, perHead.length);
      }
    }
    return Arrays.copyOf(all, count);
  }

  private static void addForward(
      List<Operation> all, String option, Attention.Builder builder, AttentionShape sizes) {
    String name = option + " " + sizes.toString().replaceAll("[^0-9,]", "");
    float[] queries = Floats.of(name + "q", FloatKind.NORMAL, Axes.q(sizes));
    float[] keys = Floats.of(name + "k", FloatKind.NORMAL, Axes.k(sizes));
    float[] values = Floats.of(name + "v", FloatKind.NONFINITE, Axes.v(sizes));
    Attention attention = builder.build();
    all.add(
        new Operation(
            "Attention with dropout: " + name,
            sandbox -> {
              FloatTensor q = sandbox.input(queries, Axes.q(sizes));
              FloatTensor k = sandbox.input(keys, Axes.k(sizes));
              FloatTensor v = sandbox.input(values, Axes.v(sizes));
              Results out = Results.in(sandbox, Axes.out(sizes));
              RowStatistics statistics = out.statistics();
              return Call.of(w -> attention.forward(q, k, v, out.out(), statistics, w), out.all());
            }));
  }

  private static void addStarts(List<Operation> all) {
    int[] queryStarts = {0, 5, 5, 305};
    int[] keyStarts = {0, 40, 60, 360};
    long[] shape = {305, 4, 12};
    long[] keyShape = {360, 2, 12};
    float[] queries = Floats.of("starts q", FloatKind.NORMAL, shape);
    float[] keys = Floats.of("starts k", FloatKind.NORMAL, keyShape);
    float[] values = Floats.of("starts v", FloatKind.NORMAL, keyShape);
    float[] gradients = Floats.of("starts dOut", FloatKind.NORMAL, shape);
    Attention attention = Attention.builder().mask(Mask.causal()).dropout(0.1f, 3).build();
    all.add(
        new Operation(
            "Attention gradients: starts",
            sandbox -> {
              FloatTensor q = sandbox.input(queries, shape);
              FloatTensor k = sandbox.input(keys, keyShape);
              FloatTensor v = sandbox.input(values, keyShape);
              Results given = Results.allocate(shape);
              attention.forward(
                  q,
                  k,
                  v,
                  queryStarts,
                  keyStarts,
                  given.out(),
                  given.statistics(),
                  Workers.caller());
              FloatTensor out = sandbox.input(given.out().toArray(), shape);
              FloatTensor sums = sandbox.input(given.logSumExp().toArray(), Results.rows(shape));
              FloatTensor dOut = sandbox.input(gradients, shape);
              FloatTensor dq = sandbox.output(shape);
              FloatTensor dk = sandbox.output(keyShape);
              FloatTensor dv = sandbox.output(keyShape);
              return Call.of(
                  w ->
                      attention.backward(
                          q,
                          k,
                          v,
                          queryStarts,
                          keyStarts,
                          out,
                          dOut,
                          sums,
                          dq,
                          dk,
                          dv,
                          OptionGradients.none(),
                          w),
                  dq,
                  dk,
                  dv);
            }));
  }
}
