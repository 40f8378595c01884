package io.github.lanewise.internal.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Names the processor for reports. */
public final class Processor {
  private static final Path LINUX_INFO = Path.of("/proc/cpuinfo");

  private static final String DESCRIPTION = read();

  private Processor() {}

  /** Architecture, and the model where the operating system tells it. */
  public static String describe() {
    return DESCRIPTION;
  }

  private static String read() {
    String architecture = System.getProperty("os.arch", "unknown");
    try {
      if (Files.isReadable(LINUX_INFO)) {
        List<String> lines = Files.readAllLines(LINUX_INFO);
        for (String line : lines) {
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
}
