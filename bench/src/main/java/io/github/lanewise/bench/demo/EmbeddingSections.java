package io.github.lanewise.bench.demo;

import io.github.lanewise.bench.demo.MiniLm.Head;
import io.github.lanewise.bench.demo.Stopwatch.Timing;
import io.github.lanewise.bench.page.Chart;
import io.github.lanewise.bench.page.HeatMap;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.page.Series;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Draws the results of the first part. */
final class EmbeddingSections {
  private static final HeatMap.Geometry MAP = new HeatMap.Geometry(66, 62, 24, 24, true);
  private static final HeatMap.Geometry TABLE = new HeatMap.Geometry(62, 24, 48, 28, false);

  private final EmbeddingResults results;

  EmbeddingSections(EmbeddingResults results) {
    this.results = results;
  }

  /** Adds every section of the part. */
  void addTo(Page page) {
    page.section(
        "The same embeddings, from plain Java",
        results.texts()
            + " English texts through the six layers of all-MiniLM-L6-v2. Every matrix product,"
            + " softmax and attention is computed by Lanewise; ONNX Runtime runs the same"
            + " weights, and the oracle repeats every attention in double precision.",
        this::drawClaims);
    page.section(
        "Three searches",
        "The nearest sentences by the cosine of their embeddings. ONNX Runtime puts all the"
            + " sentences into the same order.",
        this::drawSearches);
    page.section(
        "Time per sentence",
        "One thread each, milliseconds, median of runs in turns. The strong part of a bar is"
            + " attention: for ONNX Runtime as its own profiler sees it.",
        this::drawTimings);
    page.section(
        "What the heads look at",
        "Each row is one token, and shows how it shares out its attention over all tokens of the"
            + " sentence; a row adds up to 1. The heads were chosen by what they do.",
        this::drawMaps);
    page.section(
        "How peaked the heads are",
        Text.format(
            "Mean attention entropy of each head, in nats, over all tokens of all %d texts. A head"
                + " that looks at n tokens alike has ln n. Framed: below 1.0 nat, over-peaked. The"
                + " kernel computes the entropy in the same pass as the attention.",
            results.texts()),
        this::drawEntropy);
    page.section(
        "Why softmax, and every part of it",
        "Blue is softmax as Lanewise computes it; red is the same row with one part left out, by"
            + " the naive formulas of the project's reference.",
        out -> WhySoftmax.draw(out, results.maps(), results.unscaled()));
  }

  private void drawClaims(Markup out) {
    Timing longest = results.timings().getLast();
    List<Claim> claims = new ArrayList<>(results.claims());
    claims.add(
        Claim.figure(
            "%.2f ×",
            longest.ratio(),
            "ONNX Runtime's time for a text of " + longest.tokens() + " tokens, one thread each"));
    Claim.draw(out, claims);
  }

  private void drawSearches(Markup out) {
    out.open("div", "class", "grid");
    for (Search search : results.searches()) {
      out.open("div", "class", "card").element("h3", search.query()).open("ol");
      for (Search.Answer answer : search.answers()) {
        double width = 100 * Math.clamp(answer.cosine(), 0, 1);
        out.open("li")
            .text(answer.sentence())
            .element("span", Text.format(" %.3f", answer.cosine()), "class", "score")
            .element("span", "", "class", "meter", "style", Text.format("width:%.1f%%", width))
            .close();
      }
      out.close().close();
    }
    out.close();
  }

  private void drawTimings(Markup out) {
    out.open("div", "class", "grid");
    for (Timing t : results.timings()) {
      String tokens = t.tokens() + " tokens";
      Chart.bars()
          .bar("Lanewise", millis(t.lanewise()), bars(tokens, t.lanewise()))
          .bar("ONNX Runtime", millis(t.onnxRuntime()), bars(tokens, t.onnxRuntime()))
          .draw(
              out,
              "Time for " + tokens,
              Text.format(
                  "Attention: %.3f ms and %.3f ms. The oracle, in plain loops of double: %.0f ms,"
                      + " of it %.1f ms in attention.",
                  t.lanewise().attention(),
                  t.onnxRuntime().attention(),
                  t.oracle().total(),
                  t.oracle().attention()));
    }
    out.close();
  }

  private static String millis(Stopwatch.Time time) {
    return Text.format("%.2f ms", time.total());
  }

  /** The whole time, faint, and attention's part of it. */
  private static Chart.Point[] bars(String name, Stopwatch.Time time) {
    Series series = new Series(name, 0);
    double total = time.total();
    return new Chart.Point[] {
      new Chart.Point(series, 0, total, total, total, true, ""),
      new Chart.Point(series, 0, time.attention(), "attention")
    };
  }

  private void drawMaps(Markup out) {
    AttentionMaps maps = results.maps();
    List<String> tokens = maps.pieces();
    HeatMap map = new HeatMap(MAP, tokens, tokens);
    out.open("div", "class", "grid");
    for (AttentionMaps.ChosenHead chosen : maps.chosenHeads()) {
      String name = chosen.head().toString().replace("layer", "Layer");
      out.open("figure");
      map.draw(
          out,
          "Attention weights of " + name,
          (query, key) -> {
            double weight = maps.weight(chosen.head(), query, key);
            String hint =
                Text.format("%s looks at %s: %.3f", tokens.get(query), tokens.get(key), weight);
            return new HeatMap.Cell(weight, "", false, hint);
          });
      caption(out, name + " " + chosen.role(), chosen.measure());
    }
    out.close();
  }

  /** Ends a figure with its title and what it shows. */
  private static void caption(Markup out, String title, String text) {
    out.open("figcaption").element("strong", title).text(text).close().close();
  }

  private void drawEntropy(Markup out) {
    HeadEntropy entropy = results.entropy();
    double largest = entropy.largest();
    HeatMap map =
        new HeatMap(TABLE, numbered("head", MiniLm.HEADS), numbered("layer", MiniLm.LAYERS));
    out.open("figure", "class", "narrowed");
    map.draw(
        out,
        "Attention entropy of every head in every layer",
        (number, layer) -> {
          Head head = new Head(layer, number);
          double nats = entropy.of(head);
          String hint = Text.format("%s: %.3f nat", head, nats);
          return new HeatMap.Cell(
              nats / largest, Text.format("%.2f", nats), entropy.overPeaked(head), hint);
        });
    out.element(
            "figcaption",
            Text.format(
                "%s; the mean over all heads is %.2f nat.",
                entropy.overPeakedHeads(), entropy.mean()))
        .close();
  }

  private static List<String> numbered(String what, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> what + " " + i).toList();
  }
}
