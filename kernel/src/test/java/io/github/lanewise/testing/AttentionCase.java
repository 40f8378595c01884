package io.github.lanewise.testing;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.reference.AttentionOptions;
import io.github.lanewise.reference.AttentionResult;
import io.github.lanewise.reference.AttentionShape;
import io.github.lanewise.reference.Dropout;
import io.github.lanewise.reference.Primitives;
import io.github.lanewise.reference.ReferenceAttention;
import io.github.lanewise.reference.ScoreBias;
import io.github.lanewise.reference.Visibility;
import org.jspecify.annotations.Nullable;

/**
 * One attention with drawn shape, options and inputs: as the kernel takes it, and as the oracle
 * does. An option that is null or 0 is not asked for.
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of inputs, never compared
public record AttentionCase(
    AttentionShape shape,
    float[] q,
    float[] k,
    float[] v,
    float givenScale,
    float softcap,
    float @Nullable [] bias,
    int[] biasShape,
    float @Nullable [] slopes,
    float @Nullable [] sinks,
    float @Nullable [] temperatures,
    MaskCase maskCase,
    float dropout,
    long seed) {

  /** The most query-key pairs of a case: the oracle is slow. */
  private static final int MOST_PAIRS = 12_000;

  /** Draws shape, options and inputs; q, k, v and bias of the given kinds. */
  public static AttentionCase draw(Draw draw, FloatKind[] inputs, FloatKind[] biases) {
    return draw(draw, drawShape(draw), inputs, biases);
  }

  /** Draws options and inputs for a shape. */
  public static AttentionCase draw(
      Draw draw, AttentionShape shape, FloatKind[] inputs, FloatKind[] biases) {
    int heads = shape.queryHeads();
    int[] axes = {shape.batch(), heads, shape.queryLength(), shape.keyLength()};
    boolean biased = draw.onceIn(4, "biased");
    int[] biasShape = biased ? MaskCase.broadcastShape(draw, "bias.shape", axes) : new int[0];
    boolean sunk = draw.onceIn(4, "sunk");
    float[] warm = {0.25f, 0.7f, 1, 1, 2, 10, Float.POSITIVE_INFINITY};
    float[] anyTemperature = {0.25f, 0.7f, 1, 1, 2, 10, Float.POSITIVE_INFINITY, 0};
    return new AttentionCase(
        shape,
        draw.floats("q", shape.queryRows() * shape.headDim(), inputs),
        draw.floats("k", shape.keyRows() * shape.headDim(), inputs),
        draw.floats("v", shape.keyRows() * shape.valueDim(), inputs),
        draw.oneOf("scale", 0f, 0f, 1f, 0.125f, -0.3f),
        draw.oneOf("softcap", 0f, 0f, 0f, 2f, 30f),
        biased ? draw.floats("bias", Floats.count(Axes.of(biasShape)), biases) : null,
        biasShape,
        draw.onceIn(4, "alibi") ? perHead(draw, "slope", heads, 1, 0.5f, 0.1f, 0, 0.01f) : null,
        sunk ? perHead(draw, "sink", heads, 1, -2.5f, 0, 9, -40, Float.NEGATIVE_INFINITY) : null,
        draw.onceIn(3, "tempered")
            ? perHead(draw, "temperature", heads, sunk ? warm : anyTemperature)
            : null,
        MaskCase.draw(draw, axes[0], axes[1], axes[2], axes[3]),
        draw.onceIn(5, "dropout") ? draw.oneOf("probability", 0.1f, 0.5f, 0.75f) : 0,
        draw.integer("seed", -1000, 1000));
  }

  private static AttentionShape drawShape(Draw draw) {
    int keyHeads = draw.oneOf("keyHeads", 1, 1, 2, 3);
    int group = draw.oneOf("group", 1, 1, 2, 4);
    int batch = draw.oneOf("batch", 1, 1, 2, 3);
    boolean wide = draw.onceIn(8, "wide");
    int pairs = MOST_PAIRS / (batch * keyHeads * group) / (wide ? 8 : 1);
    int queries =
        draw.oneOf("queries", 0, 1, 1, 2, 3, 5, 7, 15, 16, 17, 31, 32, 33, 64, 65, 70, 97, 129);
    return new AttentionShape(
        batch,
        keyHeads * group,
        keyHeads,
        queries,
        draw.size("keys", Math.min(pairs / Math.max(queries, 1), 2100)),
        wide
            ? draw.oneOf("headDim", 1, 64, 80, 100, 128, 255, 256, 512)
            : draw.oneOf("headDim", 1, 2, 3, 4, 8, 16, 17, 33, 64),
        wide
            ? draw.oneOf("valueDim", 1, 64, 80, 100, 128, 255, 256, 512)
            : draw.oneOf("valueDim", 1, 2, 3, 4, 8, 15, 16, 17, 33, 40));
  }

  private static float[] perHead(Draw draw, String name, int heads, float... choices) {
    float[] values = new float[heads];
    for (int h = 0; h < heads; h++) {
      values[h] = draw.oneOf(name + h, choices);
    }
    return values;
  }

  /** Returns this case under another mask. */
  public AttentionCase withMask(MaskCase mask) {
    return new AttentionCase(
        shape,
        q,
        k,
        v,
        givenScale,
        softcap,
        bias,
        biasShape,
        slopes,
        sinks,
        temperatures,
        mask,
        dropout,
        seed);
  }

  /** Returns this case with 1 in the place of every temperature 0, which has no gradient. */
  public AttentionCase differentiable() {
    float[] warm = temperatures == null ? null : temperatures.clone();
    for (int h = 0; warm != null && h < warm.length; h++) {
      warm[h] = warm[h] == 0 ? 1 : warm[h];
    }
    return new AttentionCase(
        shape,
        q,
        k,
        v,
        givenScale,
        softcap,
        bias,
        biasShape,
        slopes,
        sinks,
        warm,
        maskCase,
        dropout,
        seed);
  }

  /** Returns the kernel's operator. */
  public Attention attention() {
    Attention.Builder builder = Attention.builder().mask(maskCase.mask());
    if (givenScale != 0) {
      builder.scale(givenScale);
    }
    if (softcap != 0) {
      builder.softcap(softcap);
    }
    if (bias != null) {
      builder.bias(FloatTensor.of(bias, Axes.of(biasShape)));
    }
    if (slopes != null) {
      builder.alibi(slopes);
    }
    if (sinks != null) {
      builder.sinks(sinks);
    }
    if (temperatures != null) {
      builder.temperature(temperatures);
    }
    return builder.dropout(dropout, seed).build();
  }

  /** Returns the oracle's options. */
  public AttentionOptions options() {
    AttentionOptions options =
        AttentionOptions.scaled(scale())
            .withSoftcap(softcap)
            .withBias(scoreBias())
            .withVisibility(visibility());
    if (dropout != 0) {
      options = options.withDropout(ContractDropout.of(dropout, seed, offset()));
    }
    if (slopes != null) {
      options = options.withAlibi(offset(), slopes);
    }
    if (sinks != null) {
      options = options.withSinks(sinks);
    }
    return temperatures == null ? options : options.withTemperature(temperatures);
  }

  /** Whether the weight of a query and a key is dropped. */
  public boolean drops(int b, int h, int i, int j) {
    return dropout != 0 && ContractDropout.drops(dropout, seed, b, h, i + offset(), j);
  }

  /** What the oracle computes without dropout, in which each visible key has its weight. */
  public AttentionResult undropped() {
    return ReferenceAttention.forward(
        shape(),
        options().withDropout(Dropout.none()),
        Primitives.widen(q()),
        Primitives.widen(k()),
        Primitives.widen(v()));
  }

  /** What weights that stay are multiplied by. */
  public float keepFactor() {
    return ContractDropout.factor(dropout);
  }

  /** Returns the scale that applies. */
  public float scale() {
    return givenScale != 0 ? givenScale : (float) (1 / Math.sqrt(shape.headDim()));
  }

  /** Returns which key a query sees. */
  public Visibility visibility() {
    return maskCase.visibility();
  }

  /** Returns the offset of ALiBi: the mask's if it names one, else keyLength - queryLength. */
  public long offset() {
    Long named = maskCase.offset();
    return named != null ? named : (long) shape.keyLength() - shape.queryLength();
  }

  /** Returns what is added to a score. */
  public ScoreBias scoreBias() {
    return bias == null ? ScoreBias.none() : ScoreBias.of(bias, biasShape);
  }

  /** Returns the temperature of a query head. */
  public float temperatureOf(int head) {
    return temperatures == null ? 1 : temperatures[head];
  }
}
