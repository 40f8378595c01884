package io.github.lanewise.bench.comparison;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a question back from its id, whether or not the present catalogue still asks it, or asks it
 * of as many threads: a stored result outlives both.
 */
public final class QuestionText {
  private static final Pattern FORM =
      Pattern.compile(
          "(?<operation>[a-z]+) (?:(?:(?<batch>[1-9]\\d*)x)?(?<heads>[1-9]\\d*)(?::(?<keyHeads>[1-9]\\d*))? )?"
              + "(?<shape>[1-9]\\d*(?:x[1-9]\\d*)*)(?<variant>[a-z ]*)(?:, (?<threads>[1-9]\\d*) threads)?");

  private QuestionText() {}

  /** The question that has this id; empty if no question can have it. */
  public static Optional<Question> parse(String id) {
    Matcher match = FORM.matcher(id);
    if (!match.matches()) {
      return Optional.empty();
    }
    for (Operation operation : Operation.values()) {
      for (Variant variant : Variant.values()) {
        if (operation.word().equals(match.group("operation"))
            && variant.suffix().equals(match.group("variant"))) {
          return question(operation, variant, match).filter(found -> found.id().equals(id));
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Question> question(Operation operation, Variant variant, Matcher match) {
    try {
      String[] parts = match.group("shape").split("x", -1);
      int[] shape = new int[parts.length];
      for (int i = 0; i < shape.length; i++) {
        shape[i] = Integer.parseInt(parts[i]);
      }
      int batch = number(match.group("batch"), 1);
      int heads = number(match.group("heads"), 1);
      int keyHeads = number(match.group("keyHeads"), heads);
      int threads = number(match.group("threads"), 1);
      int last = shape.length - 1;
      boolean inner = last > 0 && hasDepth(operation);
      int depth = inner ? shape[last] : 1;
      int columns = inner ? shape[last - 1] : shape[last];
      boolean rowsNamed = shape.length > (inner ? 2 : 1);
      int rows = rowsNamed ? shape[0] : operation == Operation.ATTENTION ? columns : 1;
      return Optional.of(
          new Question(operation, variant, batch, heads, keyHeads, rows, columns, depth, threads));
    } catch (NumberFormatException e) {
      return Optional.empty(); // more digits than an int has
    }
  }

  private static boolean hasDepth(Operation operation) {
    return operation == Operation.QK
        || operation == Operation.PV
        || operation == Operation.ATTENTION;
  }

  private static int number(@Nullable String digits, int otherwise) {
    return digits == null ? otherwise : Integer.parseInt(digits);
  }
}
