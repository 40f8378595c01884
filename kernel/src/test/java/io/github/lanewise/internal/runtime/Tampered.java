package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.kernel.DecodeKernels;
import io.github.lanewise.internal.kernel.GradientKernels;
import io.github.lanewise.internal.kernel.KernelSet;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.LayerKernels;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.PackedKernels;
import io.github.lanewise.internal.kernel.SamplingKernels;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Kernels that do something besides, or that take turns with others. */
final class Tampered {
  @SuppressWarnings("UnusedVariable") // is written, so that the object is really made
  private static volatile Object dump = "";

  private Tampered() {}

  /** So much longer every call takes. */
  static void waitFor() {
    long start = System.nanoTime();
    while (System.nanoTime() - start < 20_000) {
      Thread.onSpinWait();
    }
  }

  static void litter(int bytes) {
    dump = new byte[bytes];
  }

  /** The set, with something done before each call of one of its kernels. */
  static KernelSet with(KernelSet set, String kernels, Runnable before) {
    return new KernelSet(
        kernels.equals("lanes") ? tamper(LaneKernels.class, set.lanes(), before) : set.lanes(),
        kernels.equals("tiles") ? tamper(TileKernels.class, set.tiles(), before) : set.tiles(),
        kernels.equals("scores") ? tamper(ScoreKernels.class, set.scores(), before) : set.scores(),
        set.nodes(),
        set.decode(),
        set.sampling(),
        set.gradients(),
        set.packed(),
        set.layers());
  }

  private static <T> T tamper(Class<T> type, T kernels, Runnable before) {
    return proxy(
        type,
        () -> {
          before.run();
          return kernels;
        });
  }

  /** Each call goes to one set or the other, by chance. */
  static KernelSet mixed(KernelSet a, KernelSet b, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return new KernelSet(
        proxy(LaneKernels.class, () -> (random.nextBoolean() ? a : b).lanes()),
        proxy(TileKernels.class, () -> (random.nextBoolean() ? a : b).tiles()),
        proxy(ScoreKernels.class, () -> (random.nextBoolean() ? a : b).scores()),
        proxy(NodeKernels.class, () -> (random.nextBoolean() ? a : b).nodes()),
        proxy(DecodeKernels.class, () -> (random.nextBoolean() ? a : b).decode()),
        proxy(SamplingKernels.class, () -> (random.nextBoolean() ? a : b).sampling()),
        proxy(GradientKernels.class, () -> (random.nextBoolean() ? a : b).gradients()),
        proxy(PackedKernels.class, () -> (random.nextBoolean() ? a : b).packed()),
        proxy(LayerKernels.class, () -> (random.nextBoolean() ? a : b).layers()));
  }

  private static <T> T proxy(Class<T> type, Supplier<T> target) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              try {
                return method.invoke(target.get(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }
}
