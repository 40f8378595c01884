package io.github.lanewise.internal.runtime;

import org.jspecify.annotations.Nullable;

/** What the user asked for through the system property {@code lanewise.lanes}. */
public final class LaneRequest {
  public static final String PROPERTY = "lanewise.lanes";

  /** Nobody asked: the widest vectors that the machine offers. */
  public static final int ANY = -1;

  private static final @Nullable String TEXT = System.getProperty(PROPERTY);

  /** Requested width in bits: 0 (scalar), 128, 256, 512, or {@link #ANY}. */
  public static final int BITS = parse(TEXT);

  private static final int UNREADABLE = -2;

  private LaneRequest() {}

  /** What is wrong with the property's value, or null. */
  static @Nullable String complaint() {
    return BITS == UNREADABLE
        ? PROPERTY + " is \"" + TEXT + "\", but must be one of 0 (scalar), 128, 256, 512"
        : null;
  }

  private static int parse(@Nullable String text) {
    if (text == null) {
      return ANY;
    }
    return switch (text) {
      case "0", "128", "256", "512" -> Integer.parseInt(text);
      default -> UNREADABLE;
    };
  }
}
