package io.github.lanewise.bench.result;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The README's picture: a lane for each peer at each question, with its ratio and the spread on a
 * logarithmic axis. A file of its own: it brings its colours, light and dark, and a background, for
 * the page around it may be of either kind.
 */
final class ReadmePicture {
  private static final String HEAD =
      """
      <svg xmlns='http://www.w3.org/2000/svg' width='%s' height='%s' viewBox='0 0 %s %s' role='img'\
       aria-label='How many times as long the peers take as Lanewise, with the spread over the rounds'><style>
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
      </style><rect class='paper' width='%s' height='%s'/>
      """;

  private static final int WIDTH = 760;
  private static final int LEFT = 375;
  private static final int RIGHT = WIDTH - 90;
  private static final int LANE = 17;
  private static final int GAP = 9;
  private static final int TOP = 74;
  private static final int FOOT = 30;

  private final StringBuilder out = new StringBuilder();
  private final Map<Question, List<Lane>> questions = new LinkedHashMap<>();
  private final double noise;
  private final double least;
  private final double most;

  private record Lane(String peer, Ratio ratio, Verdict verdict) {}

  /** The axis reaches over all spreads and the noise, to the next of 1, 2, 5, 10 …. */
  private ReadmePicture(ReadmeFigures figures) {
    noise = figures.noise();
    List<Question> shown = figures.pictureQuestions();
    for (Question question : shown) {
      List<Lane> lanes = new ArrayList<>();
      for (String peer : figures.peers(shown)) {
        figures
            .ratio(question, peer)
            .ifPresent(ratio -> lanes.add(new Lane(peer, ratio, figures.verdict(ratio))));
      }
      questions.put(question, lanes);
    }
    List<Ratio> ratios =
        questions.values().stream().flatMap(List::stream).map(Lane::ratio).toList();
    double low = Math.min(1 / (1 + noise), ratios.stream().mapToDouble(Ratio::low).min().orElse(1));
    double high = Math.max(1 + noise, ratios.stream().mapToDouble(Ratio::high).max().orElse(1));
    least = ticks(low / 10, low).max().orElse(low);
    most = ticks(high, high * 10).min().orElse(high);
  }

  /** 1, 2 and 5 times powers of ten, ascending. */
  private static DoubleStream ticks(double from, double to) {
    return IntStream.rangeClosed((int) Math.floor(Math.log10(from)), (int) Math.log10(to) + 1)
        .mapToObj(power -> Math.pow(10, power))
        .flatMapToDouble(power -> DoubleStream.of(1 * power, 2 * power, 5 * power))
        .filter(tick -> tick >= from && tick <= to);
  }

  static String draw(ReadmeFigures figures) {
    return new ReadmePicture(figures).svg();
  }

  private String svg() {
    int lanes = questions.values().stream().mapToInt(List::size).sum();
    int bottom = TOP + GAP + lanes * LANE + questions.size() * GAP;
    int height = bottom + FOOT;
    add(HEAD, WIDTH, height, WIDTH, height, WIDTH, height);
    legend();
    axis(bottom);
    int y = TOP + GAP;
    for (Map.Entry<Question, List<Lane>> question : questions.entrySet()) {
      String name = ReadmeFigures.name(question.getKey());
      if (!question.getValue().isEmpty()) {
        text("strong", 10, y + 13, "start", name);
      }
      for (Lane lane : question.getValue()) {
        lane(lane, y + LANE / 2.0, name);
        y += LANE;
      }
      y += GAP;
    }
    return out.append("</svg>\n").toString();
  }

  private void legend() {
    text("strong", 10, 20, "start", "Time of the peers, in times of Lanewise's");
    double x = 10;
    for (Verdict verdict : List.of(Verdict.FASTER, Verdict.SLOWER, Verdict.NO_WINNER)) {
      String words =
          switch (verdict) {
            case FASTER -> "Lanewise is faster";
            case SLOWER -> "the peer is faster";
            default -> "no winner";
          };
      dot(verdict, x + 5, 40);
      text("", x + 15, 44, "start", words);
      x += 40 + words.length() * 6.6;
    }
    add("<rect class='band' x='%s' y='33' width='18' height='14'/>", x);
    text("", x + 24, 44, "start", "noise of this run, " + ReadmeFigures.percent(noise));
  }

  private void axis(int bottom) {
    double from = at(1 / (1 + noise));
    add(
        "<rect class='band' x='%s' y='%s' width='%s' height='%s'/>",
        from, TOP, at(1 + noise) - from, bottom - TOP);
    double free = Double.NEGATIVE_INFINITY;
    for (double tick : ticks(least * 0.999, most * 1.001).toArray()) {
      double x = at(tick);
      String style = Math.abs(tick - 1) < 1e-9 ? "one" : "grid";
      add("<line class='%s' x1='%s' x2='%s' y1='%s' y2='%s'/>", style, x, x, TOP, bottom);
      if (x >= free) {
        String label = tick >= 1 ? Text.format("%.0f", tick) : Markup.number(tick);
        text("muted", x, TOP - 6, "middle", label);
        text("muted", x, bottom + 16, "middle", label);
        free = x + 30;
      }
    }
    out.append('\n');
  }

  private void lane(Lane lane, double y, String question) {
    Ratio ratio = lane.ratio();
    String value = ReadmeFigures.number(ratio.value());
    String range = ReadmeFigures.range(ratio);
    add("<g><title>%s, %s: %s, %s</title>", lane.peer(), question, value, range);
    text("", LEFT - 12, y + 4, "end", lane.peer());
    add(
        "<line class='%s' x1='%s' x2='%s' y1='%s' y2='%s'/>",
        lane.verdict(), at(ratio.low()), at(ratio.high()), y, y);
    dot(lane.verdict(), at(ratio.value()), y);
    boolean open = lane.verdict() == Verdict.NO_WINNER;
    text(open ? "muted" : "", WIDTH - 10, y + 4, "end", open ? "no winner" : value);
    out.append("</g>\n");
  }

  private double at(double ratio) {
    return LEFT + (RIGHT - LEFT) * Math.log(ratio / least) / Math.log(most / least);
  }

  private void dot(Verdict verdict, double x, double y) {
    add("<circle class='%s' cx='%s' cy='%s' r='4'/>", verdict, x, y);
  }

  private void text(String style, double x, double y, String anchor, String text) {
    add("<text class='%s' x='%s' y='%s' text-anchor='%s'>%s</text>", style, x, y, anchor, text);
  }

  /** Adds mark-up in which each %s is a number as SVG wants it, or a text, escaped. */
  private void add(String markup, Object... values) {
    Object[] texts =
        Arrays.stream(values)
            .map(v -> v instanceof Double d ? Markup.number(d) : v.toString())
            .map(text -> new Markup().text(text))
            .toArray();
    out.append(Text.format(markup.replace('\'', '"'), texts));
  }
}
