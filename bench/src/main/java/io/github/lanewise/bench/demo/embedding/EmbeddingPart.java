package io.github.lanewise.bench.demo.embedding;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Lanewise;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.bench.demo.DemoPart;
import io.github.lanewise.bench.demo.minilm.AttentionObserver;
import io.github.lanewise.bench.demo.minilm.LanewiseEncoder;
import io.github.lanewise.bench.demo.minilm.MiniLm;
import io.github.lanewise.bench.demo.minilm.MiniLmModel;
import io.github.lanewise.bench.demo.minilm.OnnxRuntimeEncoder;
import io.github.lanewise.bench.demo.minilm.OracleEncoder;
import io.github.lanewise.bench.demo.minilm.Tokens;
import io.github.lanewise.bench.demo.minilm.WordPieceTokenizer;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.stage.ProgressBar;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Text;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Sentence embeddings by all-MiniLM-L6-v2: searched, checked against two others, timed, drawn. */
public final class EmbeddingPart implements DemoPart {
  private static final int ANSWERS = 3;
  private static final int MEDIUM_TOKENS = 64;
  private static final Duration WARM_UP = Duration.ofSeconds(10);

  /** The sentence whose attention is drawn. */
  private static final String DRAWN = "The cat sat on the mat because it was tired.";

  private final Path scratch;

  /** The part; {@code scratch} is an existing folder for files that do not last. */
  public EmbeddingPart(Path scratch) {
    this.scratch = scratch;
  }

  @Override
  public String title() {
    return "Sentence embeddings with all-MiniLM-L6-v2";
  }

  @Override
  public List<String> run(Terminal terminal, Page page) {
    EmbeddingResults results = compute(terminal);
    EmbeddingReport report = new EmbeddingReport(results);
    report.print(terminal);
    new EmbeddingSections(results).addTo(page);
    return report.failures();
  }

  private EmbeddingResults compute(Terminal terminal) {
    MiniLmModel model = MiniLmModel.load();
    terminal.line(
        Text.format(
            "Weights read from the artifact: %d layers, %d heads x %d, hidden state %d.",
            MiniLm.LAYERS, MiniLm.HEADS, MiniLm.HEAD_DIM, MiniLm.HIDDEN));
    terminal.line("Warming up the kernels.");
    Lanewise.warmUp(WARM_UP);
    LanewiseEncoder lanewise = new LanewiseEncoder(model, Workers.caller());
    try (WordPieceTokenizer tokenizer = WordPieceTokenizer.load();
        OnnxRuntimeEncoder onnxRuntime = OnnxRuntimeEncoder.open()) {
      SentenceIndex index = new SentenceIndex(DemoText.sentences(), DemoText.queries());
      List<Tokens> tokens = new ArrayList<>();
      for (int i = 0; i < index.size(); i++) {
        tokens.add(tokenizer.tokenize(index.text(i)));
      }
      HeadEntropy entropy = new HeadEntropy();
      OracleAgreement oracle = new OracleAgreement();
      encode(terminal, index, tokens, lanewise, onnxRuntime, both(entropy, oracle));
      Tokens drawn = tokenizer.tokenize(DRAWN);
      AttentionMaps maps = new AttentionMaps(drawn);
      AttentionMaps unscaled = new AttentionMaps(drawn, Attention.builder().scale(1).build());
      lanewise.embed(drawn, new float[MiniLm.HIDDEN], both(maps, unscaled));
      Stopwatch stopwatch = new Stopwatch(lanewise, new OracleEncoder(model), onnxRuntime);
      List<Timing> timings =
          time(terminal, stopwatch, timed(tokens, tokenizer.tokenize(DemoText.passage())));
      return new EmbeddingResults(
          index.size(),
          searches(index),
          index.maxAbsoluteDifference(),
          oracle,
          timings,
          entropy,
          maps,
          unscaled);
    }
  }

  private static void encode(
      Terminal terminal,
      SentenceIndex index,
      List<Tokens> tokens,
      LanewiseEncoder lanewise,
      OnnxRuntimeEncoder onnxRuntime,
      AttentionObserver observer) {
    OnnxRuntimeEncoder.Embeddings peer = onnxRuntime.embeddings();
    float[] embedding = new float[MiniLm.HIDDEN];
    try (ProgressBar progress = terminal.progress("Encoding sentences", index.size())) {
      for (int i = 0; i < index.size(); i++) {
        lanewise.embed(tokens.get(i), embedding, observer);
        index.put(i, embedding, peer.of(index.text(i)));
        progress.step();
      }
    }
  }

  private List<Timing> time(Terminal terminal, Stopwatch stopwatch, List<Tokens> sentences) {
    int steps = sentences.size() * Stopwatch.steps();
    try (ProgressBar progress = terminal.progress("Timing, one thread each", steps)) {
      return stopwatch.time(sentences, scratch, progress);
    }
  }

  /** The sentence of median length, and the passage at a medium and at its full length. */
  private static List<Tokens> timed(List<Tokens> sentences, Tokens passage) {
    List<Tokens> byLength = new ArrayList<>(sentences);
    byLength.sort(Comparator.comparingInt(Tokens::count));
    return List.of(byLength.get(byLength.size() / 2), passage.truncated(MEDIUM_TOKENS), passage);
  }

  private static List<SearchResult> searches(SentenceIndex index) {
    List<SearchResult> searches = new ArrayList<>();
    for (int q = 0; q < index.queries().size(); q++) {
      searches.add(SearchResult.of(index, q, ANSWERS));
    }
    return List.copyOf(searches);
  }

  private static AttentionObserver both(AttentionObserver one, AttentionObserver other) {
    return (int layer,
        FloatTensor query,
        FloatTensor key,
        FloatTensor value,
        FloatTensor out,
        RowStatistics statistics) -> {
      one.attended(layer, query, key, value, out, statistics);
      other.attended(layer, query, key, value, out, statistics);
    };
  }
}
