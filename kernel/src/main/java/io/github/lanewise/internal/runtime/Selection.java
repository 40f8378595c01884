package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.kernel.KernelProvider;
import io.github.lanewise.internal.scalar.ScalarProvider;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which implementation of the kernels runs, and why.
 *
 * <p>The checks are made in order, and before any class of the incubator module is loaded. Nothing
 * here throws: a request that cannot be met is kept as {@code failure}, so that every later call
 * can say the same.
 *
 * @param failure why the request of {@code lanewise.lanes} cannot be met, else null
 */
record Selection(
    String name,
    int laneBits,
    String reason,
    @Nullable KernelProvider provider,
    @Nullable String failure) {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";
  private static final String VECTOR_PROVIDER = "io.github.lanewise.internal.vector.VectorProvider";

  static Selection select() {
    @Nullable String complaint = LaneRequest.complaint();
    if (complaint != null) {
      return failed(complaint);
    }
    int request = LaneRequest.BITS;
    if (request == 0) {
      return scalar("asked for by " + LaneRequest.PROPERTY + "=0");
    }
    boolean asked = request != LaneRequest.ANY;
    @Nullable String obstacle = obstacle();
    @Nullable KernelProvider vector = null;
    if (obstacle == null) {
      try {
        vector = load();
        int bits = vector.laneBits();
        if (bits < 128) {
          obstacle =
              "the widest vectors of this CPU and JVM have " + bits + " bits, 128 are needed";
        } else if (asked && bits != request) {
          obstacle = "the widest vectors of this CPU and JVM have " + bits + " bits";
        }
      } catch (ReflectiveOperationException | LinkageError e) {
        obstacle = "the vector kernels cannot be loaded (" + e + ")";
      }
    }
    if (obstacle == null && vector != null) {
      int bits = vector.laneBits();
      String reason =
          asked
              ? "asked for by " + LaneRequest.PROPERTY + "=" + request
              : "the widest vectors of this CPU and JVM, up to 512 bits";
      return new Selection("vector", bits, reason, vector, null);
    }
    if (asked) {
      return failed(
          LaneRequest.PROPERTY
              + "="
              + request
              + " asks for "
              + request
              + "-bit vectors, but "
              + obstacle);
    }
    warn(obstacle);
    return scalar(String.valueOf(obstacle));
  }

  /** What stands against vector code before any of it is loaded, with the remedy; or null. */
  private static @Nullable String obstacle() {
    Optional<Module> module = ModuleLayer.boot().findModule(VECTOR_MODULE);
    if (module.isEmpty() || !Selection.class.getModule().canRead(module.get())) {
      return "module "
          + VECTOR_MODULE
          + " is not there: start java with --add-modules "
          + VECTOR_MODULE;
    }
    String vm = System.getProperty("java.vm.name", "");
    String mode = System.getProperty("java.vm.info", "").toLowerCase(Locale.ROOT);
    if (!vm.contains("HotSpot") && !vm.contains("OpenJDK")) {
      return "the JVM is " + vm + ": only HotSpot's C2 turns vector code into instructions";
    }
    if (mode.contains("interpreted") || "false".equals(HotSpotOptions.get("UseCompiler"))) {
      return "the JIT compiler is off: start java without -Xint";
    }
    @Nullable String stop = HotSpotOptions.get("TieredStopAtLevel");
    if (mode.contains("emulated-client") || (stop != null && !stop.equals("4"))) {
      return "the C2 compiler is off: start java without -XX:TieredStopAtLevel and"
          + " -XX:CompilationMode=quick-only";
    }
    if ("true".equals(HotSpotOptions.get("UseJVMCICompiler"))) {
      return "the JIT compiler is not C2: start java without -XX:+UseJVMCICompiler";
    }
    if ("false".equals(HotSpotOptions.get("EnableVectorSupport"))) {
      return "vector support is off: start java without -XX:-EnableVectorSupport";
    }
    if (!FusedMultiplyAdd.IN_HARDWARE) {
      return "the CPU has no fused multiply-add, or -XX:-UseFMA or -XX:UseAVX=0 hides it:"
          + " start java without these options";
    }
    return null;
  }

  private static KernelProvider load() throws ReflectiveOperationException {
    try {
      return Class.forName(VECTOR_PROVIDER)
          .asSubclass(KernelProvider.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (InvocationTargetException e) {
      throw new ReflectiveOperationException(String.valueOf(e.getCause()), e);
    }
  }

  private static Selection scalar(String reason) {
    return new Selection("scalar", 0, reason, new ScalarProvider(), null);
  }

  private static Selection failed(String failure) {
    return new Selection("none", 0, failure, null, failure);
  }

  private static void warn(@Nullable String obstacle) {
    FallbackWarning.give(String.valueOf(obstacle));
  }
}
