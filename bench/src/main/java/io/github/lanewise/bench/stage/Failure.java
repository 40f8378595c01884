package io.github.lanewise.bench.stage;

import org.jspecify.annotations.Nullable;

/** Ends the program with one clear message for the user and a non-zero exit status. */
public final class Failure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure that the message explains in full. */
  public Failure(String message) {
    this(message, null);
  }

  /** A failure with the exception behind it. */
  public Failure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
