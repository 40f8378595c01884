package io.github.lanewise.internal.trial;

import io.github.lanewise.internal.kernel.KernelFamily;
import java.util.List;

/** The drills of each family, on new data; the kernels that most operations need come first. */
final class Drills {
  private Drills() {}

  static List<Drill> of(KernelFamily family) {
    return switch (family) {
      case ROWS -> new RowDrills().all();
      case TILES -> new TileDrills().all();
      case SCORES -> new ScoreDrills().all();
      case DECODE -> new DecodeDrills().all();
      case SAMPLING -> new SamplingDrills().all();
    };
  }
}
