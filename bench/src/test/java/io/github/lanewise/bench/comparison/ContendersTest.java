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
      questions.add(Question.map(operation, 1));
      questions.add(Question.map(operation, 67));
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
      questions.add(Question.softmax(variant, 7, 131));
    }
    questions.add(Question.softmax(Variant.CAUSAL, 33, 33));
    questions.add(Question.softmax(Variant.PLAIN, 3, 1));
    for (Operation operation : List.of(Operation.QK, Operation.PV)) {
      questions.add(Question.product(operation, 9, 35, 6));
      questions.add(Question.product(operation, 5, 515, 33));
    }
    for (Variant variant :
        List.of(Variant.PLAIN, Variant.CAUSAL, Variant.WINDOW, Variant.SOFTCAP)) {
      questions.add(Question.attention(variant, 2, 517, 18));
      questions.add(Question.attention(variant, 4, 33, 64).withKeyHeads(2).withBatch(2));
    }
    questions.add(Question.attention(Variant.RAGGED, 2, 70, 20).withBatch(3));
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
            Question.map(Operation.EXP, 4096),
            Question.map(Operation.SUM, 4096),
            Question.softmax(Variant.PLAIN, 64, 64),
            Question.softmax(Variant.KEY_LENGTHS, 64, 64),
            Question.softmax(Variant.BACKWARD, 64, 64),
            Question.product(Operation.QK, 64, 64, 64),
            Question.attention(Variant.CAUSAL, 1, 128, 64))
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
