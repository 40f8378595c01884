package io.github.lanewise.bench.demo;

import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.stage.Text;

/**
 * One figure of the demo: printed, and drawn as a card. The demo fails if one does not hold.
 *
 * @param value the figure as text
 * @param holds whether it is as it must be
 * @param what it is
 */
record Claim(String value, boolean holds, String what) {
  /** A difference, which holds if it is at most as large as allowed; NaN does not. */
  static Claim atMost(double allowed, double difference, String what) {
    return new Claim(
        Text.format("%.2e", difference),
        difference <= allowed,
        Text.format("%s; allowed: %.1e", what, allowed));
  }

  /** A figure that may have any value. */
  static Claim figure(String format, double value, String what) {
    return new Claim(Text.format(format, value), true, what);
  }

  /** Draws cards side by side. */
  static void draw(Markup out, Iterable<Claim> claims) {
    out.open("div", "class", "tiles");
    for (Claim claim : claims) {
      out.open("div", "class", "card")
          .element("span", claim.value, "class", claim.holds ? "value good" : "value bad")
          .element("span", claim.what, "class", "what")
          .close();
    }
    out.close();
  }

  @Override
  public String toString() {
    return Text.format("%-10s %s", value, what);
  }
}
