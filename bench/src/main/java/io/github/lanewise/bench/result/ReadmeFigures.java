package io.github.lanewise.bench.result;

import io.github.lanewise.bench.comparison.LimitKind;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.Variant;
import io.github.lanewise.bench.result.BenchResult.ContenderInfo;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.stage.Text;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The part of a result that README and docs show, in words and numbers. */
final class ReadmeFigures {
  private static final String LANEWISE = "Lanewise";

  /** It defines what is right, and is no peer: nobody computes with it. */
  private static final String ORACLE = "Oracle";

  private static final List<String> IN_TABLE =
      List.of(
          "exp 4096",
          "softmax 64x1024",
          "softmax 32x32000",
          "softmax 4096x4096",
          "softmax 2048x2048 causal",
          "qk 2048x2048x128",
          "pv 2048x64x2048",
          "attention 8 512x64",
          "attention 8 2048x64",
          "attention 8 2048x64 causal",
          "attention 8 2048x128",
          "attention 32:8 1024x128");

  private static final List<String> IN_PICTURE =
      List.of(
          "exp 4096",
          "softmax 64x1024",
          "softmax 32x32000",
          "qk 2048x2048x128",
          "pv 2048x64x2048",
          "attention 8 2048x64",
          "attention 8 2048x64 causal");

  private static final List<String> IN_BRIEF =
      List.of(
          "softmax 64x1024",
          "softmax 32x32000",
          "qk 2048x2048x128",
          "attention 8 2048x64",
          "attention 8 2048x64 causal");

  private final BenchResult result;

  ReadmeFigures(BenchResult result) {
    this.result = result;
  }

  BenchResult result() {
    return result;
  }

  double noise() {
    return Verdict.noise(result.disturbance());
  }

  /** What Lanewise answered of the table's questions, several threads last. */
  List<Question> tableQuestions() {
    List<String> threaded =
        result.measurements().stream()
            .map(Measurement::question)
            .distinct()
            .filter(id -> IN_TABLE.stream().anyMatch(one -> id.startsWith(one + ", ")))
            .toList();
    return Stream.concat(IN_TABLE.stream(), threaded.stream())
        .filter(id -> find(id, LANEWISE).isPresent())
        .flatMap(id -> Question.parse(id).stream())
        .toList();
  }

  List<Question> briefQuestions() {
    return tableQuestions().stream().filter(q -> IN_BRIEF.contains(q.id())).toList();
  }

  List<Question> pictureQuestions() {
    return tableQuestions().stream().filter(q -> IN_PICTURE.contains(q.id())).toList();
  }

  /** Who answered at least one of them, Lanewise and the oracle apart. */
  List<String> peers(List<Question> questions) {
    return result.contenders().stream()
        .map(ContenderInfo::name)
        .filter(name -> !name.equals(LANEWISE) && !name.equals(ORACLE))
        .filter(name -> questions.stream().anyMatch(q -> ratio(q, name).isPresent()))
        .toList();
  }

  Measurement ours(Question question) {
    return find(question.id(), LANEWISE).orElseThrow();
  }

  /** The peer's time over Lanewise's; empty if one of them has no round in common. */
  Optional<Ratio> ratio(Question question, String peer) {
    return find(question.id(), peer)
        .map(theirs -> Ratio.of(theirs, ours(question)))
        .filter(ratio -> ratio.rounds() > 0);
  }

  Verdict verdict(Ratio ratio) {
    Verdict verdict = Verdict.of(ratio, noise());
    return verdict == Verdict.NO_INTERVAL ? Verdict.NO_WINNER : verdict;
  }

  private Optional<Measurement> find(String id, String contender) {
    return result.measurements().stream()
        .filter(m -> m.question().equals(id) && m.contender().equals(contender))
        .findFirst();
  }

  /** Such as {@code softmax, 64 x 1024} and {@code attention, 8 heads, 2048 x 64, causal}. */
  static String name(Question q) {
    String operation = lower(q.operation());
    String rows = q.rows() + " x " + q.columns();
    String keyHeads = q.keyHeads() == q.heads() ? "" : ":" + q.keyHeads();
    String name =
        switch (q.operation()) {
          case SOFTMAX -> operation + ", " + rows + (q.depth() == 1 ? "" : " x " + q.depth());
          case NORM, SILU -> operation + ", " + rows;
          case ROPE -> Text.format("rope, %d heads, %s", q.heads(), rows);
          case QK -> "product QKᵀ, " + rows + " x " + q.depth();
          case PV -> "product PV, " + rows + " x " + q.depth();
          case ATTENTION ->
              Text.format(
                  "attention, %d%s heads, %d x %d", q.heads(), keyHeads, q.columns(), q.depth());
          default -> operation + ", " + q.columns() + " floats";
        };
    return name
        + (q.variant() == Variant.PLAIN ? "" : ", " + lower(q.variant()))
        + (q.threads() == 1 ? "" : ", " + q.threads() + " threads");
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** Lanewise's own speed: GFLOP/s, or time per element where nothing is multiplied. */
  String absolute(Question question) {
    double[] nanos =
        ours(question).forks().stream()
            .flatMap(fork -> fork.nanos().stream())
            .mapToDouble(Double::doubleValue)
            .toArray();
    double median = Statistics.median(nanos);
    return fma(question)
        ? number(question.operations() / median) + " GFLOP/s"
        : number(median / question.elements()) + " ns/element";
  }

  /** Such as {@code 78 % of FMA}. */
  String share(Question question) {
    double share = Share.ofLimit(question, ours(question));
    return percent(share) + " of " + (fma(question) ? "FMA" : lower(question.limit()));
  }

  private static boolean fma(Question question) {
    return question.limit() == LimitKind.FMA;
  }

  static String percent(double share) {
    return Double.isFinite(share) ? Text.format("%.0f %%", 100 * share) : "unknown";
  }

  /** Three digits, or two where a third would claim too much. */
  static String number(double value) {
    return Text.format(value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
  }

  static String range(Ratio ratio) {
    return number(ratio.low()) + "–" + number(ratio.high());
  }
}
