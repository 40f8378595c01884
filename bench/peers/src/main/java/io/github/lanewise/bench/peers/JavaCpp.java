package io.github.lanewise.bench.peers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * What the peers that come as presets of JavaCPP have in common: how they are loaded, and what
 * keeps their objects.
 */
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
    try {
      String version = Loader.getVersion("org.bytedeco", artifact);
      return version.substring(0, version.lastIndexOf('-'));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Native objects that live as long as a run; the last one is let go first. */
  static final class Pointers implements AutoCloseable {
    private final Deque<Pointer> kept = new ArrayDeque<>();

    <P extends Pointer> P keep(P pointer) {
      kept.push(pointer);
      return pointer;
    }

    /** The address of memory that stays reachable with it. */
    FloatPointer to(FloatBuffer floats) {
      return keep(new FloatPointer(floats));
    }

    @Override
    public void close() {
      while (!kept.isEmpty()) {
        kept.pop().close();
      }
    }
  }
}
