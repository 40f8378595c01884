package io.github.lanewise.bench;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Starts the comparison in a JVM with the options that it needs, which its own forks inherit; what
 * {@code java -jar lanewise-bench.jar} runs. The class is compiled for Java 8, so that an older
 * Java than the comparison's can say which it takes.
 */
public final class Launcher {
  private static final int NEEDED = 25;

  private static final List<String> OPTIONS =
      Arrays.asList(
          "--add-modules=jdk.incubator.vector",
          "--enable-native-access=ALL-UNNAMED",
          // What is compared is what is named: no scalar kernels in the first seconds.
          "-Dlanewise.start=vector",
          // The young generation is small enough to be used again: fresh pages cost a contender
          // that allocates more than its work.
          "-Xmn64m",
          // Other people's start-up messages stay off the terminal.
          "--sun-misc-unsafe-memory-access=allow",
          "-Dslf4j.internal.verbosity=ERROR");

  private Launcher() {}

  /** Passes its arguments, the options of its own JVM and the exit status on. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    String complaint = complaint(System.getProperty("java.specification.version", ""));
    if (complaint != null) {
      System.err.println(complaint);
      System.exit(1);
    }
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    command.addAll(OPTIONS);
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-classpath");
    command.add(System.getProperty("java.class.path"));
    command.add("io.github.lanewise.bench.comparison.CompareCommand");
    command.addAll(Arrays.asList(arguments));
    System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());
  }

  /** Which Java it takes, in one line; null if this one will do. */
  static String complaint(String version) {
    // Java 8 and those before it call themselves 1.8.
    String feature = version.startsWith("1.") ? version.substring(2) : version;
    try {
      if (Integer.parseInt(feature) >= NEEDED) {
        return null;
      }
    } catch (NumberFormatException e) {
      // None that is known: told below, as an old one is.
    }
    return "Lanewise's comparison needs Java " + NEEDED + " or newer, but this is Java " + version;
  }
}
