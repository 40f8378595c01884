package io.github.lanewise.bench.demo.embedding;

import io.github.lanewise.bench.demo.minilm.MiniLm;
import io.github.lanewise.bench.page.BarChart;
import io.github.lanewise.bench.page.HeatMap;
import io.github.lanewise.bench.page.Markup;
import io.github.lanewise.bench.page.Page;
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
        Text.format(
            "%d English texts through the six layers of all-MiniLM-L6-v2. Every matrix product,"
                + " softmax and attention is computed by Lanewise; ONNX Runtime runs the same"
                + " weights, and the oracle repeats every attention in double precision.",
            results.texts()),
        this::drawTiles);
    page.section(
        "Three searches",
        "The nearest sentences by the cosine of their embeddings. ONNX Runtime puts all the"
            + " sentences into the same order.",
        this::drawSearches);
    page.section(
        "Time per sentence",
        "One thread each, milliseconds, median of runs in turns. The strong part of a bar is attention: for"
            + " ONNX Runtime as its own profiler sees it.",
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
    new WhySoftmaxSection(results).addTo(page);
  }

  private void drawTiles(Markup out) {
    Timing longest = results.timings().get(results.timings().size() - 1);
    boolean close = results.embeddingDifference() <= EmbeddingResults.EMBEDDING_TOLERANCE;
    boolean exact = results.oracle().maxRelativeError() <= OracleAgreement.TOLERANCE;
    out.open("div", "class", "tiles");
    tile(
        out,
        Text.format("%.1e", results.embeddingDifference()),
        close,
        "largest difference to ONNX Runtime in any element of an embedding; allowed: 1e-6");
    tile(
        out,
        results.sameRankings() ? "identical" : "different",
        results.sameRankings(),
        "ranking of all sentences in every search, against ONNX Runtime");
    tile(
        out,
        Text.format("%.1e", results.oracle().maxRelativeError()),
        exact,
        "largest relative error of any head's attention against the oracle in double");
    tile(
        out,
        Text.format("%.2f ×", longest.ratio()),
        true,
        Text.format(
            "ONNX Runtime's time for a text of %d tokens, one thread each", longest.tokens()));
    out.close();
  }

  private static void tile(Markup out, String value, boolean good, String what) {
    out.open("div", "class", "card")
        .element("span", value, "class", good ? "value good" : "value bad")
        .element("span", what, "class", "what")
        .close();
  }

  private void drawSearches(Markup out) {
    out.open("div", "class", "grid");
    for (SearchResult search : results.searches()) {
      out.open("div", "class", "card").element("h3", search.query()).open("ol");
      for (SearchResult.Answer answer : search.answers()) {
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
      List<BarChart.Bar> bars =
          List.of(
              timeBar("Lanewise", t.lanewise(), t.lanewiseAttention()),
              timeBar("ONNX Runtime", t.onnxRuntime(), t.onnxRuntimeAttention()));
      out.open("figure");
      new BarChart()
          .group(Text.format("%d tokens", t.tokens()), BarChart.Paint.PARTED, bars)
          .draw(out, Text.format("Time for %d tokens", t.tokens()));
      out.element(
              "figcaption",
              Text.format(
                  "Attention: %.3f ms and %.3f ms. The oracle, in plain loops of double: %.0f ms,"
                      + " of it %.1f ms in attention.",
                  t.lanewiseAttention(), t.onnxRuntimeAttention(), t.oracle(), t.oracleAttention()))
          .close();
    }
    out.close();
  }

  private static BarChart.Bar timeBar(String label, double millis, double attention) {
    return new BarChart.Bar(label, millis, attention, Text.format("%.2f ms", millis));
  }

  private void drawMaps(Markup out) {
    AttentionMaps maps = results.maps();
    List<String> tokens = maps.sentence().pieces();
    HeatMap map = new HeatMap(MAP, tokens, tokens);
    out.open("div", "class", "grid");
    for (ChosenHead chosen : ChosenHead.of(maps)) {
      String name = Text.format("Layer %d, head %d", chosen.layer() + 1, chosen.head() + 1);
      out.open("figure");
      map.draw(
          out,
          "Attention weights of " + name,
          (query, key) -> {
            double weight = maps.weight(chosen.layer(), chosen.head(), query, key);
            String hint =
                Text.format("%s looks at %s: %.3f", tokens.get(query), tokens.get(key), weight);
            return new HeatMap.Cell(weight, "", false, hint);
          });
      out.open("figcaption")
          .element("strong", name + " " + chosen.role())
          .text(chosen.measure())
          .close()
          .close();
    }
    out.close();
  }

  private void drawEntropy(Markup out) {
    HeadEntropy entropy = results.entropy();
    double largest = 0;
    for (int layer = 0; layer < MiniLm.LAYERS; layer++) {
      for (int head = 0; head < MiniLm.HEADS; head++) {
        largest = Math.max(largest, entropy.of(layer, head));
      }
    }
    double full = largest;
    HeatMap map = new HeatMap(TABLE, numbered("head", MiniLm.HEADS), layerNames());
    out.open("figure", "class", "narrowed");
    map.draw(
        out,
        "Attention entropy of every head in every layer",
        (head, layer) -> {
          double nats = entropy.of(layer, head);
          String hint = Text.format("layer %d, head %d: %.3f nat", layer + 1, head + 1, nats);
          return new HeatMap.Cell(
              nats / full, Text.format("%.2f", nats), entropy.overPeaked(layer, head), hint);
        });
    out.element(
            "figcaption",
            Text.format(
                "%d of %d heads are over-peaked; the mean over all heads is %.2f nat.",
                entropy.overPeakedHeads(), MiniLm.LAYERS * MiniLm.HEADS, entropy.mean()))
        .close();
  }

  private static List<String> layerNames() {
    return IntStream.rangeClosed(1, MiniLm.LAYERS).mapToObj(i -> "layer " + i).toList();
  }

  private static List<String> numbered(String what, int count) {
    List<String> names = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      names.add(what + " " + i);
    }
    return names;
  }
}
