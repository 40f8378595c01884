package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.kernel.DecodeKernels;
import io.github.lanewise.internal.kernel.KernelProvider;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.SamplingKernels;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of this process, chosen once.
 *
 * <p>Static final fields, so that C2 knows the receiver and inlines through the interface. If the
 * choice failed, every kernel throws the reason: a static initialiser that threw would explain
 * itself only on the first call.
 */
public final class Kernels {
  private static final Selection SELECTION = Selection.select();

  public static final LaneKernels LANES = lanes(SELECTION.provider());
  public static final TileKernels TILES = tiles(SELECTION.provider());
  public static final ScoreKernels SCORES = scores(SELECTION.provider());
  public static final NodeKernels NODES = nodes(SELECTION.provider());
  public static final SamplingKernels SAMPLING = sampling(SELECTION.provider());
  public static final DecodeKernels DECODE = decode(SELECTION.provider());

  private Kernels() {}

  /** Returns quietly if there are kernels. */
  public static void requireAvailable() {
    if (SELECTION.failure() != null) {
      throw refusal();
    }
  }

  public static String name() {
    requireAvailable();
    return SELECTION.name();
  }

  public static int laneBits() {
    requireAvailable();
    return SELECTION.laneBits();
  }

  public static String reason() {
    requireAvailable();
    return SELECTION.reason();
  }

  private static IllegalStateException refusal() {
    return new IllegalStateException(SELECTION.failure());
  }

  private static LaneKernels lanes(@Nullable KernelProvider provider) {
    return provider != null ? provider.lanes() : refusing(LaneKernels.class);
  }

  private static DecodeKernels decode(@Nullable KernelProvider provider) {
    return provider != null ? provider.decode() : refusing(DecodeKernels.class);
  }

  private static NodeKernels nodes(@Nullable KernelProvider provider) {
    return provider != null ? provider.nodes() : refusing(NodeKernels.class);
  }

  private static SamplingKernels sampling(@Nullable KernelProvider provider) {
    return provider != null ? provider.sampling() : refusing(SamplingKernels.class);
  }

  private static ScoreKernels scores(@Nullable KernelProvider provider) {
    return provider != null ? provider.scores() : refusing(ScoreKernels.class);
  }

  private static TileKernels tiles(@Nullable KernelProvider provider) {
    return provider != null ? provider.tiles() : refusing(TileKernels.class);
  }

  private static <T> T refusing(Class<T> kernels) {
    return kernels.cast(
        Proxy.newProxyInstance(
            kernels.getClassLoader(),
            new Class<?>[] {kernels},
            (proxy, method, arguments) -> {
              throw refusal();
            }));
  }
}
