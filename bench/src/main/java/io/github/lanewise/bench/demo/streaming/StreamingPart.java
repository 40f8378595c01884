package io.github.lanewise.bench.demo.streaming;

import io.github.lanewise.Workers;
import io.github.lanewise.bench.demo.DemoPart;
import io.github.lanewise.bench.demo.embedding.DemoText;
import io.github.lanewise.bench.demo.minilm.LanewiseEncoder;
import io.github.lanewise.bench.demo.minilm.MiniLm;
import io.github.lanewise.bench.demo.minilm.MiniLmModel;
import io.github.lanewise.bench.demo.minilm.Tokens;
import io.github.lanewise.bench.demo.minilm.WordPieceTokenizer;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.stage.ProgressBar;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.List;

/**
 * All sentences, token by token, through two growing memories of the real model's keys and values:
 * one that every token sees as a whole, and one that keeps the first tokens and a window.
 */
public final class StreamingPart implements DemoPart {
  /** Tokens at the beginning that stay: what streaming language models call attention sinks. */
  static final int PREFIX = 4;

  static final int WINDOW = 511;
  private static final int WARM_UP_TOKENS = 1000;

  /** Largest relative difference to the oracle that is allowed: a hundred roundings of a float. */
  static final double TOLERANCE = 1e-5;

  @Override
  public String title() {
    return "Streaming attention over a growing memory";
  }

  @Override
  public List<String> run(Terminal terminal, Page page) {
    TokenStream stream = embed(terminal);
    StreamingRun whole = new StreamingRun(stream, 0, 0);
    StreamingRun bounded = new StreamingRun(stream, PREFIX, WINDOW);
    Workers workers = Workers.caller();
    int warmUp = Math.min(WARM_UP_TOKENS, stream.length);
    try (ProgressBar progress =
        terminal.progress("Reading token by token", 2 * (stream.length + warmUp))) {
      new StreamingRun(stream, 0, 0).read(warmUp, workers, progress);
      new StreamingRun(stream, PREFIX, WINDOW).read(warmUp, workers, progress);
      whole.read(stream.length, workers, progress);
      bounded.read(stream.length, workers, progress);
    }
    StreamingSections sections = new StreamingSections(whole, bounded);
    sections.print(terminal);
    sections.addTo(page);
    return failures(whole, bounded);
  }

  private static TokenStream embed(Terminal terminal) {
    LanewiseEncoder encoder = new LanewiseEncoder(MiniLmModel.load(), Workers.caller());
    try (WordPieceTokenizer tokenizer = WordPieceTokenizer.load()) {
      List<Tokens> sentences = new ArrayList<>();
      for (String sentence : DemoText.sentences()) {
        sentences.add(tokenizer.tokenize(sentence));
      }
      try (ProgressBar progress = terminal.progress("Keys and values", sentences.size())) {
        TokenStream stream = TokenStream.of(sentences, encoder, progress);
        terminal.line(
            Text.format(
                "%d sentences, %d tokens; each adds a key and a value of %d floats in %d heads of"
                    + " %d layers.",
                sentences.size(), stream.length, MiniLm.HEAD_DIM, MiniLm.HEADS, MiniLm.LAYERS));
        return stream;
      }
    }
  }

  private static List<String> failures(StreamingRun... runs) {
    List<String> failures = new ArrayList<>();
    for (StreamingRun run : runs) {
      if (!run.sameBits()) {
        failures.add("Attention token by token has other bits than in one call.");
      }
      // not "error > tolerance": NaN must fail too
      if (!(run.oracleError() <= TOLERANCE)) {
        failures.add(
            Text.format(
                "Streaming attention differs from the oracle by %.2e, relative, but at most %.0e is"
                    + " allowed.",
                run.oracleError(), TOLERANCE));
      }
    }
    return List.copyOf(failures);
  }
}
