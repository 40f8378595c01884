package io.github.lanewise.bench.result;

import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.page.Axis;
import io.github.lanewise.bench.page.Chart;
import io.github.lanewise.bench.page.Series;
import java.util.List;

/** The README's picture: a row for each peer at each question, with its ratio and the spread. */
final class ReadmePicture {
  private static final Series FASTER = new Series("Lanewise is faster", 0);
  private static final Series SLOWER = new Series("the peer is faster", 8);
  private static final Series OPEN = new Series("no winner", 7);

  private ReadmePicture() {}

  static String draw(ReadmeFigures figures) {
    double noise = 1 + figures.noise();
    String grey = "grey: the noise of this run, " + ReadmeFigures.percent(figures.noise());
    Axis axis = new Axis("times as long as Lanewise; " + grey, Axis.Kind.LOGARITHMIC);
    Chart chart = Chart.rows(axis, 740, 230, 80).level("", 1 / noise, 1, noise);
    for (Question question : figures.pictureQuestions()) {
      List<String> peers = figures.peers(List.of(question));
      if (!peers.isEmpty()) {
        chart.heading(ReadmeFigures.name(question));
      }
      for (String peer : peers) {
        Ratio ratio = figures.ratio(question, peer).orElseThrow();
        Series series =
            switch (figures.verdict(ratio)) {
              case FASTER -> FASTER;
              case SLOWER -> SLOWER;
              default -> OPEN;
            };
        boolean open = series.equals(OPEN);
        String value = ReadmeFigures.number(ratio.value());
        String hint = peer + ", " + ReadmeFigures.name(question) + ": " + value;
        chart.row(
            peer,
            open ? "no winner" : value,
            List.of(
                new Chart.Point(
                    series,
                    0,
                    ratio.value(),
                    ratio.low(),
                    ratio.high(),
                    open,
                    hint + ", " + ReadmeFigures.range(ratio))));
      }
    }
    return chart.file(
        "How many times as long the peers take as Lanewise, with the spread over the rounds");
  }
}
