package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Operation;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.Variant;
import java.util.ArrayList;
import java.util.List;

/**
 * Every kind of question, on sizes that the oracle answers at once; no lane divides their lengths.
 */
final class SmallQuestions {
  private SmallQuestions() {}

  static List<Question> all() {
    List<Question> questions = new ArrayList<>();
    for (Operation operation :
        List.of(Operation.EXP, Operation.SUM, Operation.MAX, Operation.DIVIDE)) {
      questions.add(new Question(operation, Variant.PLAIN, 1, 1, 1, 1, 101, 1, 1));
    }
    for (Variant variant :
        List.of(
            Variant.PLAIN,
            Variant.CAUSAL,
            Variant.KEY_LENGTHS,
            Variant.BOOLEAN,
            Variant.BITS,
            Variant.LOGARITHMIC,
            Variant.BACKWARD)) {
      questions.add(new Question(Operation.SOFTMAX, variant, 1, 1, 1, 9, 67, 1, 1));
    }
    questions.add(new Question(Operation.QK, Variant.PLAIN, 1, 1, 1, 13, 37, 32, 1));
    questions.add(new Question(Operation.PV, Variant.PLAIN, 1, 1, 1, 13, 32, 37, 1));
    questions.add(attention(Variant.PLAIN, 1, 2, 2, 21, 43, 1));
    questions.add(attention(Variant.PLAIN, 2, 4, 2, 43, 43, 1));
    questions.add(attention(Variant.PLAIN, 2, 4, 2, 5, 1030, 1)); // long for some
    questions.add(attention(Variant.CAUSAL, 1, 2, 2, 43, 43, 1));
    questions.add(attention(Variant.CAUSAL, 1, 4, 2, 1030, 1030, 1));
    questions.add(attention(Variant.CAUSAL, 2, 2, 1, 21, 43, 1));
    questions.add(attention(Variant.WINDOW, 1, 4, 2, 300, 300, 1));
    questions.add(attention(Variant.RAGGED, 3, 4, 2, 43, 43, 1));
    return questions;
  }

  private static Question attention(
      Variant variant, int batch, int heads, int keyHeads, int rows, int columns, int threads) {
    return new Question(
        Operation.ATTENTION, variant, batch, heads, keyHeads, rows, columns, 16, threads);
  }
}
