package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.kernel.DecodeKernels;
import io.github.lanewise.internal.kernel.GradientKernels;
import io.github.lanewise.internal.kernel.KernelFamily;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.LayerKernels;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.PackedKernels;
import io.github.lanewise.internal.kernel.SamplingKernels;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * The kernels that serve in this process. They may change from one call to the next, and in the
 * midst of an operation: all have the same bits and lay out their scratch alike.
 *
 * <p>The handles are static finals and their targets constants for C2, so that it knows the
 * receiver and inlines through the interface. If the choice failed, every kernel throws the reason:
 * a static initialiser that threw would explain itself only on the first call.
 */
public final class Kernels {
  private static final Service SERVICE = new Service(Selection.select());

  /**
   * What serves a family.
   *
   * @param settled whether that is the last word
   * @param ratio how many times as fast the vector form is; NaN if that was not measured
   */
  public record FamilyState(
      KernelFamily family, boolean vector, boolean settled, double ratio, String reason) {}

  private Kernels() {}

  public static LaneKernels lanes() {
    try {
      return (LaneKernels) Lanes.HANDLE.invokeExact();
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  public static TileKernels tiles() {
    try {
      return (TileKernels) Tiles.HANDLE.invokeExact();
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  public static ScoreKernels scores() {
    try {
      return (ScoreKernels) Scores.HANDLE.invokeExact();
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  public static NodeKernels nodes() {
    try {
      return (NodeKernels) Nodes.HANDLE.invokeExact();
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  public static DecodeKernels decode() {
    try {
      return (DecodeKernels) Decode.HANDLE.invokeExact();
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  public static SamplingKernels sampling() {
    try {
      return (SamplingKernels) Sampling.HANDLE.invokeExact();
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  public static GradientKernels gradients() {
    try {
      return (GradientKernels) Gradients.HANDLE.invokeExact();
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  public static PackedKernels packed() {
    try {
      return (PackedKernels) Packed.HANDLE.invokeExact();
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  public static LayerKernels layers() {
    try {
      return (LayerKernels) Layers.HANDLE.invokeExact();
    } catch (Throwable thrown) {
      throw unexpected(thrown);
    }
  }

  /** No handle throws of its own accord; what reaches this is an error of the JVM. */
  private static Error unexpected(Throwable thrown) {
    return thrown instanceof Error error ? error : new AssertionError(thrown);
  }

  /** Returns quietly if there are kernels. */
  public static void requireAvailable() {
    SERVICE.requireAvailable();
  }

  public static Selection selection() {
    return SERVICE.selection();
  }

  /** What serves each family now, and why. */
  public static List<FamilyState> families() {
    return SERVICE.families();
  }

  /**
   * Waits until it is settled what serves each family.
   *
   * @return whether it is
   * @throws InterruptedException if the thread was interrupted before it was
   */
  public static boolean await(long nanos) throws InterruptedException {
    return SERVICE.await(nanos);
  }

  // A class for each kind of kernels: the JVM initialises it at their first use, once.

  private static final class Lanes {
    static final MethodHandle HANDLE = SERVICE.firstUse(SERVICE.lanes);
  }

  private static final class Tiles {
    static final MethodHandle HANDLE = SERVICE.firstUse(SERVICE.tiles);
  }

  private static final class Scores {
    static final MethodHandle HANDLE = SERVICE.firstUse(SERVICE.scores);
  }

  private static final class Nodes {
    static final MethodHandle HANDLE = SERVICE.firstUse(SERVICE.nodes);
  }

  private static final class Decode {
    static final MethodHandle HANDLE = SERVICE.firstUse(SERVICE.decode);
  }

  private static final class Sampling {
    static final MethodHandle HANDLE = SERVICE.firstUse(SERVICE.sampling);
  }

  private static final class Gradients {
    static final MethodHandle HANDLE = SERVICE.firstUse(SERVICE.gradients);
  }

  private static final class Packed {
    static final MethodHandle HANDLE = SERVICE.firstUse(SERVICE.packed);
  }

  private static final class Layers {
    static final MethodHandle HANDLE = SERVICE.firstUse(SERVICE.layers);
  }
}
