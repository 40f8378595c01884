package io.github.lanewise.bench.machine;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/**
 * Which Lanewise this is: the version of the build and, if it was made in a checkout, the revision.
 */
final class Revision {
  private static final String BUILD = "/io/github/lanewise/bench/build.properties";

  private Revision() {}

  static String read() {
    Properties build = new Properties();
    try (InputStream resource = Revision.class.getResourceAsStream(BUILD)) {
      if (resource != null) {
        build.load(resource);
      }
    } catch (IOException e) {
      return "unknown";
    }
    return of(
        build.getProperty("version", "unknown"),
        build.getProperty("revision", ""),
        Boolean.parseBoolean(build.getProperty("changed")));
  }

  /** The version, with the revision where there is one. */
  static String of(String version, String revision, boolean changed) {
    if (revision.isEmpty()) {
      return version;
    }
    return version + " (" + revision + (changed ? ", with changes)" : ")");
  }
}
