package io.github.lanewise.attention;

/** Keeps the exported package from being empty; deleted with the first real class. */
final class Placeholder {
  private Placeholder() {}
}
