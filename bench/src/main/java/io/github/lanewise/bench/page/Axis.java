package io.github.lanewise.bench.page;

import java.util.function.DoubleFunction;

/**
 * An axis of a picture.
 *
 * @param title what it shows, with the unit
 * @param label how a value is written at it
 */
public record Axis(String title, Kind kind, DoubleFunction<String> label) {
  /** How values are spread over the axis. */
  public enum Kind {
    /** Linear, with its zero. */
    FROM_ZERO,
    /** Linear, from about the smallest value on. */
    LINEAR,
    /** Logarithmic; has no place for what is not positive. */
    LOGARITHMIC,
    /** Logarithmic from 1 on, with a place of its own before for what is less. */
    LOGARITHMIC_AND_ZERO
  }

  /** An axis with plain numbers. */
  public Axis(String title, Kind kind) {
    this(title, kind, Scale::plain);
  }

  boolean logarithmic() {
    return kind == Kind.LOGARITHMIC || kind == Kind.LOGARITHMIC_AND_ZERO;
  }
}
