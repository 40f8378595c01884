package io.github.lanewise.bench.comparison;

import io.github.lanewise.bench.stage.Failure;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a question's id back. A stored result names its questions by id, and may come from a
 * machine with other threads or from another version's catalogue: {@link Questions} need not know
 * it.
 */
public final class QuestionId {
  private static final String COUNT = "([1-9][0-9]{0,8})";

  private static final Pattern ID =
      Pattern.compile("([a-z]+) ([0-9x: ]*[0-9])((?: [a-z]+)*)(?:, " + COUNT + " threads)?");

  /** [batch x] heads [: keyHeads], [rows x] columns x depth. */
  private static final Pattern ATTENTION =
      Pattern.compile("(?:#x)?#(?::#)? (?:#x)?#x#".replace("#", COUNT));

  private static final Pattern MAP = Pattern.compile(COUNT);
  private static final Pattern SOFTMAX = Pattern.compile(COUNT + "x" + COUNT);
  private static final Pattern PRODUCT = Pattern.compile(COUNT + "x" + COUNT + "x" + COUNT);

  private QuestionId() {}

  /**
   * Returns the question whose {@link Question#id} it is.
   *
   * @throws Failure if it is none
   */
  public static Question parse(String id) {
    return tryParse(id).orElseThrow(() -> new Failure("\"" + id + "\" is no question's id"));
  }

  private static Optional<Question> tryParse(String id) {
    Matcher parts = ID.matcher(id);
    if (!parts.matches()) {
      return Optional.empty();
    }
    String word = parts.group(1);
    String suffix = parts.group(3);
    Optional<Operation> operation =
        Arrays.stream(Operation.values()).filter(o -> o.word().equals(word)).findAny();
    Optional<Variant> variant =
        Arrays.stream(Variant.values()).filter(v -> v.suffix().equals(suffix)).findAny();
    int threads = parts.group(4) == null ? 1 : Integer.parseInt(parts.group(4));
    if (operation.isEmpty() || variant.isEmpty()) {
      return Optional.empty();
    }
    // what has two spellings, such as "attention 8:8 64x64x64", is no id
    return shaped(operation.get(), variant.get(), parts.group(2))
        .map(question -> question.withThreads(threads))
        .filter(question -> question.id().equals(id));
  }

  private static Optional<Question> shaped(Operation operation, Variant variant, String shape) {
    Matcher m = pattern(operation).matcher(shape);
    if (!m.matches()) {
      return Optional.empty();
    }
    switch (operation) {
      case EXP:
      case SUM:
      case MAX:
      case DIVIDE:
        return Optional.of(new Question(operation, variant, 1, 1, 1, 1, number(m, 1), 1, 1));
      case SOFTMAX:
        return Optional.of(Question.softmax(variant, number(m, 1), number(m, 2)));
      case QK:
      case PV:
        return Optional.of(
            new Question(operation, variant, 1, 1, 1, number(m, 1), number(m, 2), number(m, 3), 1));
      default:
        int heads = number(m, 2);
        int columns = number(m, 5);
        return Optional.of(
            new Question(
                operation,
                variant,
                m.group(1) == null ? 1 : number(m, 1),
                heads,
                m.group(3) == null ? heads : number(m, 3),
                m.group(4) == null ? columns : number(m, 4),
                columns,
                number(m, 6),
                1));
    }
  }

  private static Pattern pattern(Operation operation) {
    switch (operation) {
      case EXP:
      case SUM:
      case MAX:
      case DIVIDE:
        return MAP;
      case SOFTMAX:
        return SOFTMAX;
      case QK:
      case PV:
        return PRODUCT;
      default:
        return ATTENTION;
    }
  }

  private static int number(Matcher shape, int group) {
    return Integer.parseInt(shape.group(group));
  }
}
