package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.kernel.KernelFamily;
import io.github.lanewise.internal.kernel.KernelSet;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.util.function.Function;

/**
 * Where the operators get their kernels of one kind from. C2 takes the target for a constant, so
 * that compiled code holds one receiver, before a switch and after it; a switch throws the compiled
 * code of the operators away, once.
 */
final class KernelSite<T> {
  final KernelFamily family;
  private final Class<T> type;
  private final Function<KernelSet, T> part;
  private final MutableCallSite site;

  KernelSite(KernelFamily family, Class<T> type, Function<KernelSet, T> part) {
    this.family = family;
    this.type = type;
    this.part = part;
    site = new MutableCallSite(MethodType.methodType(type));
  }

  /** What an operator calls: returns the kernels that serve now. */
  MethodHandle handle() {
    return site.dynamicInvoker();
  }

  MutableCallSite site() {
    return site;
  }

  /** Lets the kernels of a set serve. */
  void serve(KernelSet kernels) {
    site.setTarget(MethodHandles.constant(type, part.apply(kernels)));
  }

  /** Asks at every use. */
  void ask(MethodHandle kernelSet) {
    MethodHandle get =
        MethodHandles.insertArguments(GET, 0, part)
            .asType(MethodType.methodType(type, KernelSet.class));
    site.setTarget(MethodHandles.filterReturnValue(kernelSet, get));
  }

  private static final MethodHandle GET = get();

  private static MethodHandle get() {
    try {
      return MethodHandles.lookup()
          .findVirtual(Function.class, "apply", MethodType.methodType(Object.class, Object.class));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a method of this class", e);
    }
  }
}
