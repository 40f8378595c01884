package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.jvm.StartRequest;
import io.github.lanewise.internal.kernel.DecodeKernels;
import io.github.lanewise.internal.kernel.GradientKernels;
import io.github.lanewise.internal.kernel.KernelFamily;
import io.github.lanewise.internal.kernel.KernelSet;
import io.github.lanewise.internal.kernel.LaneKernels;
import io.github.lanewise.internal.kernel.LayerKernels;
import io.github.lanewise.internal.kernel.NodeKernels;
import io.github.lanewise.internal.kernel.PackedKernels;
import io.github.lanewise.internal.kernel.SamplingKernels;
import io.github.lanewise.internal.kernel.ScoreKernels;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels.FamilyState;
import io.github.lanewise.internal.scalar.ScalarProvider;
import java.lang.invoke.MethodHandle;
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
  final KernelSite lanes = new KernelSite(KernelFamily.ROWS, LaneKernels.class);
  final KernelSite tiles = new KernelSite(KernelFamily.TILES, TileKernels.class);
  final KernelSite scores = new KernelSite(KernelFamily.SCORES, ScoreKernels.class);
  final KernelSite nodes = new KernelSite(KernelFamily.SCORES, NodeKernels.class);
  final KernelSite decode = new KernelSite(KernelFamily.DECODE, DecodeKernels.class);
  final KernelSite sampling = new KernelSite(KernelFamily.SAMPLING, SamplingKernels.class);
  final KernelSite gradients = new KernelSite(KernelFamily.GRADIENTS, GradientKernels.class);
  final KernelSite packed = new KernelSite(KernelFamily.PACKED, PackedKernels.class);
  final KernelSite layers = new KernelSite(KernelFamily.LAYERS, LayerKernels.class);

  private final List<KernelSite> sites =
      List.of(lanes, tiles, scores, nodes, decode, sampling, gradients, packed, layers);

  private static final String AT_ONCE =
      StartRequest.START + "=vector, or " + StartRequest.LANES + ", asks for it at once";

  private final Map<KernelFamily, FamilyState> states = new EnumMap<>(KernelFamily.class);
  private final Selection selection;
  private final KernelSet scalar;
  private final Trial trial;

  Service(Selection selection) {
    this.selection = selection;
    scalar =
        selection.start() == Selection.Start.REFUSED
            ? refusing(String.valueOf(selection.failure()))
            : new ScalarProvider().kernels();
    trial = new Trial(selection, scalar, this);
    for (KernelFamily family : KernelFamily.values()) {
      begin(family);
    }
  }

  private void begin(KernelFamily family) {
    KernelSet vector =
        selection.start() == Selection.Start.VECTOR ? selection.vectorKernels() : null;
    serve(family, vector != null ? vector : scalar);
    if (selection.start() == Selection.Start.TRIAL) {
      remember(family, false, false, Double.NaN, "it has not been used yet");
    } else {
      boolean serves = vector != null;
      remember(family, serves, true, Double.NaN, serves ? AT_ONCE : selection.reason());
    }
  }

  private List<KernelSite> sitesOf(KernelFamily family) {
    List<KernelSite> own = new ArrayList<>();
    for (KernelSite site : sites) {
      if (site.family == family) {
        own.add(site);
      }
    }
    return own;
  }

  private void serve(KernelFamily family, KernelSet kernels) {
    for (KernelSite site : sitesOf(family)) {
      site.serve(kernels);
    }
  }

  private void remember(
      KernelFamily family, boolean vector, boolean settled, double ratio, String reason) {
    states.put(family, new FamilyState(family, vector, settled, ratio, reason));
  }

  /**
   * Called once for each kind of kernels, before they are used for the first time: asks for the
   * trial of their family. If another class loader's is running, every use asks again.
   *
   * @return what operators call
   */
  MethodHandle firstUse(KernelSite site) {
    try {
      if (selection.start() == Selection.Start.TRIAL && !tryOut(site)) {
        askAgain(site);
      }
    } catch (RuntimeException | Error thrown) {
      // Such as no memory: the scalar kernels serve all the same.
    }
    return site.handle();
  }

  private synchronized void askAgain(KernelSite site) {
    FamilyState state = state(site.family);
    if (!state.settled() && !state.vector()) {
      site.ask(this);
    }
  }

  /** A use that asks again. */
  Object use(KernelSite site) {
    tryOut(site);
    return site.of(scalar);
  }

  /** Asks for the trial; if there is one, the scalar kernels serve without further questions. */
  private boolean tryOut(KernelSite site) {
    if (!trial.request(site.family)) {
      return false;
    }
    synchronized (this) {
      FamilyState state = state(site.family);
      if (!state.settled() && !state.vector()) {
        site.serve(scalar);
        remember(site.family, false, false, Double.NaN, "its vector form is being compiled");
      }
    }
    return true;
  }

  /** The trial's word on the plain kernels of a family. */
  void servePlain(KernelFamily family, KernelSet kernels, double ratio) {
    serveNow(
        kernels,
        new FamilyState(family, true, false, ratio, "its rarer kernels are being compiled"));
  }

  /** The trial's last word on a family. */
  void settle(FamilyState state, KernelSet kernels) {
    serveNow(kernels, state);
  }

  /** The trial's last word on a family, for which nothing changes. */
  synchronized void keep(KernelFamily family, boolean scalarAlone, double ratio, String reason) {
    states.put(family, new FamilyState(family, !scalarAlone, true, ratio, reason));
    if (scalarAlone) {
      serve(family, scalar); // without further questions
    }
  }

  /** The same if it has no word. */
  synchronized void keep(KernelFamily family, String reason) {
    FamilyState now = state(family);
    keep(family, !now.vector(), now.ratio(), reason);
  }

  private void serveNow(KernelSet kernels, FamilyState state) {
    List<KernelSite> own = sitesOf(state.family());
    MutableCallSite[] calls = new MutableCallSite[own.size()];
    synchronized (this) {
      for (int i = 0; i < calls.length; i++) {
        own.get(i).serve(kernels);
        calls[i] = own.get(i).site();
      }
      states.put(state.family(), state);
    }
    // All threads see the new kernels from their next call on, also those that hold on to old code.
    MutableCallSite.syncAll(calls);
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
        refusing(SamplingKernels.class, reason),
        refusing(GradientKernels.class, reason),
        refusing(PackedKernels.class, reason),
        refusing(LayerKernels.class, reason));
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
}
