package io.github.lanewise.bench.machine;

import io.github.lanewise.Lanewise;
import io.github.lanewise.bench.result.BenchResult;
import io.github.lanewise.bench.stage.Text;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** What machine this is, and what runs on it. Says nothing of whose it is: no path, no name. */
public final class MachineInfo {
  private static final String BUILD = "/io/github/lanewise/bench/build.properties";

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

  private MachineInfo() {}

  /** Returns this machine, with this process's JVM. */
  public static BenchResult.Machine read() {
    Lanewise.Implementation implementation = Lanewise.implementation();
    int laneBits = implementation.laneBits();
    return new BenchResult.Machine(
        cpu(text(Path.of("/proc/cpuinfo")), System.getProperty("os.arch", "unknown")),
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
        lanewise());
  }

  /**
   * Refuses to measure scalar kernels under the name of vector ones, as a trial would have it in
   * its first seconds.
   *
   * @throws IllegalStateException if a family of kernels is not served by what was chosen
   */
  public static void requireChosenKernels() {
    Lanewise.Implementation implementation = Lanewise.implementation();
    if (!implementation.isComplete()) {
      throw new IllegalStateException(
          "start with -Dlanewise.start=vector: " + implementation.families());
    }
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

  /** The processor's name, or the architecture where the system tells no more. */
  static String cpu(String cpuinfo, String architecture) {
    String model = value(cpuinfo, "model name"); // x86
    String part = value(cpuinfo, "CPU part"); // ARM
    if (!model.isEmpty() || part.isEmpty()) {
      return model.isEmpty() ? architecture : model;
    }
    String implementer = value(cpuinfo, "CPU implementer");
    String core = implementer.equals("0x41") ? ARM_PARTS.get(part) : null;
    return architecture
        + ", "
        + (core == null ? "implementer " + implementer + ", part " + part : core);
  }

  /** The value of the first line with that key, its spaces made single. */
  private static String value(String cpuinfo, String key) {
    return cpuinfo
        .lines()
        .map(line -> line.split(":", 2))
        .filter(pair -> pair.length == 2 && pair[0].strip().equals(key))
        .map(pair -> pair[1].strip().replaceAll("\\s+", " "))
        .findFirst()
        .orElse("");
  }

  /** Which Lanewise this is: as the build says, made in a checkout or not. */
  private static String lanewise() {
    Properties build = new Properties();
    try (InputStream resource = MachineInfo.class.getResourceAsStream(BUILD)) {
      if (resource != null) {
        build.load(resource);
      }
    } catch (IOException e) {
      return "unknown";
    }
    return lanewise(
        build.getProperty("version", "unknown"),
        build.getProperty("revision", ""),
        Boolean.parseBoolean(build.getProperty("changed")));
  }

  /** The version, with the revision where there is one. */
  static String lanewise(String version, String revision, boolean changed) {
    return revision.isEmpty()
        ? version
        : version + " (" + revision + (changed ? ", with changes)" : ")");
  }

  /**
   * The text of a file by which Linux tells about itself; empty where it is missing, which is no
   * error.
   */
  static String text(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1); // whatever a vendor wrote
    } catch (IOException | SecurityException e) {
      return "";
    }
  }

  /** A whole number in such a file; NaN for anything else. */
  static double number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }
}
