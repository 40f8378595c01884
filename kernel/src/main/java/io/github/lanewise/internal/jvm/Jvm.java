package io.github.lanewise.internal.jvm;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the running JVM tells of its options, threads, compilers and processor. The modules of
 * management are optional: an image without them answers {@link #UNKNOWN}, or null.
 */
public final class Jvm {
  /** There is nobody to ask. */
  public static final long UNKNOWN = -1;

  private static final Path LINUX_PROCESSORS = Path.of("/proc/cpuinfo");

  private Jvm() {}

  /** The value of one of HotSpot's options, or null if there is no such option. */
  public static @Nullable String option(String name) {
    try {
      return Options.get(name);
    } catch (LinkageError | RuntimeException unavailable) {
      return null;
    }
  }

  /** Bytes that the current thread has allocated. */
  public static long allocatedBytes() {
    try {
      return Threads.allocatedBytes();
    } catch (LinkageError | RuntimeException unavailable) {
      return UNKNOWN;
    }
  }

  /** Nanoseconds that a thread has run; also {@link #UNKNOWN} if it has ended or is virtual. */
  public static long cpuNanos(long threadId) {
    try {
      return Threads.cpuNanos(threadId);
    } catch (LinkageError | RuntimeException unavailable) {
      return UNKNOWN;
    }
  }

  /** Nanoseconds of processor time of the whole process; 0 where the system does not tell. */
  public static long processNanos() {
    try {
      return OperatingSystem.nanos();
    } catch (LinkageError | RuntimeException unavailable) {
      return 0;
    }
  }

  /** Milliseconds that the compilers have worked. */
  public static long compilationMillis() {
    try {
      return Compilers.millis();
    } catch (LinkageError | RuntimeException unavailable) {
      return UNKNOWN;
    }
  }

  /** The processor's architecture, and its model where the operating system tells it. */
  public static String processor() {
    return Processor.NAME;
  }

  private static String readProcessor() {
    String architecture = System.getProperty("os.arch", "unknown");
    try {
      if (Files.isReadable(LINUX_PROCESSORS)) {
        for (String line : Files.readAllLines(LINUX_PROCESSORS)) {
          int colon = line.indexOf(':');
          if (line.startsWith("model name") && colon > 0) {
            return architecture + " (" + line.substring(colon + 1).trim() + ")";
          }
        }
      }
    } catch (IOException unreadable) {
      return architecture;
    }
    return architecture;
  }

  /** Apart, so that the file is read once, and only for those who ask. */
  private static final class Processor {
    static final String NAME = readProcessor();
  }

  /** Whether {@link Math#fma(float, float, float)} is one machine instruction. */
  public static final class FusedMultiplyAdd {
    /**
     * True where the machine has the instruction. A constant, so that compiled code holds one
     * branch only.
     */
    public static final boolean IN_HARDWARE = detect();

    private FusedMultiplyAdd() {}

    private static boolean detect() {
      @Nullable String option = option("UseFMA");
      return option != null ? Boolean.parseBoolean(option) : isFast();
    }

    /**
     * Tells the instruction from its emulation by time: without the instruction {@code Math.fma}
     * goes through BigDecimal, which takes microseconds; with it even the interpreter takes
     * nanoseconds. Only asked where the option cannot be read.
     */
    private static boolean isFast() {
      long best = Long.MAX_VALUE;
      float sum = 1;
      for (int round = 0; round < 8; round++) {
        long start = System.nanoTime();
        for (int i = 0; i < 64; i++) {
          sum = Math.fma(0.7f, sum, 0.1f * i);
        }
        best = Math.min(best, System.nanoTime() - start);
      }
      return best < 64 * 300 && sum > 0;
    }
  }

  // Classes of their own, so that a missing module shows up as an error that can be caught.

  private static final class Options {
    static @Nullable String get(String name) {
      HotSpotDiagnosticMXBean bean =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return bean == null ? null : bean.getVMOption(name).getValue();
    }
  }

  private static final class Threads {
    private static final @Nullable ThreadMXBean BEAN =
        ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

    static long allocatedBytes() {
      return BEAN == null ? UNKNOWN : BEAN.getCurrentThreadAllocatedBytes();
    }

    static long cpuNanos(long threadId) {
      return BEAN == null ? UNKNOWN : BEAN.getThreadCpuTime(threadId);
    }
  }

  private static final class OperatingSystem {
    static long nanos() {
      OperatingSystemMXBean bean = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
      return bean == null ? 0 : Math.max(0, bean.getProcessCpuTime());
    }
  }

  private static final class Compilers {
    private static final @Nullable CompilationMXBean BEAN =
        ManagementFactory.getCompilationMXBean();

    static long millis() {
      return BEAN == null || !BEAN.isCompilationTimeMonitoringSupported()
          ? UNKNOWN
          : BEAN.getTotalCompilationTime();
    }
  }
}
