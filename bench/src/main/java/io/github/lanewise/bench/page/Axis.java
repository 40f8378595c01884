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
    /** Logarithmic from the smallest to the largest value, with the values written at it. */
    LOGARITHMIC_NAMED,
    /** Logarithmic from 1 on, with a place of its own before for what is less. */
    LOGARITHMIC_AND_ZERO
  }

  /** An axis with plain numbers. */
  public Axis(String title, Kind kind) {
    this(title, kind, Scale::plain);
  }

  /** Whether the value has a place at the axis. */
  boolean shows(double value) {
    return Double.isFinite(value)
        && (value > 0 || !logarithmic() || kind == Kind.LOGARITHMIC_AND_ZERO);
  }

  boolean logarithmic() {
    return kind == Kind.LOGARITHMIC
        || kind == Kind.LOGARITHMIC_NAMED
        || kind == Kind.LOGARITHMIC_AND_ZERO;
  }
}
