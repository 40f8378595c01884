package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.kernel.DecodeKernels;
import io.github.lanewise.internal.kernel.KernelFamily;
import io.github.lanewise.internal.kernel.KernelSet;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.SamplingKernels;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.scalar.ScalarProvider;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Which kernels serve each family at the moment. In a trial, the first use of a family puts its
 * scalar kernels into service and asks for the trial of its vector ones.
 */
final class Service {
  final KernelSite<LaneKernels> lanes =
      new KernelSite<>(KernelFamily.ROWS, LaneKernels.class, KernelSet::lanes);
  final KernelSite<TileKernels> tiles =
      new KernelSite<>(KernelFamily.TILES, TileKernels.class, KernelSet::tiles);
  final KernelSite<ScoreKernels> scores =
      new KernelSite<>(KernelFamily.SCORES, ScoreKernels.class, KernelSet::scores);
  final KernelSite<NodeKernels> nodes =
      new KernelSite<>(KernelFamily.SCORES, NodeKernels.class, KernelSet::nodes);
  final KernelSite<DecodeKernels> decode =
      new KernelSite<>(KernelFamily.DECODE, DecodeKernels.class, KernelSet::decode);
  final KernelSite<SamplingKernels> sampling =
      new KernelSite<>(KernelFamily.SAMPLING, SamplingKernels.class, KernelSet::sampling);

  private final List<KernelSite<?>> sites = List.of(lanes, tiles, scores, nodes, decode, sampling);

  private final Map<KernelFamily, FamilyState> states = new EnumMap<>(KernelFamily.class);
  private final Selection selection;
  private final KernelSet scalar;
  private final Trial trial;

  Service(Selection selection) {
    this.selection = selection;
    scalar =
        selection.start() == Selection.Start.REFUSED
            ? refusing(String.valueOf(selection.failure()))
            : KernelSet.of(new ScalarProvider());
    trial = new Trial(selection, scalar, this::settle);
    for (KernelFamily family : KernelFamily.values()) {
      begin(family);
    }
  }

  private void begin(KernelFamily family) {
    switch (selection.start()) {
      case TRIAL -> {
        remember(family, false, false, Double.NaN, "it has not been used yet");
        for (KernelSite<?> site : sitesOf(family)) {
          site.ask(MethodHandles.insertArguments(FIRST_USE, 0, this, family));
        }
      }
      case VECTOR -> {
        KernelSet vector = selection.vectorKernels();
        String reason =
            StartRequest.PROPERTY + "=vector, or " + LaneRequest.PROPERTY + ", asks for it at once";
        serve(family, vector != null ? vector : scalar);
        remember(family, vector != null, true, Double.NaN, reason);
      }
      default -> {
        serve(family, scalar);
        remember(family, false, true, Double.NaN, selection.reason());
      }
    }
  }

  private List<KernelSite<?>> sitesOf(KernelFamily family) {
    List<KernelSite<?>> own = new ArrayList<>();
    for (KernelSite<?> site : sites) {
      if (site.family == family) {
        own.add(site);
      }
    }
    return own;
  }

  private void serve(KernelFamily family, KernelSet kernels) {
    for (KernelSite<?> site : sitesOf(family)) {
      site.serve(kernels);
    }
  }

  private void remember(
      KernelFamily family, boolean vector, boolean settled, double ratio, String reason) {
    states.put(family, new FamilyState(family, vector, settled, ratio, reason));
  }

  /**
   * Called for the kernels of a family that nobody has used yet, and goes on to be called as long
   * as there is no trial: another class loader's may be running.
   */
  KernelSet firstUse(KernelFamily family) {
    if (trial.request(family)) {
      synchronized (this) {
        if (!state(family).settled()) {
          serve(family, scalar);
          remember(family, false, false, Double.NaN, "its vector form is being compiled and tried");
        }
      }
    }
    return scalar;
  }

  /** The trial's word on a family. */
  private void settle(FamilyState state) {
    synchronized (this) {
      KernelSet vector = selection.vectorKernels();
      serve(state.family(), state.vector() && vector != null ? vector : scalar);
      states.put(state.family(), state);
    }
    // All threads see the new kernels from their next call on, also those that hold on to old code.
    MutableCallSite.syncAll(
        sitesOf(state.family()).stream().map(KernelSite::site).toArray(MutableCallSite[]::new));
  }

  private synchronized FamilyState state(KernelFamily family) {
    FamilyState state = states.get(family);
    assert state != null : family;
    return state;
  }

  synchronized List<FamilyState> families() {
    return List.copyOf(states.values());
  }

  Selection selection() {
    return selection;
  }

  void requireAvailable() {
    if (selection.start() == Selection.Start.REFUSED) {
      throw new IllegalStateException(selection.failure());
    }
  }

  boolean await(long nanos) throws InterruptedException {
    return selection.start() != Selection.Start.TRIAL || trial.await(nanos);
  }

  private static KernelSet refusing(String reason) {
    return new KernelSet(
        refusing(LaneKernels.class, reason),
        refusing(TileKernels.class, reason),
        refusing(ScoreKernels.class, reason),
        refusing(NodeKernels.class, reason),
        refusing(DecodeKernels.class, reason),
        refusing(SamplingKernels.class, reason));
  }

  private static <T> T refusing(Class<T> kernels, String reason) {
    return kernels.cast(
        Proxy.newProxyInstance(
            kernels.getClassLoader(),
            new Class<?>[] {kernels},
            (proxy, method, arguments) -> {
              throw new IllegalStateException(reason);
            }));
  }

  private static final MethodHandle FIRST_USE = firstUse();

  private static MethodHandle firstUse() {
    try {
      return MethodHandles.lookup()
          .findVirtual(
              Service.class,
              "firstUse",
              MethodType.methodType(KernelSet.class, KernelFamily.class));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a method of this class", e);
    }
  }
}
