package io.github.lanewise.bench.demo;

import static io.github.lanewise.bench.demo.MiniLm.HEADS;
import static io.github.lanewise.bench.demo.MiniLm.HEAD_DIM;
import static io.github.lanewise.bench.demo.MiniLm.LAYERS;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import io.github.lanewise.bench.demo.LanewiseEncoder.AttentionStep;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.stage.ProgressBar;
import io.github.lanewise.bench.stage.Terminal;
import java.util.ArrayList;
import java.util.List;

/**
 * All sentences, token by token, through two growing memories of the real model's keys and values:
 * one that every token sees as a whole, and one that keeps the first tokens and a window.
 */
final class StreamingPart {
  /** Tokens at the beginning that stay: what streaming language models call attention sinks. */
  static final int PREFIX = 4;

  static final int WINDOW = 511;
  private static final int WARM_UP_TOKENS = 1000;

  /** Largest relative difference to the oracle that is allowed: a hundred roundings of a float. */
  static final double TOLERANCE = 1e-5;

  private StreamingPart() {}

  /**
   * The queries, keys and values of a text in all layers, [LAYERS, HEADS, length, HEAD_DIM] each:
   * every sentence as the model computes them, one after the other.
   */
  record TokenStream(int length, FloatTensor queries, FloatTensor keys, FloatTensor values) {
    static TokenStream allocate(int length) {
      return new TokenStream(
          length,
          FloatTensor.allocate(LAYERS, HEADS, length, HEAD_DIM),
          FloatTensor.allocate(LAYERS, HEADS, length, HEAD_DIM),
          FloatTensor.allocate(LAYERS, HEADS, length, HEAD_DIM));
    }

    private void copy(AttentionStep step, int from) {
      copy(step.query(), queries, step.layer(), from);
      copy(step.key(), keys, step.layer(), from);
      copy(step.value(), values, step.layer(), from);
    }

    private static void copy(FloatTensor part, FloatTensor all, int layer, int from) {
      all.slice(0, layer, layer + 1).slice(2, from, from + part.size(2)).copyFrom(part);
    }
  }

  /** Runs the part and returns the claims that did not hold. */
  static List<String> run(Terminal terminal, Page page) {
    TokenStream stream = embed(terminal);
    StreamingRun whole = new StreamingRun(stream, 0, 0);
    StreamingRun bounded = new StreamingRun(stream, PREFIX, WINDOW);
    Workers workers = Workers.caller();
    int warmUp = Math.min(WARM_UP_TOKENS, stream.length());
    try (ProgressBar progress =
        terminal.progress("Reading token by token", 2 * (stream.length() + warmUp))) {
      new StreamingRun(stream, 0, 0).read(warmUp, workers, progress);
      new StreamingRun(stream, PREFIX, WINDOW).read(warmUp, workers, progress);
      whole.read(stream.length(), workers, progress);
      bounded.read(stream.length(), workers, progress);
    }
    StreamingSections sections = new StreamingSections(whole, bounded);
    sections.print(terminal);
    sections.addTo(page);
    List<String> failures = new ArrayList<>();
    for (StreamingRun run : List.of(whole, bounded)) {
      if (!run.sameBits()) {
        failures.add("Attention token by token has other bits than in one call.");
      }
      EmbeddingResults.judge(
          failures,
          "Streaming attention differs from the oracle by %.2e, relative, but at most %.0e is"
              + " allowed.",
          run.oracleError(),
          TOLERANCE);
    }
    return failures;
  }

  private static TokenStream embed(Terminal terminal) {
    List<Tokens> sentences;
    try (HuggingFaceTokenizer tokenizer = Tokens.tokenizer()) {
      sentences = DemoFiles.sentences().stream().map(text -> Tokens.of(text, tokenizer)).toList();
    }
    LanewiseEncoder encoder = new LanewiseEncoder(MiniLm.load(), Workers.caller());
    int length = sentences.stream().mapToInt(Tokens::count).sum();
    TokenStream stream = TokenStream.allocate(length);
    int read = 0;
    try (ProgressBar progress = terminal.progress("Keys and values", sentences.size())) {
      for (Tokens sentence : sentences) {
        int from = read;
        encoder.embed(sentence, new float[MiniLm.HIDDEN], step -> stream.copy(step, from));
        read += sentence.count();
        progress.step();
      }
      terminal.line(
          "%d sentences, %d tokens; each adds a key and a value of %d floats in %d heads of %d"
              + " layers.",
          sentences.size(), length, HEAD_DIM, HEADS, LAYERS);
    }
    return stream;
  }
}
