package io.github.lanewise.bench.demo;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import io.github.lanewise.Lanewise;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.bench.page.Page;
import io.github.lanewise.bench.stage.Terminal;
import io.github.lanewise.bench.stage.Terminal.ProgressBar;
import io.github.lanewise.reference.Primitives;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.commons.math3.util.MathArrays;

/** Sentence embeddings by all-MiniLM-L6-v2: searched, checked against two others, timed, drawn. */
final class EmbeddingPart {
  private static final int MEDIUM_TOKENS = 64;
  private static final Duration WARM_UP = Duration.ofSeconds(10);

  /** The sentence whose attention is drawn. */
  private static final String DRAWN = "The cat sat on the mat because it was tired.";

  private EmbeddingPart() {}

  /** Runs the part and returns its claims; {@code scratch} is for a moment. */
  static List<Claim> run(Terminal terminal, Page page, Path scratch) {
    MiniLm model = MiniLm.load();
    terminal.line(
        "Weights read from the artifact: %d layers, %d heads x %d, hidden state %d.",
        MiniLm.LAYERS, MiniLm.HEADS, MiniLm.HEAD_DIM, MiniLm.HIDDEN);
    terminal.line("Warming up the kernels.");
    Lanewise.warmUp(WARM_UP);
    EmbeddingResults results;
    try (HuggingFaceTokenizer tokenizer = Tokens.tokenizer()) {
      results = compute(model, tokenizer, terminal, scratch);
    }
    results.print(terminal);
    new EmbeddingSections(results).addTo(page);
    return results.claims();
  }

  private static EmbeddingResults compute(
      MiniLm model, HuggingFaceTokenizer tokenizer, Terminal terminal, Path scratch) {
    LanewiseEncoder encoder = new LanewiseEncoder(model, Workers.caller());
    EmbeddingModel peer = new AllMiniLmL6V2EmbeddingModel(Runnable::run);
    List<String> sentences = DemoFiles.sentences();
    List<String> texts = new ArrayList<>(sentences);
    texts.addAll(DemoFiles.queries());
    List<Tokens> tokens = texts.stream().map(text -> Tokens.of(text, tokenizer)).toList();
    HeadEntropy entropy = new HeadEntropy();
    OracleAgreement oracle = new OracleAgreement();
    float[] embedding = new float[MiniLm.HIDDEN];
    float[] ours = new float[texts.size() * MiniLm.HIDDEN];
    float[] theirs = new float[ours.length];
    try (ProgressBar progress = terminal.progress("Encoding sentences", texts.size())) {
      for (int i = 0; i < texts.size(); i++) {
        encoder.embed(tokens.get(i), embedding, entropy.andThen(oracle));
        System.arraycopy(embedding, 0, ours, i * MiniLm.HIDDEN, MiniLm.HIDDEN);
        float[] expected = peer.embed(texts.get(i)).content().vector();
        System.arraycopy(expected, 0, theirs, i * MiniLm.HIDDEN, MiniLm.HIDDEN);
        progress.step();
      }
    }
    Tokens drawn = Tokens.of(DRAWN, tokenizer);
    AttentionMaps maps = new AttentionMaps(drawn, Attention.builder().build());
    AttentionMaps unscaled = new AttentionMaps(drawn, Attention.builder().scale(1).build());
    encoder.embed(drawn, embedding, maps.andThen(unscaled));
    Tokens passage = Tokens.of(DemoFiles.passage(), tokenizer);
    Tokens medium = passage.truncated(MEDIUM_TOKENS);
    List<Stopwatch.Timing> timings = new ArrayList<>();
    try (OnnxRuntimeEncoder onnxRuntime = new OnnxRuntimeEncoder(null);
        ProgressBar progress = terminal.progress("Timing, one thread each", 3 * Stopwatch.ROUNDS)) {
      Path profile = scratch.resolve("onnxruntime-profile");
      Stopwatch watch = new Stopwatch(encoder, new OracleEncoder(model), onnxRuntime, profile);
      for (Tokens sentence : List.of(ofMedianLength(tokens), medium, passage)) {
        timings.add(watch.time(sentence, progress));
      }
    }
    return new EmbeddingResults(
        texts.size(),
        Search.all(sentences, DemoFiles.queries(), ours, theirs),
        MathArrays.distanceInf(Primitives.widen(ours), Primitives.widen(theirs)),
        oracle,
        timings,
        entropy,
        maps,
        unscaled);
  }

  private static Tokens ofMedianLength(List<Tokens> sentences) {
    return sentences.stream()
        .sorted(Comparator.comparingInt(Tokens::count))
        .toList()
        .get(sentences.size() / 2);
  }
}
