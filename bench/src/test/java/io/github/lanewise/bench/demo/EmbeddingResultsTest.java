package io.github.lanewise.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.bench.demo.LanewiseEncoder.AttentionStep;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo must fail when a claim does not hold. */
class EmbeddingResultsTest {
  private static final Attention ATTENTION = Attention.builder().build();

  @Test
  void agreementIsNoFailure() {
    assertEquals(List.of(), failures(1e-7, true, 0));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.01e-6, 1, Double.NaN})
  void differentEmbeddingsAreAFailure(double difference) {
    List<String> failures = failures(difference, true, 0);
    assertEquals(1, failures.size());
    assertTrue(failures.get(0).contains("ONNX Runtime"));
  }

  @Test
  void anotherRankingIsAFailure() {
    List<String> failures = failures(1e-7, false, 0);
    assertEquals(1, failures.size());
    assertTrue(failures.get(0).contains("\"query\""));
  }

  @ParameterizedTest
  @ValueSource(floats = {1e-3f, Float.NaN})
  void anotherAttentionIsAFailure(float error) {
    List<String> failures = failures(1e-7, true, error);
    assertEquals(1, failures.size());
    assertTrue(failures.get(0).contains("oracle"));
  }

  private static List<String> failures(double difference, boolean sameRanking, float error) {
    Search search = new Search("query", List.of(), sameRanking, 1e-5);
    AttentionMaps maps = new AttentionMaps(new Tokens(new int[0], List.of()), ATTENTION);
    return new EmbeddingResults(
            1,
            List.of(search),
            difference,
            oracleOf(error),
            List.of(),
            new HeadEntropy(),
            maps,
            maps)
        .claims().stream().filter(claim -> !claim.holds()).map(Claim::toString).toList();
  }

  /** Shows the comparison an attention that is right but for one element. */
  private static OracleAgreement oracleOf(float error) {
    int tokens = 3;
    float[] data = new float[MiniLm.HEADS * tokens * MiniLm.HEAD_DIM];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) Math.sin(i);
    }
    FloatTensor qkv = FloatTensor.of(data, 1, MiniLm.HEADS, tokens, MiniLm.HEAD_DIM);
    FloatTensor out = FloatTensor.allocate(1, MiniLm.HEADS, tokens, MiniLm.HEAD_DIM);
    ATTENTION.forward(qkv, qkv, qkv, out, RowStatistics.none(), Workers.caller());
    out.set(out.get(0, 7, 1, 5) + error, 0, 7, 1, 5);
    OracleAgreement oracle = new OracleAgreement();
    oracle.accept(new AttentionStep(2, qkv, qkv, qkv, out, RowStatistics.none()));
    return oracle;
  }
}
