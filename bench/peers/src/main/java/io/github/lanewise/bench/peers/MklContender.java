package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.BufferRun;
import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Operation;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.mkl.global.mkl_rt;

/** Intel's Math Kernel Library by itself: exp of its vector mathematics, products of its BLAS. */
public final class MklContender implements Contender {
  /** High accuracy (below 1 ULP); errors are neither looked for nor reported. */
  private static final long EXP_MODE = mkl_rt.VML_HA | mkl_rt.VML_ERRMODE_IGNORE;

  /** For dlopen on Linux: RTLD_LAZY, RTLD_NOLOAD and RTLD_GLOBAL. */
  private static final int LOADED_TO_ALL = 0x1 | 0x4 | 0x100;

  @Override
  public String name() {
    return "MKL";
  }

  @Override
  public String description() {
    return "Intel oneMKL "
        + JavaCpp.version("mkl")
        + ": vmsExp (VML_HA: below 1 ULP, errors ignored), cblas_sgemm; sequential layer for one"
        + " thread, Intel's OpenMP for more; code path by MKL's own choice for this CPU";
  }

  @Override
  public boolean answers(Question question) {
    return switch (question.operation()) {
      case EXP, QK, PV -> true;
      default -> false;
    };
  }

  @Override
  public List<String> jvmArguments() {
    return JavaCpp.jvmArguments();
  }

  @Override
  public Run prepare(Question question, QuestionData data) {
    JavaCpp.load("MKL", mkl_rt.class);
    setThreads(question.threads());
    JavaCpp.Pointers pointers = new JavaCpp.Pointers();
    FloatBuffer out = NativeMemory.floats(question.resultLength());
    FloatPointer a = pointers.to(NativeMemory.copyOf(data.a()));
    FloatPointer y = pointers.to(out);
    int length = data.a().length;
    Runnable work =
        switch (question.operation()) {
          case EXP -> () -> mkl_rt.vmsExp(length, a, y, EXP_MODE);
          case QK, PV -> product(question, a, pointers.to(NativeMemory.copyOf(data.b())), y);
          default -> throw new IllegalArgumentException("MKL does not answer " + question);
        };
    return new BufferRun(out, work, pointers::close);
  }

  /** C = A·B or A·Bᵀ. */
  private static Runnable product(
      Question question, FloatPointer a, FloatPointer b, FloatPointer c) {
    boolean transposed = question.operation() == Operation.QK;
    int rows = question.rows();
    int columns = question.columns();
    int depth = question.depth();
    int form = transposed ? mkl_rt.CblasTrans : mkl_rt.CblasNoTrans;
    int stride = transposed ? depth : columns;
    return () ->
        mkl_rt.cblas_sgemm(
            mkl_rt.CblasRowMajor,
            mkl_rt.CblasNoTrans,
            form,
            rows,
            columns,
            depth,
            1f,
            a,
            depth,
            b,
            stride,
            0f,
            c,
            columns);
  }

  /** To be called before anything is computed: the layer of the first call stays for good. */
  static void setThreads(int threads) {
    shareOpenMp();
    // GNU's runtime is the one of PyTorch, too: two runtimes in a process spin against each other.
    mkl_rt.MKL_Set_Threading_Layer(mkl_rt.MKL_THREADING_GNU);
    mkl_rt.MKL_Set_Dynamic(0); // else it takes fewer threads as it sees fit
    mkl_rt.MKL_Set_Num_Threads(threads);
    if (mkl_rt.MKL_Get_Max_Threads() != threads) {
      throw new IllegalStateException(
          "MKL works with "
              + mkl_rt.MKL_Get_Max_Threads()
              + " threads, but the question is for "
              + threads);
    }
  }

  /**
   * Lets MKL find the OpenMP runtime that its Intel layer calls. On Intel's CPUs kernels of that
   * layer run whatever layer is chosen, and JavaCPP has loaded the runtime for nobody but itself.
   */
  @SuppressWarnings("restricted") // the programs here run with --enable-native-access
  private static void shareOpenMp() {
    Linker linker = Linker.nativeLinker();
    Optional<MemorySegment> open = linker.defaultLookup().find("dlopen");
    if (open.isEmpty() || !isIntel()) {
      return;
    }
    FunctionDescriptor type =
        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle dlopen = linker.downcallHandle(open.get(), type);
      MemorySegment name = arena.allocateFrom("libiomp5.so");
      MemorySegment ignored = (MemorySegment) dlopen.invokeExact(name, LOADED_TO_ALL);
    } catch (Throwable e) {
      throw new IllegalStateException("MKL's OpenMP cannot be shared", e);
    }
  }

  private static boolean isIntel() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines.anyMatch(line -> line.startsWith("vendor_id") && line.endsWith("GenuineIntel"));
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }
}
