package io.github.lanewise.bench.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.github.lanewise.bench.contender.LanewiseContender;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ContendersTest {
  private static final Duration UNTIL_COMPILED = Duration.ofSeconds(60);

  /** Sizes that no lane, tile or block divides. */
  private static List<Question> small() {
    List<Question> questions = new ArrayList<>();
    for (Operation operation :
        List.of(Operation.EXP, Operation.SUM, Operation.MAX, Operation.DIVIDE)) {
      questions.add(Question.of(operation.word() + " 1"));
      questions.add(Question.of(operation.word() + " 67"));
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
      questions.add(Question.of("softmax 7x131" + variant.suffix()));
    }
    questions.add(Question.of("softmax 33x33 causal"));
    questions.add(Question.of("softmax 3x37x5 middle axis"));
    questions.add(Question.of("softmax 2x300x40 middle axis"));
    for (String id :
        new String[] {
          "sigmoid 300",
          "gelu 300",
          "gelu 300 tanh",
          "norm 3x300",
          "silu 3x300",
          "rope 3 5x20",
          "rope 3 5x64 interleaved"
        }) {
      questions.add(Question.of(id));
    }
    questions.add(Question.of("softmax 3x1"));
    for (Operation operation : List.of(Operation.QK, Operation.PV)) {
      questions.add(Question.of(operation.word() + " 9x35x6"));
      questions.add(Question.of(operation.word() + " 5x515x33"));
    }
    for (Variant variant :
        List.of(Variant.PLAIN, Variant.CAUSAL, Variant.WINDOW, Variant.SOFTCAP)) {
      questions.add(Question.of("attention 2 517x18" + variant.suffix()));
      questions.add(Question.of("attention 2x4:2 33x64" + variant.suffix()));
    }
    questions.add(Question.of("attention 3x2 70x20 ragged"));
    for (Question question : List.copyOf(questions)) {
      if (question.operation().compareTo(Operation.SOFTMAX) >= 0
          && question.variant() != Variant.BACKWARD) {
        questions.add(question.withThreads(2));
      }
    }
    return questions;
  }

  @TestFactory
  Stream<DynamicTest> everybodyAgreesWithTheOracle() {
    return small().stream()
        .flatMap(
            question -> {
              QuestionData data = QuestionData.of(question);
              OracleCheck check = new OracleCheck(question, data);
              return ServiceLoader.load(Contender.class).stream()
                  .map(ServiceLoader.Provider::get)
                  .filter(contender -> contender.answers(question))
                  .map(
                      contender ->
                          dynamicTest(
                              contender.name() + ": " + question,
                              () -> agrees(contender, question, data, check)));
            });
  }

  private static void agrees(
      Contender contender, Question question, QuestionData data, OracleCheck check)
      throws Exception {
    try (Contender.Run run = contender.prepare(question, data)) {
      double error = check.run(run);
      System.out.printf(
          "%s, %s: error %.2g, limit %.2g%n",
          contender.name(), question, error, OracleCheck.limit(question));
    }
  }

  @Test
  void eachHasANameAndADescription() {
    Set<String> names = new HashSet<>();
    for (Contender contender : ServiceLoader.load(Contender.class)) {
      assertTrue(names.add(contender.name()), contender.name());
      assertFalse(contender.description().isBlank());
      assertFalse(contender.description().contains("\n"));
    }
    assertTrue(names.containsAll(Set.of("Lanewise", "Oracle", "Plain Java", "JDK Vector EXP")));
  }

  @Test
  void lanewiseAnswersEverything() {
    assertTrue(Questions.all().stream().allMatch(new LanewiseContender()::answers));
  }

  @TestFactory
  Stream<DynamicTest> lanewiseAllocatesNothing() {
    return Stream.of(
            Question.of("exp 4096"),
            Question.of("sum 4096"),
            Question.of("softmax 64x64"),
            Question.of("softmax 64x64 key lengths"),
            Question.of("softmax 64x64 backward"),
            Question.of("norm 4x1024"),
            Question.of("silu 4x1024"),
            Question.of("rope 4 4x64 interleaved"),
            Question.of("qk 64x64x64"),
            Question.of("attention 1 128x64 causal"))
        .map(question -> dynamicTest(question.id(), () -> allocatesNothing(question)));
  }

  /** Vectors are objects until the loops are compiled. */
  private static void allocatesNothing(Question question) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Contender.Run run = new LanewiseContender().prepare(question, QuestionData.of(question))) {
      long deadline = System.nanoTime() + UNTIL_COMPILED.toNanos();
      long bytes;
      do {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100; i++) {
          run.run();
        }
        bytes = threads.getCurrentThreadAllocatedBytes() - before;
      } while (bytes > 0 && System.nanoTime() < deadline);
      assertEquals(0, bytes);
    }
  }
}
