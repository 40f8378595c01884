package io.github.lanewise.internal.runtime;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reads options of the running virtual machine.
 *
 * <p>Module jdk.management is optional: an image without it answers null to every question.
 */
final class HotSpotOptions {
  private HotSpotOptions() {}

  /** The option's value, or null if there is no such option or no way to ask. */
  static @Nullable String get(String name) {
    try {
      return Bean.get(name);
    } catch (LinkageError | RuntimeException unavailable) {
      return null;
    }
  }

  /**
   * Apart from its outer class, so that a missing module shows up as an error that can be caught.
   */
  private static final class Bean {
    static @Nullable String get(String name) {
      HotSpotDiagnosticMXBean bean =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return bean == null ? null : bean.getVMOption(name).getValue();
    }
  }
}
