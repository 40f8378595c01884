package io.github.lanewise.bench.machine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/** Which Lanewise this is: the version of the build and, in a checkout, the revision. */
final class Revision {
  private static final int SECONDS = 5;

  private Revision() {}

  static String read() {
    return of(
        version(),
        git("rev-parse", "--short=10", "HEAD"),
        git("status", "--porcelain", "--untracked-files=no"));
  }

  /**
   * The version, with the revision where there is one.
   *
   * @param changes what differs from the revision; anything at all counts
   */
  static String of(String version, String revision, String changes) {
    if (revision.isEmpty()) {
      return version;
    }
    return version + " (" + revision + (changes.isEmpty() ? ")" : ", with changes)");
  }

  private static String version() {
    Properties build = new Properties();
    try (InputStream resource =
        Revision.class.getResourceAsStream("/io/github/lanewise/bench/build.properties")) {
      if (resource != null) {
        build.load(resource);
      }
    } catch (IOException e) {
      return "unknown";
    }
    return build.getProperty("version", "unknown");
  }

  /** What git says in the folder of the module; empty without git or a checkout. */
  private static String git(String... arguments) {
    try {
      ProcessBuilder command = new ProcessBuilder("git");
      command.command().addAll(List.of(arguments));
      Process process = command.redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0
          ? output.strip()
          : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
