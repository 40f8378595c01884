package io.github.lanewise.internal.runtime;

import io.github.lanewise.internal.jvm.Jvm;
import io.github.lanewise.internal.jvm.Jvm.FusedMultiplyAdd;
import io.github.lanewise.internal.jvm.StartRequest;
import io.github.lanewise.internal.kernel.KernelSet;
import java.lang.reflect.InvocationTargetException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Which implementation of the kernels is to run, and why.
 *
 * <p>The checks are made in order, and before any class of the incubator module is loaded; that
 * itself takes a while, and waits until somebody needs it. Nothing here throws: a request that
 * cannot be met is kept as a failure, so that every later call can say the same.
 */
public final class Selection {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";
  private static final String VECTOR_PROVIDER = "io.github.lanewise.internal.vector.VectorProvider";

  /** How the process begins. */
  enum Start {
    /** What was asked for cannot be had. */
    REFUSED,
    /** Scalar kernels, for good. */
    SCALAR,
    /** Vector kernels at once. */
    VECTOR,
    /** Scalar kernels, until the vector ones have proved themselves. */
    TRIAL
  }

  /** For tests: what is made of the vector kernels when they are loaded. */
  static volatile @Nullable UnaryOperator<KernelSet> preparation;

  private final Start start;
  private final String reason;

  /** The vector kernels, once they are loaded; null before that, or if they cannot be. */
  private @Nullable KernelSet vector;

  private int laneBits;
  private @Nullable String obstacle;
  private boolean loaded;

  private Selection(Start start, String reason) {
    this.start = start;
    this.reason = reason;
  }

  static Selection select() {
    @Nullable String complaint = StartRequest.complaint();
    if (complaint != null) {
      return new Selection(Start.REFUSED, complaint);
    }
    int request = StartRequest.BITS;
    if (request == 0) {
      return new Selection(Start.SCALAR, "asked for by " + StartRequest.LANES + "=0");
    }
    boolean asked = request != StartRequest.ANY;
    @Nullable String obstacle = obstacle();
    if (obstacle == null) {
      Start start = StartRequest.TRIAL ? Start.TRIAL : Start.VECTOR;
      String reason =
          asked
              ? "asked for by " + StartRequest.LANES + "=" + request
              : "the widest vectors of this CPU and JVM, up to 512 bits";
      Selection vector = new Selection(start, reason);
      if (start == Start.TRIAL && !asked) {
        return vector;
      }
      obstacle = vector.loadQuietly();
      if (obstacle == null) {
        return vector;
      }
    }
    if (asked) {
      return new Selection(
          Start.REFUSED,
          StartRequest.LANES
              + "="
              + request
              + " asks for "
              + request
              + "-bit vectors, but "
              + obstacle);
    }
    warn(obstacle);
    return new Selection(Start.SCALAR, obstacle);
  }

  Start start() {
    return start;
  }

  /** Why every request is refused, or null. */
  public @Nullable String failure() {
    return start == Start.REFUSED ? reason : null;
  }

  /** What is to run in the end: {@code vector} or {@code scalar}. */
  public String name() {
    return vectorKernels() != null ? "vector" : "scalar";
  }

  /** The width of its vectors in bits; 0 for scalar code. */
  public synchronized int laneBits() {
    return vectorKernels() != null ? laneBits : 0;
  }

  /** Why that. */
  public synchronized String reason() {
    vectorKernels();
    return obstacle != null ? obstacle : reason;
  }

  /**
   * The vector kernels, loaded at the first request, unless scalar code is to run; null if they
   * cannot be loaded, which is warned of once.
   */
  synchronized @Nullable KernelSet vectorKernels() {
    if (!loaded && (start == Start.TRIAL || start == Start.VECTOR)) {
      @Nullable String found = loadQuietly();
      if (found != null) {
        warn(found);
      }
    }
    return vector;
  }

  /** Loads the vector kernels; returns what stands against them, or null. */
  private synchronized @Nullable String loadQuietly() {
    loaded = true;
    try {
      KernelSet.Provider provider = load();
      int bits = provider.laneBits();
      int request = StartRequest.BITS;
      if (bits < 128) {
        obstacle = "the widest vectors of this CPU and JVM have " + bits + " bits, 128 are needed";
      } else if (request != StartRequest.ANY && bits != request) {
        obstacle = "the widest vectors of this CPU and JVM have " + bits + " bits";
      } else {
        laneBits = bits;
        KernelSet kernels = provider.kernels();
        UnaryOperator<KernelSet> prepared = preparation;
        vector = prepared == null ? kernels : prepared.apply(kernels);
      }
    } catch (ReflectiveOperationException | RuntimeException | Error e) {
      obstacle = "the vector kernels cannot be loaded (" + e + ")";
    }
    return obstacle;
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
    if (mode.contains("interpreted") || "false".equals(Jvm.option("UseCompiler"))) {
      return "the JIT compiler is off: start java without -Xint";
    }
    @Nullable String stop = Jvm.option("TieredStopAtLevel");
    if (mode.contains("emulated-client") || (stop != null && !stop.equals("4"))) {
      return "the C2 compiler is off: start java without -XX:TieredStopAtLevel and"
          + " -XX:CompilationMode=quick-only";
    }
    if ("true".equals(Jvm.option("UseJVMCICompiler"))) {
      return "the JIT compiler is not C2: start java without -XX:+UseJVMCICompiler";
    }
    if ("false".equals(Jvm.option("EnableVectorSupport"))) {
      return "vector support is off: start java without -XX:-EnableVectorSupport";
    }
    if (!FusedMultiplyAdd.IN_HARDWARE) {
      return "the CPU has no fused multiply-add, or -XX:-UseFMA or -XX:UseAVX=0 hides it:"
          + " start java without these options";
    }
    return null;
  }

  private static KernelSet.Provider load() throws ReflectiveOperationException {
    try {
      return Class.forName(VECTOR_PROVIDER)
          .asSubclass(KernelSet.Provider.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (InvocationTargetException e) {
      throw new ReflectiveOperationException(String.valueOf(e.getCause()), e);
    }
  }

  private static void warn(@Nullable String obstacle) {
    Warnings.scalar(String.valueOf(obstacle));
  }
}
