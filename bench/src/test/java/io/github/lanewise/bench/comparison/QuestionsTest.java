package io.github.lanewise.bench.comparison;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QuestionsTest {
  /** At 3 rounds of about 2 s, a quarter of an hour. */
  private static final int MOST_CELLS = 150;

  private static Question question(String id) {
    return Question.parse(id).orElseThrow();
  }

  @Test
  void everyIdIsItsOwnAndLeadsBack() {
    Set<String> ids = new HashSet<>();
    for (Question question : Questions.all()) {
      assertTrue(ids.add(question.id()), question.id());
      assertEquals(question, question(question.id()));
    }
  }

  @Test
  void everyOperationAndVariantIsAsked() {
    Set<Operation> operations = EnumSet.noneOf(Operation.class);
    Set<Variant> variants = EnumSet.noneOf(Variant.class);
    for (Question question : Questions.all()) {
      operations.add(question.operation());
      variants.add(question.variant());
    }
    assertEquals(EnumSet.allOf(Operation.class), operations);
    // nobody else caps scores: the gate asks
    assertEquals(EnumSet.complementOf(EnumSet.of(Variant.SOFTCAP)), variants);
  }

  @Test
  void threadsAreAskedForWhereThereAreProcessors() {
    assertTrue(Questions.all(1).stream().allMatch(question -> question.threads() == 1));
    assertTrue(
        Questions.all(3).stream()
            .anyMatch(question -> question.id().equals("attention 8 2048x64 causal, 3 threads")));
  }

  @Test
  void theQuickOnesAreAmongThem() {
    assertTrue(Questions.all().containsAll(Questions.quick()));
    assertTrue(Questions.quick().size() <= 6);
  }

  @Test
  void theyFitIntoAQuarterOfAnHour() {
    List<String> cells = new ArrayList<>();
    for (Contender contender : ServiceLoader.load(Contender.class)) {
      for (Question question : Questions.all(2)) {
        if (contender.answers(question)) {
          cells.add(contender.name() + ": " + question);
        }
      }
    }
    System.out.println(cells.size() + " pairs of a question and a contender");
    assertTrue(cells.size() <= MOST_CELLS, cells::toString);
  }

  @Test
  void operationsAndBytesAreThoseCountedByHand() {
    assertEquals(2.0 * 2048 * 2048 * 128, question("qk 2048x2048x128").operations());
    assertEquals(
        4.0 * (2048 * 128 + 2048 * 128 + 2048 * 2048), question("qk 2048x2048x128").bytes());
    assertEquals(4.0 * 8 * 512 * 512 * 64, question("attention 8 512x64").operations());
    assertEquals(4.0 * 8 * 512 * 512 * 64 / 2, question("attention 8 512x64 causal").operations());
    // 32 query heads, and four arrays, two of them of 8 heads
    assertEquals(4.0 * 32 * 1024 * 1024 * 128, question("attention 32:8 1024x128").operations());
    assertEquals(4.0 * 1024 * 128 * (2 * 32 + 2 * 8), question("attention 32:8 1024x128").bytes());
    // queries 0 to 255 see 1 to 256 keys, the other 1792 see 256
    assertEquals(
        4.0 * 8 * 64 * (256 * 257 / 2 + 1792 * 256),
        question("attention 8 2048x64 window").operations());
    // 512, 409, 307 and 204 keys
    assertEquals(
        4.0 * 8 * 64 * 512 * (512 + 409 + 307 + 204),
        question("attention 4x8 512x64 ragged").operations());
    assertEquals(8.0 * 4096, question("exp 4096").bytes());
    assertEquals(4.0 * 4096, question("sum 4096").bytes());
    assertEquals(12.0 * 64 * 1024, question("softmax 64x1024 backward").bytes());
    assertEquals(0, question("softmax 64x1024").operations());
    assertEquals(8.0 * 64 * 1024 / 1000, question("softmax 64x1024").achieved(1000));
  }
}
