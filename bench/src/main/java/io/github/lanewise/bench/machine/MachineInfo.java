package io.github.lanewise.bench.machine;

import io.github.lanewise.Lanewise;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.stage.Text;
import java.lang.management.ManagementFactory;
import java.util.List;

/** What machine this is, and what runs on it. Says nothing of whose it is: no path, no name. */
public final class MachineInfo {
  private MachineInfo() {}

  /** Returns this machine, with this process's JVM. */
  public static BenchResult.Machine read() {
    Lanewise.Implementation implementation = Lanewise.implementation();
    int laneBits = implementation.laneBits();
    return new BenchResult.Machine(
        CpuName.read(),
        Runtime.getRuntime().availableProcessors(),
        memoryGigabytes(),
        join(" ", property("os.name"), release(property("os.version")), property("os.arch")),
        join(", ", property("java.vm.name") + " " + Runtime.version(), property("java.vendor")),
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
            .map(MachineInfo::withoutPath)
            .toList(),
        laneBits == 0
            ? implementation.name()
            : Text.format("%s, %d-bit lanes", implementation.name(), laneBits),
        laneBits,
        Revision.read());
  }

  private static String property(String key) {
    return System.getProperty(key, "");
  }

  private static String join(String separator, String... parts) {
    return String.join(separator, List.of(parts).stream().filter(part -> !part.isEmpty()).toList());
  }

  private static double memoryGigabytes() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize() / 1e9
        : Double.NaN;
  }

  /**
   * An argument of the JVM whose path, if it has one, is left out: {@code -javaagent:…}. That there
   * is an agent matters to whoever reads the figures; where it lies does not.
   */
  static String withoutPath(String argument) {
    if (argument.indexOf('/') < 0 && argument.indexOf('\\') < 0) {
      return argument;
    }
    for (int i = 0; i < argument.length(); i++) {
      char c = argument.charAt(i);
      if (c == '=' || c == ':') {
        return argument.substring(0, i + 1) + "…";
      }
      if (c == '/' || c == '\\') {
        break;
      }
    }
    return "…";
  }

  /** A release without what its builder hung on to it. */
  static String release(String version) {
    return version.replaceFirst("^([0-9]+(\\.[0-9]+)*).*", "$1");
  }
}
