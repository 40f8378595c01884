package io.github.lanewise.bench.comparison;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class QuestionDataTest {

  @Test
  void itIsAlwaysTheSame() {
    Question question = Question.of("softmax 7x33 boolean");
    assertArrayEquals(QuestionData.of(question).a(), QuestionData.of(question).a());
    assertArrayEquals(QuestionData.of(question).allowed(), QuestionData.of(question).allowed());
  }

  @Test
  void logitsHaveADeviationOfFour() {
    double squares = 0;
    float[] x = QuestionData.of(Question.of("softmax 64x1024")).a();
    for (float value : x) {
      squares += value * value;
    }
    assertEquals(4, Math.sqrt(squares / x.length), 0.1);
  }

  @Test
  void halfOfAMaskIsVisibleAndNoRowIsEmpty() {
    Question question = Question.of("softmax 500x70 bits");
    QuestionData data = QuestionData.of(question);
    long[] bits = data.allowedBits(question);
    int all = 0;
    for (int i = 0; i < 500; i++) {
      int visible = 0;
      for (int j = 0; j < 70; j++) {
        boolean bit = (bits[i * 2 + j / 64] >>> (j % 64) & 1) != 0;
        assertEquals(data.allowed()[i * 70 + j], bit);
        visible += bit ? 1 : 0;
      }
      assertEquals(0, bits[i * 2 + 1] >>> 6, "bits beyond the row");
      assertTrue(visible > 0);
      all += visible;
    }
    assertEquals(0.5, all / 35_000.0, 0.05);
  }

  @Test
  void everyRowHasALengthWithinItsColumns() {
    int[] lengths = QuestionData.of(Question.of("softmax 300x40 key lengths")).keyLengths();
    assertEquals(300, lengths.length);
    for (int length : lengths) {
      assertTrue(length >= 1 && length <= 40);
    }
    assertEquals(40, lengths[299]);
  }

  @Test
  void aRaggedBatchHasALengthForEachSequence() {
    Question question = Question.of("attention 4x2 100x8 ragged");
    assertArrayEquals(new int[] {100, 80, 60, 40}, QuestionData.of(question).keyLengths());
  }

  @Test
  void theGradientIsTakenAtASoftmax() {
    Question question = Question.of("softmax 3x50 backward");
    QuestionData data = QuestionData.of(question);
    for (int i = 0; i < 3; i++) {
      double sum = 0;
      for (int j = 0; j < 50; j++) {
        sum += data.a()[i * 50 + j];
      }
      assertEquals(1, sum, 1e-6);
    }
    assertEquals(150, data.b().length);
  }
}
