package io.github.lanewise.bench.demo;

import io.github.lanewise.bench.demo.MiniLm.Head;
import io.github.lanewise.bench.demo.Stopwatch.Timing;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.List;

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
  static final double EMBEDDING_TOLERANCE = 1e-6;

  /** Returns whether ONNX Runtime ranks every search alike. */
  boolean sameRankings() {
    return searches.stream().allMatch(Search::sameRanking);
  }

  /** Returns the claims that did not hold, one sentence each. */
  List<String> failures() {
    List<String> failures = new ArrayList<>();
    judge(
        failures,
        "The embeddings differ from ONNX Runtime's by %.2e, but at most %.0e is allowed.",
        embeddingDifference,
        EMBEDDING_TOLERANCE);
    for (Search search : searches) {
      if (!search.sameRanking()) {
        failures.add(
            "ONNX Runtime ranks the sentences differently for \"" + search.query() + "\".");
      }
    }
    judge(
        failures,
        "Attention differs from the oracle by %.2e, relative, but at most %.0e is allowed.",
        oracle.maxRelativeError(),
        OracleAgreement.TOLERANCE);
    judge(
        failures,
        "A softmax in the page's examples is off by %.2e, but at most %.0e is allowed.",
        WhySoftmax.maxDifference(),
        WhySoftmax.TOLERANCE);
    return List.copyOf(failures);
  }

  /** Adds a failure if a difference is beyond what is allowed, or no number. */
  static void judge(List<String> failures, String claim, double difference, double allowed) {
    if (!(difference <= allowed)) {
      failures.add(Text.format(claim, difference, allowed));
    }
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
    terminal.line(
        "ONNX Runtime, %d embeddings of %d: maximum absolute difference %.2e (allowed %.0e)",
        texts, MiniLm.HIDDEN, embeddingDifference, EMBEDDING_TOLERANCE);
    terminal.line(
        "ONNX Runtime, ranking of all sentences in %d searches: %s (closest neighbours %.1e apart)",
        searches.size(),
        sameRankings() ? "identical" : "NOT IDENTICAL",
        searches.stream().mapToDouble(Search::smallestGap).min().orElse(Double.NaN));
    terminal.line(
        "Oracle, attention on the captured Q, K, V: maximum relative error %.2e (allowed %.0e)",
        oracle.maxRelativeError(), OracleAgreement.TOLERANCE);
    terminal.line(
        "  the same for a plain float implementation: %.2e", oracle.maxRelativeErrorOfPlainFloat());
    StringBuilder perLayer = new StringBuilder("  per layer");
    for (int layer = 0; layer < MiniLm.LAYERS; layer++) {
      perLayer.append(Text.format("  %.2e", oracle.maxRelativeError(layer)));
    }
    terminal.line(perLayer.toString());
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
