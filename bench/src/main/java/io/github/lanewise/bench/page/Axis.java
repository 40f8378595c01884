package io.github.lanewise.bench.page;

import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;

/**
 * An axis of a picture, and where values lie on it.
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

  /** Relative error that a logarithm may have; it makes no further tick. */
  private static final double ROUNDING = 1e-9;

  /** An axis with plain numbers. */
  public Axis(String title, Kind kind) {
    this(title, kind, Axis::plain);
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

  /** The next 1, 2 or 5 times a power of ten, or the value itself if it is one. */
  private static double roundUp(double value) {
    double power = Math.pow(10, Math.floor(Math.log10(value) + ROUNDING));
    double factor = value / power * (1 - ROUNDING);
    return power * (factor > 5 ? 10 : factor > 2 ? 5 : factor > 1 ? 2 : 1);
  }

  /** A number as short as its size allows. */
  static String plain(double value) {
    double size = Math.abs(value);
    if (size >= 1e6 || (size > 0 && size < 1e-4)) {
      return Text.format("%.0e", value).replaceFirst("e\\+?(-?)0?", "e$1");
    }
    if (size == 0 || size >= 100 || value == Math.rint(value)) {
      return Text.format("%.0f", value);
    }
    int digits = (int) Math.max(2, 1 - Math.floor(Math.log10(size)));
    return Text.format("%." + digits + "f", value).replaceFirst("\\.?0+$", "");
  }

  /** Where values lie on an axis, and which of them are written at it. */
  static final class Scale {
    /** Intervals of a linear axis that are aimed at. */
    private static final int INTERVALS = 4;

    /** Room for the zero of a logarithmic axis that has one. */
    private static final double ZERO_ROOM = 26;

    /** A value that is written at the axis. */
    record Tick(double value, double position, String label) {
      /** Half the width of the label. */
      double half() {
        return Markup.width(label) / 2;
      }

      /** The middle of the label, so that it lies within a picture of this width. */
      double middle(double width) {
        return Math.max(half(), Math.min(position, width - half()));
      }
    }

    private final Axis axis;
    private final double from;
    private final double to;
    private final double low;
    private final double high;
    private final double step;

    /**
     * A scale that reaches over all finite values; a logarithmic one over all positive ones.
     *
     * @param from position of the lower end, such as the bottom of a picture
     * @param to position of the upper end, larger or smaller
     */
    Scale(Axis axis, List<Double> values, double from, double to) {
      this.axis = axis;
      this.to = to;
      double least = Double.POSITIVE_INFINITY;
      double most = Double.NEGATIVE_INFINITY;
      for (double value : values) {
        if (Double.isFinite(value) && (value > 0 || !axis.logarithmic()) && !atZero(value)) {
          least = Math.min(least, value);
          most = Math.max(most, value);
        }
      }
      if (axis.kind() == Axis.Kind.LOGARITHMIC_AND_ZERO) {
        this.from = from + Math.signum(to - from) * ZERO_ROOM;
        least = Math.min(least, 1);
      } else {
        this.from = from;
      }
      if (!(least <= most)) {
        most = 1;
        least = axis.logarithmic() ? 0.1 : 0;
      }
      if (axis.kind() == Axis.Kind.LOGARITHMIC_NAMED) {
        step = 0;
        low = least < most ? least : least / 2;
        high = least < most ? most : most * 2;
      } else if (axis.logarithmic()) {
        step = 0;
        low = 1 / roundUp(1 / least); // down: the reciprocals of 1, 2 and 5 are such numbers too
        double above = roundUp(most);
        high = above > low ? above : roundUp(low * 1.5);
      } else {
        double bottom = axis.kind() == Axis.Kind.FROM_ZERO ? Math.min(0, least) : least;
        double reach = most - bottom;
        step = roundUp(reach > 0 ? reach / INTERVALS : Math.max(Math.abs(most), 1) / INTERVALS);
        low = step * Math.floor(bottom / step + ROUNDING);
        double above = step * Math.ceil(most / step - ROUNDING);
        high = above > low ? above : low + step;
      }
    }

    /** The position of a value; of what cannot be shown, the end that is nearer. */
    double at(double value) {
      if (axis.logarithmic()) {
        if (atZero(value)) {
          return from - Math.signum(to - from) * ZERO_ROOM;
        }
        if (!(value > 0)) {
          return from;
        }
        double share = Math.log(value / low) / Math.log(high / low);
        return from + (to - from) * Math.clamp(share, 0, 1);
      }
      return from + (to - from) * Math.clamp((value - low) / (high - low), 0, 1);
    }

    private boolean atZero(double value) {
      return axis.kind() == Axis.Kind.LOGARITHMIC_AND_ZERO && value < 1;
    }

    /** Round values all along the axis. */
    List<Tick> ticks() {
      List<Tick> ticks = new ArrayList<>();
      if (!axis.logarithmic()) {
        for (int i = 0; low + i * step <= high * (1 + ROUNDING) + ROUNDING * step; i++) {
          add(ticks, low + i * step);
        }
        return ticks;
      }
      if (axis.kind() == Axis.Kind.LOGARITHMIC_AND_ZERO) {
        add(ticks, 0);
      }
      double decades = Math.log10(high / low);
      int every = (int) Math.max(1, Math.ceil(decades / 6));
      int first = (int) Math.floor(Math.log10(low) + ROUNDING);
      for (int power = first; power <= Math.log10(high) + ROUNDING; power++) {
        double decade = Math.pow(10, power);
        for (int digit : decades > 2.4 ? new int[] {1} : new int[] {1, 2, 5}) {
          double value = digit * decade;
          boolean inside = value >= low * (1 - ROUNDING) && value <= high * (1 + ROUNDING);
          if (inside && Math.floorMod(power - first, every) == 0) {
            add(ticks, value);
          }
        }
      }
      return ticks;
    }

    /** The given values, in ascending order, without those whose text would run into another. */
    List<Tick> ticksAt(List<Double> values) {
      List<Tick> ticks = new ArrayList<>();
      double free = Double.NEGATIVE_INFINITY;
      for (double value : values) {
        Tick tick = new Tick(value, at(value), axis.label().apply(value));
        if (tick.position() - tick.half() >= free) {
          ticks.add(tick);
          free = tick.position() + tick.half() + 6;
        }
      }
      return ticks;
    }

    private void add(List<Tick> ticks, double value) {
      ticks.add(new Tick(value, at(value), axis.label().apply(value)));
    }
  }
}
