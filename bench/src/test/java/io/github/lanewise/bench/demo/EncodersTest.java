package io.github.lanewise.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.sun.management.ThreadMXBean;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import io.github.lanewise.Workers;
import java.lang.management.ManagementFactory;
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

  private MiniLm model;
  private HuggingFaceTokenizer tokenizer;
  private LanewiseEncoder lanewise;

  @BeforeAll
  void load() {
    model = MiniLm.load();
    tokenizer = Tokens.tokenizer();
    lanewise = new LanewiseEncoder(model, Workers.caller());
  }

  @AfterAll
  void close() {
    tokenizer.close();
  }

  @Test
  void agreesWithOnnxRuntime() {
    EmbeddingModel onnxRuntime = new AllMiniLmL6V2EmbeddingModel(Runnable::run);
    for (String text : TEXTS) {
      float[] expected = onnxRuntime.embed(text).content().vector();
      float[] actual = embedding(Tokens.of(text, tokenizer));
      double difference = 0;
      for (int j = 0; j < MiniLm.HIDDEN; j++) {
        difference = Math.max(difference, Math.abs(expected[j] - actual[j]));
      }
      System.out.printf("%d characters: difference %.2e%n", text.length(), difference);
      assertTrue(difference <= 1e-6, text.length() + " characters: " + difference);
    }
  }

  @Test
  void agreesWithTheOracle() {
    Tokens tokens = Tokens.of(TEXTS.get(1), tokenizer);
    double[] expected = new OracleEncoder(model).embed(tokens);
    float[] actual = embedding(tokens);
    for (int j = 0; j < MiniLm.HIDDEN; j++) {
      assertEquals(expected[j], actual[j], 1e-6);
    }
  }

  @Test
  void aSentenceDoesNotRememberTheOneBefore() {
    Tokens tokens = Tokens.of(TEXTS.get(1), tokenizer);
    float[] first = embedding(tokens);
    embedding(Tokens.of(TEXTS.get(2), tokenizer));
    org.junit.jupiter.api.Assertions.assertArrayEquals(first, embedding(tokens));
  }

  @Test
  void theObserverSeesEveryLayerOnce() {
    int[] seen = new int[MiniLm.LAYERS];
    lanewise.embed(
        Tokens.of(TEXTS.get(0), tokenizer), new float[MiniLm.HIDDEN], step -> seen[step.layer()]++);
    for (int count : seen) {
      assertEquals(1, count);
    }
  }

  @Test
  void encodingAllocatesNothingInSteadyState() {
    Tokens tokens = Tokens.of(TEXTS.get(1), tokenizer);
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
