package io.github.lanewise.bench.comparison;

import java.util.ArrayList;
import java.util.List;

/** The catalogue: everything that the comparison asks. */
public final class Questions {
  private Questions() {}

  /** All questions; those for several threads are for all of this machine's processors. */
  public static List<Question> all() {
    return all(Runtime.getRuntime().availableProcessors());
  }

  /** A few that touch every operation, for a smoke run. */
  public static List<Question> quick() {
    return List.of(
        Question.map(Operation.EXP, 4096),
        Question.softmax(Variant.PLAIN, 64, 1024),
        Question.softmax(Variant.BOOLEAN, 64, 1024),
        Question.product(Operation.QK, 2048, 2048, 128),
        Question.attention(Variant.PLAIN, 8, 128, 64));
  }

  /** All questions of a machine with so many processors. */
  public static List<Question> all(int processors) {
    List<Question> questions = new ArrayList<>();
    for (Operation operation :
        List.of(Operation.EXP, Operation.SUM, Operation.MAX, Operation.DIVIDE)) {
      questions.add(Question.map(operation, 4096));
    }
    addSoftmax(questions);
    questions.add(Question.product(Operation.QK, 2048, 2048, 128));
    questions.add(Question.product(Operation.PV, 2048, 64, 2048));
    addAttention(questions);
    if (processors > 1) {
      addThreads(questions, processors);
    }
    return List.copyOf(questions);
  }

  private static void addSoftmax(List<Question> questions) {
    int[][] rowsAndLengths = {
      // time per element over size: 65,536 elements (the second-level cache) as long as that works
      {4096, 16},
      {1024, 64},
      {256, 256},
      {64, 1024},
      {16, 4096},
      {32, 32_000},
      {1, 128_256},
      {4096, 4096}
    };
    for (int[] shape : rowsAndLengths) {
      questions.add(Question.softmax(Variant.PLAIN, shape[0], shape[1]));
    }
    // square: in 64 x 1024, aligned at the last query, causality hides next to nothing
    questions.add(Question.softmax(Variant.CAUSAL, 2048, 2048));
    for (Variant variant :
        List.of(
            Variant.KEY_LENGTHS,
            Variant.BOOLEAN,
            Variant.BITS,
            Variant.LOGARITHMIC,
            Variant.BACKWARD)) {
      questions.add(Question.softmax(variant, 64, 1024));
    }
  }

  private static void addAttention(List<Question> questions) {
    for (int length : new int[] {128, 512, 2048}) {
      questions.add(Question.attention(Variant.PLAIN, 8, length, 64));
    }
    questions.add(Question.attention(Variant.PLAIN, 8, 2048, 128));
    questions.add(Question.attention(Variant.CAUSAL, 8, 512, 64));
    questions.add(Question.attention(Variant.CAUSAL, 8, 2048, 64));
    questions.add(Question.attention(Variant.PLAIN, 32, 1024, 128).withKeyHeads(8));
    questions.add(Question.attention(Variant.WINDOW, 8, 2048, 64));
    questions.add(Question.attention(Variant.RAGGED, 8, 512, 64).withBatch(4));
  }

  private static void addThreads(List<Question> questions, int threads) {
    questions.add(Question.softmax(Variant.PLAIN, 4096, 4096).withThreads(threads));
    questions.add(Question.product(Operation.QK, 2048, 2048, 128).withThreads(threads));
    questions.add(Question.attention(Variant.PLAIN, 8, 2048, 64).withThreads(threads));
    questions.add(Question.attention(Variant.CAUSAL, 8, 2048, 64).withThreads(threads));
  }
}
