package io.github.lanewise.bench.demo.embedding;

import static io.github.lanewise.bench.demo.minilm.MiniLm.HIDDEN;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Matmul;
import io.github.lanewise.Workers;
import io.github.lanewise.reference.Primitives;
import java.util.List;

/** Embeddings of the sentences and of the searches, by Lanewise and by ONNX Runtime. */
final class SentenceIndex {
  private final List<String> sentences;
  private final List<String> queries;
  private final float[] lanewise;
  private final float[] onnxRuntime;

  /** An empty index: sentences first, then queries. */
  SentenceIndex(List<String> sentences, List<String> queries) {
    this.sentences = sentences;
    this.queries = queries;
    this.lanewise = new float[size() * HIDDEN];
    this.onnxRuntime = new float[size() * HIDDEN];
  }

  /** Returns the number of texts: sentences and queries. */
  int size() {
    return sentences.size() + queries.size();
  }

  /** Returns text i: a sentence, or behind the last of them a query. */
  String text(int i) {
    return i < sentences.size() ? sentences.get(i) : queries.get(i - sentences.size());
  }

  List<String> sentences() {
    return sentences;
  }

  List<String> queries() {
    return queries;
  }

  /** Stores both embeddings of text i. */
  void put(int i, float[] byLanewise, float[] byOnnxRuntime) {
    System.arraycopy(byLanewise, 0, lanewise, i * HIDDEN, HIDDEN);
    System.arraycopy(byOnnxRuntime, 0, onnxRuntime, i * HIDDEN, HIDDEN);
  }

  /** Returns the largest difference between an element of an embedding and its counterpart. */
  double maxAbsoluteDifference() {
    return Differences.maxAbsoluteDifference(lanewise, onnxRuntime);
  }

  /** Returns the cosine of every sentence with query q, all by Lanewise. */
  double[] scores(int q) {
    int queryRow = (sentences.size() + q) * HIDDEN;
    FloatTensor scores = FloatTensor.allocate(1, sentences.size());
    Matmul.multiplyTransposed(
        1,
        FloatTensor.ofRange(lanewise, queryRow, 1, HIDDEN),
        FloatTensor.ofRange(lanewise, 0, sentences.size(), HIDDEN),
        scores,
        Workers.caller());
    return Primitives.widen(scores.toArray());
  }

  /** Returns the cosine of every sentence with query q from ONNX Runtime's embeddings. */
  double[] onnxRuntimeScores(int q) {
    double[] all = Primitives.widen(onnxRuntime);
    double[] scores = new double[sentences.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Primitives.dot(all, (sentences.size() + q) * HIDDEN, all, i * HIDDEN, HIDDEN);
    }
    return scores;
  }
}
