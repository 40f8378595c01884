package io.github.lanewise.bench.stage;

import java.util.Locale;

/** Formatting that does not depend on the user's country: the page's numbers must stay numbers. */
public final class Text {
  private Text() {}

  /** Formats as {@link String#format(Locale, String, Object...)} does in the root locale. */
  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency of its own
  public static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
