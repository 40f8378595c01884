package io.github.lanewise.internal.runtime;

import org.jspecify.annotations.Nullable;

/** What the user asked for through the system property {@code lanewise.start}. */
enum StartRequest {
  /** Scalar kernels serve until the vector kernels have proved themselves. */
  TRIAL,
  /** The vector kernels serve at once. */
  VECTOR,
  /** The value is none of the two. */
  UNREADABLE;

  static final String PROPERTY = "lanewise.start";

  private static final @Nullable String TEXT = System.getProperty(PROPERTY);

  /** Who names a width wants to see it at once, unless he says otherwise. */
  static final StartRequest CHOICE = parse(TEXT);

  /** What is wrong with the property's value, or null. */
  static @Nullable String complaint() {
    return CHOICE == UNREADABLE
        ? PROPERTY + " is \"" + TEXT + "\", but must be one of trial, vector"
        : null;
  }

  private static StartRequest parse(@Nullable String text) {
    if (text == null) {
      return LaneRequest.BITS > 0 ? VECTOR : TRIAL;
    }
    return switch (text) {
      case "trial" -> TRIAL;
      case "vector" -> VECTOR;
      default -> UNREADABLE;
    };
  }
}
