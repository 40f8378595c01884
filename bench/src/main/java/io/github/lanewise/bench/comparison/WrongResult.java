package io.github.lanewise.bench.comparison;

/** A contender's answer is not the oracle's: it is not timed. */
public final class WrongResult extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WrongResult(String message) {
    super(message);
  }
}
