package io.github.lanewise.bench.demo.embedding;

import java.util.List;

/**
 * Everything that the first part of the demo found out.
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
    List<SearchResult> searches,
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
    return searches.stream().allMatch(SearchResult::sameRanking);
  }

  /** Returns the smallest difference between two neighbouring scores of a search. */
  double smallestGap() {
    return searches.stream().mapToDouble(SearchResult::smallestGap).min().orElse(Double.NaN);
  }
}
