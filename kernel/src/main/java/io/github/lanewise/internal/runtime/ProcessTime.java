package io.github.lanewise.internal.runtime;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Processor time of the whole process. */
public final class ProcessTime {
  private ProcessTime() {}

  /** In nanoseconds; 0 where module jdk.management is absent, or the system does not tell. */
  public static long nanos() {
    try {
      return Bean.nanos();
    } catch (LinkageError | RuntimeException unavailable) {
      return 0;
    }
  }

  /**
   * Apart from its outer class, so that a missing module shows up as an error that can be caught.
   */
  private static final class Bean {
    static long nanos() {
      OperatingSystemMXBean bean = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
      return bean == null ? 0 : Math.max(0, bean.getProcessCpuTime());
    }
  }
}
