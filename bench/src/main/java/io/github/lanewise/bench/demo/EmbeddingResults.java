package io.github.lanewise.bench.demo;

import io.github.lanewise.bench.demo.MiniLm.Head;
import io.github.lanewise.bench.demo.Stopwatch.Timing;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Everything that the first part of the demo found out: printed, and judged.
 *
 * @param texts number of texts that were embedded, searches included
 * @param searches the answers
 * @param embeddingDifference largest absolute difference to ONNX Runtime, over all embeddings
 * @param oracle agreement with the oracle's attention
 * @param timings one per sentence length, shortest first
 * @param entropy of every head over all texts
 * @param maps attention of every head on one sentence
 * @param unscaled the same without the scale 1/√headDim
 */
record EmbeddingResults(
    int texts,
    List<Search> searches,
    double embeddingDifference,
    OracleAgreement oracle,
    List<Timing> timings,
    HeadEntropy entropy,
    AttentionMaps maps,
    AttentionMaps unscaled) {
  /** Float rounding over six layers; plain scalar float code reaches 2.3e-7. */
  private static final double EMBEDDING_TOLERANCE = 1e-6;

  /** Returns what must hold of the results. */
  List<Claim> claims() {
    String differing =
        searches.stream()
            .filter(search -> !search.sameRanking())
            .map(search -> '"' + search.query() + '"')
            .collect(Collectors.joining(", "));
    return List.of(
        Claim.atMost(
            EMBEDDING_TOLERANCE,
            embeddingDifference,
            "largest difference to ONNX Runtime in any element of an embedding"),
        new Claim(
            differing.isEmpty() ? "identical" : "different for " + differing,
            differing.isEmpty(),
            "ranking of all sentences in every search, against ONNX Runtime"),
        Claim.atMost(
            OracleAgreement.TOLERANCE,
            oracle.maxRelativeError(),
            "largest relative error of any head's attention against the oracle in double"),
        Claim.atMost(
            WhySoftmax.TOLERANCE,
            WhySoftmax.maxDifference(),
            "largest error of a weight in the examples of why softmax"));
  }

  void print(Terminal terminal) {
    printSearches(terminal);
    printAgreement(terminal);
    printTimings(terminal);
    printEntropy(terminal);
  }

  private void printSearches(Terminal terminal) {
    terminal.heading("Searches");
    for (Search search : searches) {
      terminal.line("? " + search.query());
      for (Search.Answer answer : search.answers()) {
        terminal.line("    %.4f  %s", answer.cosine(), answer.sentence());
      }
    }
  }

  private void printAgreement(Terminal terminal) {
    terminal.heading("Agreement");
    claims().forEach(claim -> terminal.line(claim.toString()));
    terminal.line(
        "ONNX Runtime's closest neighbours in a ranking are %.1e apart.",
        searches.stream().mapToDouble(Search::smallestGap).min().orElse(Double.NaN));
    StringBuilder byLayer = new StringBuilder("Attention against the oracle, by layer:");
    for (int layer = 0; layer < MiniLm.LAYERS; layer++) {
      byLayer.append(Text.format("  %.2e", oracle.maxRelativeError(layer)));
    }
    terminal.line(byLayer.toString());
    terminal.line(
        "  a plain float implementation, in any layer: %.2e",
        oracle.maxRelativeErrorOfPlainFloat());
    terminal.line(
        "  (max |out - oracle| / max |oracle| over a head's output on a sentence; the largest)");
  }

  private void printTimings(Terminal terminal) {
    terminal.heading("Time per sentence, one thread each, ms (of it in attention)");
    terminal.line(
        "tokens           Lanewise       ONNX Runtime             oracle   Lanewise/ONNX");
    for (Timing t : timings) {
      terminal.line(
          "%6d   %7.2f (%6.3f)   %7.2f (%6.3f)   %7.1f (%6.2f)            %.2f",
          t.tokens(),
          t.lanewise().total(),
          t.lanewise().attention(),
          t.onnxRuntime().total(),
          t.onnxRuntime().attention(),
          t.oracle().total(),
          t.oracle().attention(),
          t.ratio());
    }
    terminal.line(
        "Medians in turns after a warm-up, tokenizer left out. ONNX Runtime runs a sentence as one");
    terminal.line("call: its time in attention is from its own profiler, in a session of its own.");
  }

  private void printEntropy(Terminal terminal) {
    terminal.heading("Attention entropy in nats, mean over all tokens; * below 1.0: over-peaked");
    StringBuilder lines = new StringBuilder("head   ");
    for (int head = 1; head <= MiniLm.HEADS; head++) {
      lines.append(Text.format("%6d ", head));
    }
    for (Head head : Head.ALL) {
      if (head.number() == 0) {
        lines.append(Text.format("%nlayer %d", head.layer() + 1));
      }
      lines.append(Text.format("%6.2f%s", entropy.of(head), entropy.overPeaked(head) ? "*" : " "));
    }
    terminal.line(lines.toString());
    terminal.line(entropy.overPeakedHeads() + ".");
  }
}
