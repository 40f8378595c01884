package io.github.lanewise.bench.comparison;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

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

  private final @Nullable Path file;

  ForkNote(@Nullable Path file) {
    this.file = file;
  }

  /** The note of this JVM; without a file, as under JMH's own command line, nobody reads it. */
  static ForkNote ofThisJvm() {
    String name = System.getProperty(FILE);
    return new ForkNote(name == null ? null : Path.of(name));
  }

  void put(String key, String value) {
    if (file == null) {
      return;
    }
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
    if (file == null) {
      return all;
    }
    try (InputStream in = Files.newInputStream(file)) {
      all.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }
}
