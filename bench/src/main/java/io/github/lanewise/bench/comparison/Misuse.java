package io.github.lanewise.bench.comparison;

/** What the command line asks for does not exist: told in one line, before anything is done. */
final class Misuse extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Misuse(String message) {
    super(message);
  }
}
