package io.github.lanewise.bench.result;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The README's picture: a lane for each peer at each question, with its ratio and the spread on a
 * logarithmic axis. A file of its own: it brings its colours, light and dark, and a background, for
 * the page around it may be of either kind.
 */
final class ReadmePicture {
  private static final String STYLE =
      """

        svg { --paper: #ffffff; --ink: #1b1f24; --muted: #59616b; --line: #d8dbe0; --band: #eceef1;
          --faster: #2457c5; --slower: #b3261e; }
        @media (prefers-color-scheme: dark) {
          svg { --paper: #0d1117; --ink: #e7e9ec; --muted: #a0a8b3; --line: #343b46; --band: #222831;
            --faster: #7ca8ff; --slower: #ff8d83; }
        }
        text { fill: var(--ink); font: 12px system-ui, DejaVu Sans, sans-serif; }
        .muted { fill: var(--muted); }
        .strong { font-weight: 650; }
        .paper { fill: var(--paper); }
        .band { fill: var(--band); }
        .grid { stroke: var(--line); }
        .one { stroke: var(--muted); }
        .FASTER { fill: var(--faster); stroke: var(--faster); stroke-width: 2; }
        .SLOWER { fill: var(--slower); stroke: var(--slower); stroke-width: 2; }
        .NO_WINNER { fill: var(--paper); stroke: var(--muted); stroke-width: 2; }
      """;

  private static final int WIDTH = 760;
  private static final int LEFT = 375;
  private static final int RIGHT = WIDTH - 90;
  private static final int LANE = 17;
  private static final int GAP = 9;
  private static final int TOP = 74;
  private static final double[] STEPS = {1, 2, 5};

  private final ReadmeFigures figures;
  private final double least;
  private final double most;

  private record Lane(String peer, Ratio ratio, Verdict verdict) {}

  private ReadmePicture(ReadmeFigures figures, double least, double most) {
    this.figures = figures;
    this.least = least;
    this.most = most;
  }

  /** Draws it; the axis reaches over all spreads and the noise, to the next of 1, 2, 5, 10 …. */
  static String draw(ReadmeFigures figures) {
    double low = 1 / (1 + figures.noise());
    double high = 1 + figures.noise();
    for (Question question : figures.pictureQuestions()) {
      for (Lane lane : lanes(figures, question)) {
        low = Math.min(low, lane.ratio().low());
        high = Math.max(high, lane.ratio().high());
      }
    }
    List<Double> ticks = ticks(low / 10, high * 10);
    double axisLow = low;
    double axisHigh = high;
    double least = ticks.stream().filter(t -> t <= axisLow).reduce(low, (a, b) -> b);
    double most = ticks.stream().filter(t -> t >= axisHigh).findFirst().orElse(high);
    return new ReadmePicture(figures, least, most).svg();
  }

  private static List<Lane> lanes(ReadmeFigures figures, Question question) {
    List<Lane> lanes = new ArrayList<>();
    for (String peer : figures.peers(figures.pictureQuestions())) {
      Optional<Ratio> ratio = figures.ratio(question, peer);
      ratio.ifPresent(r -> lanes.add(new Lane(peer, r, figures.verdict(r))));
    }
    return lanes;
  }

  /** 1, 2 and 5 times powers of ten, ascending. */
  private static List<Double> ticks(double from, double to) {
    List<Double> ticks = new ArrayList<>();
    for (int power = (int) Math.floor(Math.log10(from)); Math.pow(10, power) <= to; power++) {
      for (double step : STEPS) {
        double tick = step * Math.pow(10, power);
        if (tick >= from && tick <= to) {
          ticks.add(tick);
        }
      }
    }
    return ticks;
  }

  private String svg() {
    int height = TOP + GAP;
    for (Question question : figures.pictureQuestions()) {
      height += lanes(figures, question).size() * LANE + GAP;
    }
    int bottom = height;
    height += 30;
    Markup out = new Markup();
    out.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "width",
        WIDTH,
        "height",
        height,
        "viewBox",
        "0 0 " + WIDTH + " " + height,
        "role",
        "img",
        "aria-label",
        "How many times as long the peers take as Lanewise, with the spread over the rounds");
    out.element("style", STYLE);
    out.empty("rect", "class", "paper", "width", WIDTH, "height", height).newLine();
    heading(out);
    axis(out, bottom);
    int y = TOP + GAP;
    for (Question question : figures.pictureQuestions()) {
      List<Lane> lanes = lanes(figures, question);
      if (!lanes.isEmpty()) {
        text(out, "strong", 10, y + 13, "start", ReadmeFigures.name(question));
      }
      for (Lane lane : lanes) {
        lane(out, lane, y, ReadmeFigures.name(question));
        y += LANE;
      }
      y += GAP;
    }
    return out.close().newLine().toString();
  }

  private void heading(Markup out) {
    text(out, "strong", 10, 20, "start", "Time of the peers, in times of Lanewise's");
    double x = 10;
    for (Verdict verdict : List.of(Verdict.FASTER, Verdict.SLOWER, Verdict.NO_WINNER)) {
      String word = words(verdict);
      dot(out, verdict, x + 5, 40);
      text(out, "", x + 15, 44, "start", word);
      x += 40 + word.length() * 6.6;
    }
    out.empty("rect", "class", "band", "x", x, "y", 33, "width", 18, "height", 14);
    String noise = "noise of this run, " + ReadmeFigures.percent(figures.noise());
    text(out, "", x + 24, 44, "start", noise);
  }

  private static String words(Verdict verdict) {
    switch (verdict) {
      case FASTER:
        return "Lanewise is faster";
      case SLOWER:
        return "the peer is faster";
      default:
        return "no winner";
    }
  }

  private void axis(Markup out, int bottom) {
    double from = at(1 / (1 + figures.noise()));
    double to = at(1 + figures.noise());
    out.empty(
        "rect", "class", "band", "x", from, "y", TOP, "width", to - from, "height", bottom - TOP);
    double free = Double.NEGATIVE_INFINITY;
    for (double tick : ticks(least * 0.999, most * 1.001)) {
      double x = at(tick);
      boolean one = Math.abs(tick - 1) < 1e-9;
      String style = one ? "one" : "grid";
      out.empty("line", "class", style, "x1", x, "x2", x, "y1", TOP, "y2", bottom);
      if (x >= free) {
        String label = tick >= 1 ? Text.format("%.0f", tick) : Markup.number(tick);
        text(out, "muted", x, TOP - 6, "middle", label);
        text(out, "muted", x, bottom + 16, "middle", label);
        free = x + 30;
      }
    }
    out.newLine();
  }

  private void lane(Markup out, Lane lane, int y, String question) {
    double middle = y + LANE / 2.0;
    Ratio ratio = lane.ratio();
    out.open("g");
    out.element(
        "title",
        lane.peer() + ", " + question + ": " + value(ratio) + ", " + ReadmeFigures.range(ratio));
    text(out, "", LEFT - 12, middle + 4, "end", lane.peer());
    out.empty(
        "line",
        "class",
        lane.verdict(),
        "x1",
        at(ratio.low()),
        "x2",
        at(ratio.high()),
        "y1",
        middle,
        "y2",
        middle);
    dot(out, lane.verdict(), at(ratio.value()), middle);
    boolean open = lane.verdict() == Verdict.NO_WINNER;
    String label = open ? "no winner" : value(ratio);
    text(out, open ? "muted" : "", WIDTH - 10, middle + 4, "end", label);
    out.close().newLine();
  }

  private static String value(Ratio ratio) {
    return ReadmeFigures.number(ratio.value());
  }

  private double at(double ratio) {
    return LEFT + (RIGHT - LEFT) * Math.log(ratio / least) / Math.log(most / least);
  }

  private static void dot(Markup out, Verdict verdict, double x, double y) {
    out.empty("circle", "class", verdict, "cx", x, "cy", y, "r", 4);
  }

  private static void text(
      Markup out, String style, double x, double y, String anchor, String text) {
    out.element("text", text, "class", style, "x", x, "y", y, "text-anchor", anchor);
  }
}
