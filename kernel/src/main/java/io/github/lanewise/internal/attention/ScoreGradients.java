package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * From the scores of a chunk of queries against a panel of keys to the weights and to the gradients
 * of the scores, step by step back to the dot product. Each lane is one key.
 */
final class ScoreGradients {

  private static final int PANEL = TileKernels.PANEL;
  private static final int GROUP = TileKernels.GROUP;

  /** Who sees what. */
  final VisiblePairs pairs = new VisiblePairs();

  private final KeyScores panel = new KeyScores();

  /** The gradients of the scores, after {@link #unwind} those of the dot products. */
  final float[] gradients = new float[CHUNK * PANEL];

  /** The scores as they were, if asked for. */
  float[] products = new float[0];

  ScoreGradients() {}

  /** The panel's scores; the weights once {@link #differentiate} has been called. */
  float[] scores() {
    return panel.scores;
  }

  /** Computes the scores. */
  void score(BackwardCall call, QueryChunk queries, KeyChunk keys, int p) {
    panel.compute(call, queries, keys, p, pairs);
  }

  /**
   * The weights in the place of the scores, and the gradients of the scores before they were
   * divided by the temperature, which {@link #temper} makes up for. Where nothing but a scale was
   * asked for, they are those of the dot products already.
   *
   * @param keep whether {@link #products} gets the scores times their gradients
   */
  void differentiate(BackwardCall call, QueryChunk queries, KeyChunk keys, int p, boolean keep) {
    int from = pairs.from(p);
    int rows = pairs.end(p) - from;
    int lanes = keys.lanes(p);
    int at = from * PANEL;
    if (call.wantsScores()) {
      Kernels.tiles()
          .product(
              queries.gradients,
              from * call.valueDim,
              call.valueDim * GROUP,
              rows,
              keys.values,
              keys.valuesAt(p, call.valueDim),
              lanes,
              call.valueDim,
              gradients,
              at);
    }
    boolean drops = call.options.drops();
    if (drops && call.wantsScores()) {
      drop(call, gradients, queries, keys, p);
    }
    if (keep) {
      products = QueryChunk.grown(products, CHUNK * PANEL);
      System.arraycopy(panel.scores, at, products, at, rows * PANEL);
    }
    Kernels.gradients()
        .differentiate(
            panel.scores,
            gradients,
            at,
            rows,
            lanes,
            queries.logSumExp,
            queries.dots,
            from,
            call.isScaledAtOnce() ? call.scale : 1f);
    if (drops) {
      drop(call, panel.scores, queries, keys, p);
    }
    if (keep) {
      Kernels.gradients().scoreProducts(products, gradients, at, rows, lanes);
    }
  }

  private void drop(BackwardCall call, float[] x, QueryChunk queries, KeyChunk keys, int p) {
    int from = pairs.from(p);
    queries.bits.drop(
        call.options,
        x,
        from * PANEL,
        pairs.end(p) - from,
        keys.lanes(p),
        from,
        keys.bits,
        p * PANEL,
        call.options.keepFactor);
  }

  /** Back through the temperature: the gradients of the bias. */
  void temper(BackwardCall call, QueryChunk queries, int p) {
    float @Nullable [] temperatures = call.options.temperatures;
    if (temperatures != null) {
      int at = pairs.from(p) * PANEL;
      float temperature = temperatures[(int) queries.head];
      int length = pairs.end(p) * PANEL - at;
      Kernels.lanes().divide(gradients, at, temperature, gradients, at, length);
    }
  }

  /** Back through softcap and scale: the gradients of the dot products. */
  void unwind(BackwardCall call, KeyChunk keys, int p) {
    if (call.isScaledAtOnce()) {
      return;
    }
    int at = pairs.from(p) * PANEL;
    int rows = pairs.end(p) - pairs.from(p);
    int lanes = keys.lanes(p);
    if (call.options.softcap != 0f) {
      Kernels.gradients().multiply(gradients, panel.slopes, at, rows, lanes);
    }
    Kernels.scores().scale(gradients, at, rows, lanes, call.scale);
  }
}
