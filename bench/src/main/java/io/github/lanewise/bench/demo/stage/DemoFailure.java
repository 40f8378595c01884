package io.github.lanewise.bench.demo.stage;

import org.jspecify.annotations.Nullable;

/** Ends the demo with one clear message for the user and a non-zero exit status. */
public final class DemoFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A failure that the message explains in full. */
  public DemoFailure(String message) {
    this(message, null);
  }

  /** A failure with the exception behind it. */
  public DemoFailure(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
