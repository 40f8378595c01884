package io.github.lanewise.bench.experiments;

import io.github.lanewise.bench.experiments.Setting.Run;
import io.github.lanewise.bench.training.Corpus;
import io.github.lanewise.bench.training.ModelShape;
import io.github.lanewise.bench.training.Weighting;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which models are trained, in the full size or in the small one of the demo.
 *
 * @param dims floats of a head, with and without the scale
 */
record Plan(
    int context, int layers, List<Integer> dims, int steps, int tooManySteps, List<Long> seeds) {
  /** The size of a head where it is not what is tried. */
  static final int DIM = 16;

  private static final int BATCH = 8;
  private static final int WIDTH = 64;
  private static final int HEADS = 4;
  private static final int EVERYTHING = Integer.MAX_VALUE;

  /** So little text is known by heart soon. */
  private static final int LITTLE = 6000;

  static Plan full() {
    return new Plan(64, 3, List.of(DIM, 64, 256), 600, 1200, List.of(1L, 2L, 3L));
  }

  static Plan small() {
    return new Plan(32, 2, List.of(DIM, 64), 150, 400, List.of(1L));
  }

  private Setting setting(
      String name, int dim, boolean scaled, @Nullable Weighting weighting, boolean learns) {
    return new Setting(name, shape(dim), scaled, weighting, learns, EVERYTHING, steps);
  }

  private ModelShape shape(int dim) {
    return new ModelShape(Corpus.VOCABULARY, context, BATCH, WIDTH, layers, HEADS, dim);
  }

  /** With 1/√d or without it. */
  Setting scale(int dim, boolean scaled) {
    return setting((scaled ? "scaled-" : "unscaled-") + dim, dim, scaled, null, false);
  }

  /** Softmax in the library, anything else in plain Java. */
  Setting weighting(Weighting weighting) {
    return weighting == Weighting.SOFTMAX
        ? scale(DIM, true)
        : setting(weighting.name().toLowerCase(Locale.ROOT), DIM, true, weighting, false);
  }

  /** Unshifted softmax without the scale, whose scores are larger. */
  Setting unshiftedUnscaled() {
    return setting("unshifted-unscaled", 64, false, Weighting.UNSHIFTED, false);
  }

  Setting temperatures() {
    return setting("temperatures", DIM, true, null, true);
  }

  Setting overtrained() {
    return new Setting("overtrained", shape(DIM), true, null, false, LITTLE, tooManySteps);
  }

  /** Every setting once. */
  Set<Setting> settings() {
    Set<Setting> all = new LinkedHashSet<>();
    for (int dim : dims) {
      all.add(scale(dim, true));
      all.add(scale(dim, false));
    }
    for (Weighting weighting : Weighting.values()) {
      all.add(weighting(weighting));
    }
    all.add(unshiftedUnscaled());
    all.add(temperatures());
    all.add(overtrained());
    return all;
  }

  /** Every run, those of one seed together. */
  List<Run> runs() {
    List<Run> all = new ArrayList<>();
    for (long seed : seeds) {
      for (Setting setting : settings()) {
        all.add(new Run(setting, seed));
      }
    }
    return all;
  }

  /** An empty list for each setting. */
  Map<Setting, List<RunResult>> results() {
    Map<Setting, List<RunResult>> all = new LinkedHashMap<>();
    settings().forEach(setting -> all.put(setting, new ArrayList<>()));
    return all;
  }
}
