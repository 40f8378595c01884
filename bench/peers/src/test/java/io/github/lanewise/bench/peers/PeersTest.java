package io.github.lanewise.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.OracleCheck;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** ONNX Runtime and Jlama give the oracle's answers. */
class PeersTest {
  /** Every kind of question, on sizes that the oracle answers at once; no lane divides them. */
  private static List<Question> small() {
    return """
        exp 101
        sum 101
        max 101
        divide 101
        softmax 9x67
        softmax 9x67 causal
        softmax 9x67 key lengths
        softmax 9x67 boolean
        softmax 9x67 bits
        softmax 9x67 log
        softmax 9x67 backward
        qk 13x37x32
        pv 13x32x37
        attention 2 21x43x16
        attention 2x4:2 43x16
        attention 2x4:2 5x1030x16
        attention 2 43x16 causal
        attention 4:2 1030x16 causal
        attention 2x2:1 21x43x16 causal
        attention 4:2 300x16 window
        attention 3x4:2 43x16 ragged
        """
        .lines()
        .map(Question::of)
        .toList();
  }

  static Stream<Arguments> answered() {
    List<Arguments> pairs = new ArrayList<>();
    for (Contender contender : List.of(new OnnxRuntimeContender(), new JlamaContender())) {
      for (Question question : small()) {
        if (contender.answers(question)) {
          pairs.add(Arguments.of(contender.name(), question, contender));
        }
      }
    }
    return pairs.stream();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("answered")
  void theAnswerIsTheOracles(String name, Question question, Contender contender) throws Exception {
    QuestionData data = QuestionData.of(question);
    try (Contender.Run run = contender.prepare(question, data)) {
      double error = new OracleCheck(question, data).run(run);
      System.out.printf(
          "%s: %s: error %.1e of %.1e%n", name, question, error, OracleCheck.limit(question));
    }
  }

  @Test
  void whatIsAnswered() {
    assertEquals(15, count(new OnnxRuntimeContender()));
    assertEquals(11, count(new JlamaContender()));
    Question odd = Question.of("qk 13x37x24");
    assertFalse(new JlamaContender().answers(odd), "Jlama reads beyond the end of such rows");
  }

  private static long count(Contender contender) {
    return small().stream().filter(contender::answers).count();
  }

  /** Also that the answer changes with the inputs' layout: no test passes by symmetry. */
  @Test
  void headsMoveInsideAndBack() {
    float[] values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}; // [1, 2, 3, 2]
    float[] inside = OnnxQuestions.headsInside(values, 1, 2, 3, 2);
    assertEquals(List.of(1f, 2f, 7f, 8f, 3f, 4f, 9f, 10f, 5f, 6f, 11f, 12f), list(inside));
    assertEquals(list(values), list(OnnxQuestions.headsInside(inside, 1, 3, 2, 2)));
  }

  private static List<Float> list(float[] values) {
    List<Float> list = new ArrayList<>();
    for (float value : values) {
      list.add(value);
    }
    return list;
  }

  @Test
  void whatARunWroteCanBeSpoilt() throws Exception {
    Question question = Question.of("softmax 3x20");
    for (Contender contender : List.of(new OnnxRuntimeContender(), new JlamaContender())) {
      try (Contender.Run run = contender.prepare(question, QuestionData.of(question))) {
        run.run();
        assertFalse(Float.isNaN(run.result()[59]), contender.name());
        run.spoil();
        assertTrue(Float.isNaN(run.result()[0]), contender.name());
        assertTrue(Float.isNaN(run.result()[59]), contender.name());
      }
    }
  }

  @Test
  void roomBeginsAtACacheLineWhateverItsSize() {
    for (int length : new int[] {0, 1, 15, 16, 17, 1000}) {
      assertEquals(4 * length, NativeMemory.bytes(length).capacity());
      assertEquals(0, NativeMemory.bytes(length).alignmentOffset(0, 64));
    }
    assertThrows(ArithmeticException.class, () -> NativeMemory.bytes(1 << 29));
  }
}
