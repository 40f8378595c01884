package io.github.lanewise.bench.demo.minilm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.lanewise.Workers;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The three encoders on the real weights. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EncodersTest {
  private static final List<String> TEXTS =
      List.of("Hi.", "The cat sat on the mat because it was tired.", "rain and wind ".repeat(80));

  private MiniLmModel model;
  private WordPieceTokenizer tokenizer;
  private LanewiseEncoder lanewise;

  @BeforeAll
  void load() {
    ModelArtifact.keepNativeFilesIn(Path.of("target", "demo", "native"));
    model = MiniLmModel.load();
    tokenizer = WordPieceTokenizer.load();
    lanewise = new LanewiseEncoder(model, Workers.caller());
  }

  @AfterAll
  void close() {
    tokenizer.close();
  }

  @Test
  void agreesWithOnnxRuntime() {
    try (OnnxRuntimeEncoder onnxRuntime = OnnxRuntimeEncoder.open()) {
      OnnxRuntimeEncoder.Embeddings embeddings = onnxRuntime.embeddings();
      for (String text : TEXTS) {
        float[] expected = embeddings.of(text);
        float[] actual = embedding(tokenizer.tokenize(text));
        double difference = 0;
        for (int j = 0; j < MiniLm.HIDDEN; j++) {
          difference = Math.max(difference, Math.abs(expected[j] - actual[j]));
        }
        System.out.printf("%d characters: difference %.2e%n", text.length(), difference);
        assertTrue(difference <= 1e-6, text.length() + " characters: " + difference);
      }
    }
  }

  @Test
  void agreesWithTheOracle() {
    Tokens tokens = tokenizer.tokenize(TEXTS.get(1));
    double[] expected = new OracleEncoder(model).embed(tokens);
    float[] actual = embedding(tokens);
    for (int j = 0; j < MiniLm.HIDDEN; j++) {
      assertEquals(expected[j], actual[j], 1e-6);
    }
  }

  @Test
  void aSentenceDoesNotRememberTheOneBefore() {
    Tokens tokens = tokenizer.tokenize(TEXTS.get(1));
    float[] first = embedding(tokens);
    embedding(tokenizer.tokenize(TEXTS.get(2)));
    org.junit.jupiter.api.Assertions.assertArrayEquals(first, embedding(tokens));
  }

  @Test
  void theObserverSeesEveryLayerOnce() {
    int[] seen = new int[MiniLm.LAYERS];
    lanewise.embed(
        tokenizer.tokenize(TEXTS.get(0)),
        new float[MiniLm.HIDDEN],
        (layer, query, key, value, out, statistics) -> seen[layer]++);
    for (int count : seen) {
      assertEquals(1, count);
    }
  }

  @Test
  void encodingAllocatesNothingInSteadyState() {
    Tokens tokens = tokenizer.tokenize(TEXTS.get(1));
    float[] embedding = new float[MiniLm.HIDDEN];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().threadId();
    // C2 boxes nothing once it has compiled: how many rounds that takes is the machine's affair.
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 60 && best > 0; round++) {
      long before = threads.getThreadAllocatedBytes(id);
      for (int i = 0; i < 20; i++) {
        lanewise.embed(tokens, embedding);
      }
      best = Math.min(best, threads.getThreadAllocatedBytes(id) - before);
    }
    assertEquals(0, best, "bytes allocated by 20 sentences");
  }

  private float[] embedding(Tokens tokens) {
    float[] embedding = new float[MiniLm.HIDDEN];
    lanewise.embed(tokens, embedding);
    return embedding;
  }
}
