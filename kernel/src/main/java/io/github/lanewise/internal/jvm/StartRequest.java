package io.github.lanewise.internal.jvm;

import org.jspecify.annotations.Nullable;

/** What the user asked for through system properties, read once. */
public final class StartRequest {
  /** The property that asks for a width: 0 (scalar), 128, 256 or 512 bits. */
  public static final String LANES = "lanewise.lanes";

  /** The property that says what serves at first: {@code trial} or {@code vector}. */
  public static final String START = "lanewise.start";

  /** Nobody asked: the widest vectors that the machine offers. */
  public static final int ANY = -1;

  private static final int UNREADABLE = -2;

  private static final @Nullable String LANES_TEXT = System.getProperty(LANES);
  private static final @Nullable String START_TEXT = System.getProperty(START);

  /** Requested width in bits: 0 (scalar), 128, 256, 512, or {@link #ANY}. */
  public static final int BITS = bits(LANES_TEXT);

  /**
   * Whether scalar kernels serve until the vector kernels have proved themselves. Who names a width
   * wants to see it at once, unless he says otherwise.
   */
  public static final boolean TRIAL = START_TEXT == null ? BITS <= 0 : START_TEXT.equals("trial");

  private StartRequest() {}

  /** What is wrong with the values of the properties, or null. */
  public static @Nullable String complaint() {
    if (BITS == UNREADABLE) {
      return LANES + " is \"" + LANES_TEXT + "\", but must be one of 0 (scalar), 128, 256, 512";
    }
    return START_TEXT == null || START_TEXT.equals("trial") || START_TEXT.equals("vector")
        ? null
        : START + " is \"" + START_TEXT + "\", but must be one of trial, vector";
  }

  private static int bits(@Nullable String text) {
    if (text == null) {
      return ANY;
    }
    return switch (text) {
      case "0", "128", "256", "512" -> Integer.parseInt(text);
      default -> UNREADABLE;
    };
  }
}
