package io.github.lanewise.bench.peers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** What the peers that come as presets of JavaCPP have in common: how they are loaded. */
final class JavaCpp {
  private static final String CACHE = "org.bytedeco.javacpp.cachedir";

  private JavaCpp() {}

  /**
   * Where libraries are unpacked: a directory of the build, for JavaCPP's own choice is one in the
   * user's home that nobody clears.
   */
  private static Path cache() {
    return Path.of(System.getProperty(CACHE, Path.of("target", "javacpp").toString()))
        .toAbsolutePath();
  }

  /**
   * Options for speed: no reference object for each pointer, since every one is closed by hand, and
   * no look at the size of the process before each allocation.
   */
  static List<String> jvmArguments() {
    return List.of(
        "-D" + CACHE + "=" + cache(),
        "-Dorg.bytedeco.javacpp.nopointergc=true",
        "-Dorg.bytedeco.javacpp.maxbytes=0",
        "-Dorg.bytedeco.javacpp.maxphysicalbytes=0");
  }

  /**
   * Loads the libraries of a preset.
   *
   * @param peer its name in a message
   * @param preset the class whose initialiser loads them
   * @throws UnsatisfiedLinkError that says what is missing and where it was looked for
   */
  static void load(String peer, Class<?> preset) {
    Path cache = cache();
    try {
      Files.createDirectories(cache);
    } catch (IOException e) {
      throw failure(peer + " cannot be unpacked to " + cache + ": " + e, e);
    }
    if (!Files.isWritable(cache)) {
      throw failure(peer + " cannot be unpacked: " + cache + " is not writable", null);
    }
    System.setProperty(CACHE, cache.toString());
    try {
      Loader.load(preset);
    } catch (LinkageError e) {
      throw failure(
          peer
              + " has no native library for "
              + Loader.getPlatform()
              + " on the class path (see peers.platform in bench/peers/pom.xml), or it cannot be"
              + " loaded: "
              + firstLine(e),
          e);
    }
  }

  private static UnsatisfiedLinkError failure(String message, @Nullable Throwable cause) {
    UnsatisfiedLinkError error = new UnsatisfiedLinkError(message);
    if (cause != null) {
      error.addSuppressed(cause); // not its cause: reports tell the last cause, which says less
    }
    return error;
  }

  private static String firstLine(Throwable e) {
    return e.toString().lines().findFirst().orElse("no message");
  }

  /** The version of a preset, the library's before JavaCPP's; loads nothing native. */
  static String version(String artifact) {
    String name = "/META-INF/maven/org.bytedeco/" + artifact + "/pom.properties";
    try (InputStream in = Loader.class.getResourceAsStream(name)) {
      if (in == null) {
        return "of unknown version";
      }
      Properties properties = new Properties();
      properties.load(in);
      String version = properties.getProperty("version", "of unknown version");
      int preset = version.lastIndexOf('-');
      return preset < 0 ? version : version.substring(0, preset);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
