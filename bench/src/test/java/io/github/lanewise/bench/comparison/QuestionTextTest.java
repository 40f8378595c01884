package io.github.lanewise.bench.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class QuestionTextTest {
  @Test
  void readsEveryIdBack() {
    for (Question question : Questions.all(7)) {
      assertEquals(Optional.of(question), Question.parse(question.id()));
    }
    Question everything = new Question(Operation.ATTENTION, Variant.RAGGED, 3, 8, 2, 5, 77, 64, 4);
    assertEquals("attention 3x8:2 5x77x64 ragged, 4 threads", everything.id());
    assertEquals(Optional.of(everything), Question.parse(everything.id()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "exp",
        "exp 4096 ",
        "exp 0",
        "exp 40x96",
        "exp 99999999999",
        "tan 4096",
        "softmax 64x1024 round",
        "softmax 64x1024, 1 threads",
        "qk 1x2",
        "attention 8:8 64x64",
        "attention 8 64x64x64"
      })
  void refusesWhatIsNone(String id) {
    assertEquals(Optional.empty(), Question.parse(id));
  }
}
