package io.github.lanewise.bench.machine;

import java.nio.file.Path;
import java.util.Map;

/** Name of the processor as the system tells it. */
final class CpuName {
  /** Arm's numbers of the cores that servers have, of implementer 0x41. */
  private static final Map<String, String> ARM_PARTS =
      Map.of(
          "0xd08", "Cortex-A72",
          "0xd0b", "Cortex-A76",
          "0xd0c", "Neoverse N1",
          "0xd40", "Neoverse V1",
          "0xd49", "Neoverse N2",
          "0xd4f", "Neoverse V2",
          "0xd84", "Neoverse V3");

  private CpuName() {}

  /** Returns the name, or the architecture where the system tells no more. */
  static String read() {
    return of(SystemFiles.text(Path.of("/proc/cpuinfo")), System.getProperty("os.arch", "unknown"));
  }

  static String of(String cpuinfo, String architecture) {
    String model = value(cpuinfo, "model name"); // x86
    if (!model.isEmpty()) {
      return model;
    }
    String part = value(cpuinfo, "CPU part"); // ARM
    if (!part.isEmpty()) {
      String implementer = value(cpuinfo, "CPU implementer");
      String core = implementer.equals("0x41") ? ARM_PARTS.get(part) : null;
      return core == null
          ? architecture + ", implementer " + implementer + ", part " + part
          : architecture + ", " + core;
    }
    return architecture;
  }

  /** The value of the first line with that key, its spaces made single. */
  private static String value(String cpuinfo, String key) {
    return cpuinfo
        .lines()
        .filter(line -> line.startsWith(key) && line.indexOf(':') > 0)
        .filter(line -> line.substring(0, line.indexOf(':')).strip().equals(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip().replaceAll("\\s+", " "))
        .findFirst()
        .orElse("");
  }
}
