package io.github.lanewise.bench.demo.minilm;

import io.github.lanewise.bench.stage.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Files of the model's Maven artifact, read from the class path. */
public final class ModelArtifact {
  private ModelArtifact() {}

  /**
   * Keeps the native libraries that the tokenizer unpacks inside a folder of the build, and its
   * usage statistics at home. An environment variable or property set by the user wins.
   */
  public static void keepNativeFilesIn(Path folder) {
    setUnlessGiven("DJL_CACHE_DIR", folder.toAbsolutePath().toString());
    setUnlessGiven("OPT_OUT_TRACKING", "true");
  }

  private static void setUnlessGiven(String name, String value) {
    if (System.getenv(name) == null && System.getProperty(name) == null) {
      System.setProperty(name, value);
    }
  }

  /** Returns a whole file of the artifact. */
  static byte[] read(String entry) {
    try (InputStream in = ModelArtifact.class.getClassLoader().getResourceAsStream(entry)) {
      if (in == null) {
        throw new Failure(
            entry
                + " is not on the class path. It is part of the artifact "
                + MiniLm.ARTIFACT
                + ": run the demo with mvn -Pdemo, which downloads it.");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new Failure("cannot read " + entry + " from " + MiniLm.ARTIFACT, e);
    }
  }
}
