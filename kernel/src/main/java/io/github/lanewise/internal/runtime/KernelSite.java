package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.kernel.KernelFamily;
import io.github.lanewise.internal.kernel.KernelSet;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;

/**
 * Where the operators get their kernels of one kind from. C2 takes the target for a constant, so
 * that compiled code holds one receiver, before a switch and after it; a switch throws the compiled
 * code of the operators away, once.
 *
 * <p>No lambda and no string is put together on the way to the first call: each costs it
 * milliseconds.
 */
final class KernelSite {
  final KernelFamily family;
  private final Class<?> kind;
  private final MutableCallSite site;
  private final MethodHandle handle;

  /**
   * @param kind the kernels' interface
   */
  KernelSite(KernelFamily family, Class<?> kind) {
    this.family = family;
    this.kind = kind;
    site = new MutableCallSite(MethodType.methodType(kind));
    handle = site.dynamicInvoker();
  }

  /** What an operator calls: returns the kernels that serve now. */
  MethodHandle handle() {
    return handle;
  }

  MutableCallSite site() {
    return site;
  }

  /** Lets the kernels of a set serve. */
  void serve(KernelSet kernels) {
    site.setTarget(MethodHandles.constant(kind, kernels.get(kind)));
  }

  /** Asks the service at every use. */
  void ask(Service service) {
    MethodHandle use = MethodHandles.insertArguments(Uses.USE, 0, service, this);
    site.setTarget(use.asType(MethodType.methodType(kind)));
  }

  /** The kernels of the set. */
  Object of(KernelSet kernels) {
    return kernels.get(kind);
  }

  /** Apart, so that only those who ask find it. */
  private static final class Uses {
    static final MethodHandle USE = find();

    private static MethodHandle find() {
      try {
        return MethodHandles.lookup()
            .findVirtual(
                Service.class, "use", MethodType.methodType(Object.class, KernelSite.class));
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("a method of this package", e);
      }
    }
  }
}
