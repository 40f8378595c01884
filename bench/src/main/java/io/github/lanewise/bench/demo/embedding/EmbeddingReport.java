package io.github.lanewise.bench.demo.embedding;

import io.github.lanewise.bench.demo.minilm.MiniLm;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.List;

/** Prints the results of the first part, and judges them. */
final class EmbeddingReport {
  private final EmbeddingResults results;

  EmbeddingReport(EmbeddingResults results) {
    this.results = results;
  }

  void print(Terminal terminal) {
    printSearches(terminal);
    printAgreement(terminal);
    printTimings(terminal);
    printEntropy(terminal);
  }

  /** Returns the claims that did not hold, one sentence each. */
  List<String> failures() {
    List<String> failures = new ArrayList<>();
    double difference = results.embeddingDifference();
    // not "difference > tolerance": NaN must fail too
    if (!(difference <= EmbeddingResults.EMBEDDING_TOLERANCE)) {
      failures.add(
          Text.format(
              "The embeddings differ from ONNX Runtime's by %.2e, but at most %.0e is allowed.",
              difference, EmbeddingResults.EMBEDDING_TOLERANCE));
    }
    for (SearchResult search : results.searches()) {
      if (!search.sameRanking()) {
        failures.add(
            Text.format(
                "ONNX Runtime ranks the sentences differently for \"%s\".", search.query()));
      }
    }
    double error = results.oracle().maxRelativeError();
    if (!(error <= OracleAgreement.TOLERANCE)) {
      failures.add(
          Text.format(
              "Attention differs from the oracle by %.2e, relative, but at most %.0e is allowed.",
              error, OracleAgreement.TOLERANCE));
    }
    double example = SoftmaxExamples.maxDifference();
    if (!(example <= SoftmaxExamples.TOLERANCE)) {
      failures.add(
          Text.format(
              "A softmax in the page's examples is off by %.2e, but at most %.0e is allowed.",
              example, SoftmaxExamples.TOLERANCE));
    }
    return List.copyOf(failures);
  }

  private void printSearches(Terminal terminal) {
    terminal.heading("Searches");
    for (SearchResult search : results.searches()) {
      terminal.line(Text.format("? %s", search.query()));
      for (SearchResult.Answer answer : search.answers()) {
        terminal.line(Text.format("    %.4f  %s", answer.cosine(), answer.sentence()));
      }
    }
  }

  private void printAgreement(Terminal terminal) {
    terminal.heading("Agreement");
    terminal.line(
        Text.format(
            "ONNX Runtime, %d embeddings of %d: maximum absolute difference %.2e (allowed %.0e)",
            results.texts(),
            MiniLm.HIDDEN,
            results.embeddingDifference(),
            EmbeddingResults.EMBEDDING_TOLERANCE));
    terminal.line(
        Text.format(
            "ONNX Runtime, ranking of all sentences in %d searches: %s (closest neighbours %.1e apart)",
            results.searches().size(),
            results.sameRankings() ? "identical" : "NOT IDENTICAL",
            results.smallestGap()));
    terminal.line(
        Text.format(
            "Oracle, attention on the captured Q, K, V: maximum relative error %.2e (allowed %.0e)",
            results.oracle().maxRelativeError(), OracleAgreement.TOLERANCE));
    terminal.line(
        Text.format(
            "  the same for a plain float implementation: %.2e",
            results.oracle().maxRelativeErrorOfPlainFloat()));
    StringBuilder perLayer = new StringBuilder("  per layer");
    for (int layer = 0; layer < MiniLm.LAYERS; layer++) {
      perLayer.append(Text.format("  %.2e", results.oracle().maxRelativeError(layer)));
    }
    terminal.line(perLayer.toString());
    terminal.line(
        "  (max |out - oracle| / max |oracle| over a head's output on a sentence; the largest)");
  }

  private void printTimings(Terminal terminal) {
    terminal.heading("Time per sentence, one thread each, ms (of it in attention)");
    terminal.line(
        "tokens           Lanewise       ONNX Runtime             oracle   Lanewise/ONNX");
    for (Timing t : results.timings()) {
      terminal.line(
          Text.format(
              "%6d   %7.2f (%6.3f)   %7.2f (%6.3f)   %7.1f (%6.2f)            %.2f",
              t.tokens(),
              t.lanewise(),
              t.lanewiseAttention(),
              t.onnxRuntime(),
              t.onnxRuntimeAttention(),
              t.oracle(),
              t.oracleAttention(),
              t.ratio()));
    }
    terminal.line(
        "Medians in turns after a warm-up, tokenizer left out. ONNX Runtime runs a sentence as one");
    terminal.line("call: its time in attention is from its own profiler, in a session of its own.");
  }

  private void printEntropy(Terminal terminal) {
    terminal.heading("Attention entropy in nats, mean over all tokens; * below 1.0: over-peaked");
    StringBuilder header = new StringBuilder("head   ");
    for (int head = 0; head < MiniLm.HEADS; head++) {
      header.append(Text.format("%6d ", head + 1));
    }
    terminal.line(header.toString());
    for (int layer = 0; layer < MiniLm.LAYERS; layer++) {
      StringBuilder row = new StringBuilder(Text.format("layer %d", layer + 1));
      for (int head = 0; head < MiniLm.HEADS; head++) {
        boolean peaked = results.entropy().overPeaked(layer, head);
        row.append(Text.format("%6.2f%s", results.entropy().of(layer, head), peaked ? "*" : " "));
      }
      terminal.line(row.toString());
    }
    terminal.line(
        Text.format(
            "%d of %d heads are over-peaked.",
            results.entropy().overPeakedHeads(), MiniLm.LAYERS * MiniLm.HEADS));
  }
}
