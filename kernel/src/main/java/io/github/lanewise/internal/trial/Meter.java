package io.github.lanewise.internal.trial;

import com.sun.management.ThreadMXBean;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the JVM tells of its threads and compilers. The modules of management are optional: an image
 * without them answers {@link #UNKNOWN}.
 */
public final class Meter {
  /** There is nobody to ask. */
  public static final long UNKNOWN = -1;

  private Meter() {}

  /** Bytes that the current thread has allocated. */
  static long allocatedBytes() {
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

  /** Milliseconds that the compilers have worked. */
  public static long compilationMillis() {
    try {
      return Compilers.millis();
    } catch (LinkageError | RuntimeException unavailable) {
      return UNKNOWN;
    }
  }

  // Classes of their own, so that a missing module shows up as an error that can be caught.

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
