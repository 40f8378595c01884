package io.github.lanewise.bench.comparison;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * What a measured JVM tells besides its times, in a file: it stays where JMH's own connection
 * breaks, as the JVM of a native library may end at any time.
 */
final class ForkNote {
  /** Property of the measured JVM: the file. */
  static final String FILE = "lanewise.bench.note";

  /** The largest error that the check saw. */
  static final String ERROR = "error";

  /** Bytes on the heap per call. */
  static final String BYTES = "bytes";

  /** Nanoseconds of a call that is too slow for how it was to be measured. */
  static final String SLOW = "slow";

  /** Why the contender cannot be measured at this question. */
  static final String MISSING = "missing";

  /** Why it cannot be measured at any question. */
  static final String UNLOADABLE = "unloadable";

  private final Path file;

  ForkNote(Path file) {
    this.file = file;
  }

  /** The note of this JVM. */
  static ForkNote ofThisJvm() {
    return new ForkNote(Path.of(System.getProperty(FILE, "")));
  }

  void put(String key, String value) {
    Properties all = read();
    all.setProperty(key, value);
    try (OutputStream out = Files.newOutputStream(file)) {
      all.store(out, null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Properties read() {
    Properties all = new Properties();
    try (InputStream in = Files.newInputStream(file)) {
      all.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }
}
