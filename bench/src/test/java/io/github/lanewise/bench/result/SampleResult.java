package io.github.lanewise.bench.result;

import io.github.lanewise.bench.comparison.LimitKind;
import io.github.lanewise.bench.comparison.Operation;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.Questions;
import io.github.lanewise.bench.comparison.Variant;
import io.github.lanewise.bench.result.BenchResult.ContenderInfo;
import io.github.lanewise.bench.result.BenchResult.Disturbance;
import io.github.lanewise.bench.result.BenchResult.Fork;
import io.github.lanewise.bench.result.BenchResult.Limit;
import io.github.lanewise.bench.result.BenchResult.Machine;
import io.github.lanewise.bench.result.BenchResult.Measurement;
import io.github.lanewise.bench.result.BenchResult.Missing;
import io.github.lanewise.bench.result.BenchResult.Point;
import io.github.lanewise.bench.result.BenchResult.UlpHistogram;
import io.github.lanewise.bench.result.BenchResult.WarmUp;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * An invented result of the size and shape of a real one, the same at every call, for tests: every
 * question of a machine with two processors, all contenders, three rounds. {@link #main} writes it
 * to {@code sample.json} beside the tests; a test compares the two.
 */
public final class SampleResult {
  /** Where {@link #main} puts it, below the module. */
  static final Path FILE =
      Path.of("src/test/resources/io/github/lanewise/bench/result/sample.json");

  /** A question at which {@code Plain Java} is as fast as Lanewise: no winner can be named. */
  public static final String INSIDE_THE_NOISE = "divide 4096";

  private static final int ROUNDS = 3;
  private static final int ITERATIONS = 8;
  private static final double FMA_PEAK = 281;

  // What everybody reaches, as a share of the limit: of FMA for products and attention, else of
  // bytes.
  private static final Map<String, Double> SPEED = new LinkedHashMap<>();

  static {
    SPEED.put("Lanewise", 1.0);
    SPEED.put("Oracle", 0.012);
    SPEED.put("Plain Java", 0.2);
    SPEED.put("JDK Vector EXP", 0.55);
    SPEED.put("ONNX Runtime", 0.72);
    SPEED.put("PyTorch", 0.95);
    SPEED.put("oneDNN", 1.12);
    SPEED.put("MKL", 1.2);
    SPEED.put("Jlama", 0.4);
  }

  private final Random random = new Random(20_261_121);

  private SampleResult() {}

  /** Writes the file. */
  public static void main(String[] args) {
    ResultFile.write(create(), FILE);
  }

  /** The result. */
  public static BenchResult create() {
    return new SampleResult().result();
  }

  /** The result, but with other measurements and another machine's unrest. */
  static BenchResult with(List<Measurement> measurements, Disturbance disturbance) {
    BenchResult sample = create();
    return new BenchResult(
        sample.format(),
        sample.started(),
        sample.seconds(),
        sample.rounds(),
        sample.command(),
        sample.machine(),
        disturbance,
        sample.limits(),
        sample.contenders(),
        measurements,
        sample.ulps(),
        sample.warmUps(),
        sample.missing());
  }

  private BenchResult result() {
    List<Measurement> measurements = new ArrayList<>();
    for (Question question : Questions.all(2)) {
      for (String contender : SPEED.keySet()) {
        if (answers(contender, question)) {
          measurements.add(measurement(question, contender));
        }
      }
    }
    List<ContenderInfo> contenders =
        SPEED.keySet().stream()
            .map(name -> new ContenderInfo(name, name + " of the sample, 1 to 2 threads"))
            .toList();
    return new BenchResult(
        BenchResult.FORMAT,
        "2026-11-21T03:15:00Z",
        1_712.4,
        ROUNDS,
        "mvn -Pbench,peers",
        new Machine(
            "An invented CPU, AVX-512",
            2,
            15.6,
            "Linux 6.8",
            "25.0.1+8 (Sample)",
            List.of("--add-modules=jdk.incubator.vector", "-Xmx2g"),
            "vector, 512-bit lanes",
            512,
            "0.1.0-SNAPSHOT"),
        new Disturbance(0.012, 0.21, 0.09),
        limits(),
        contenders,
        measurements,
        List.of(ulps("Lanewise", 0.88), ulps("JDK Vector EXP", 0.99), ulps("MKL", 3.4)),
        List.of(warmUp("without warmUp", 0, 1000), warmUp("with warmUp", 1000, 1800)),
        List.of(
            new Missing(
                "Jlama", "qk 2048x2048x128", "wrong result: off by 0.03 of the largest magnitude"),
            new Missing("MKL", "softmax 64x1024", "cannot load libmkl_rt.so.2 <not found>")));
  }

  private static boolean answers(String contender, Question question) {
    boolean plain = question.variant() == Variant.PLAIN;
    switch (contender) {
      case "Lanewise":
      case "Plain Java":
        return true;
      case "Oracle":
        return question.threads() == 1 && question.operations() < 1e9;
      case "JDK Vector EXP":
      case "MKL":
        return question.operation() == Operation.EXP
            || (contender.equals("MKL") && product(question));
      case "ONNX Runtime":
        return plain && !map(question);
      case "PyTorch":
        return (plain && !map(question))
            || question.variant() == Variant.CAUSAL
            || question.variant() == Variant.BOOLEAN;
      case "oneDNN":
        return plain && (product(question) || question.operation() == Operation.SOFTMAX);
      default:
        return plain && question.operation() == Operation.PV;
    }
  }

  private static boolean product(Question question) {
    return question.operation() == Operation.QK || question.operation() == Operation.PV;
  }

  private static boolean map(Question question) {
    switch (question.operation()) {
      case EXP:
      case SUM:
      case MAX:
      case DIVIDE:
        return true;
      default:
        return false;
    }
  }

  private Measurement measurement(Question question, String contender) {
    double limit = limit(question);
    double share = share(question) * SPEED.getOrDefault(contender, 1.0);
    if (question.id().equals(INSIDE_THE_NOISE) && contender.equals("Plain Java")) {
      share = share(question) * 0.98;
    }
    List<Fork> forks = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      double drift = StrictMath.exp(0.04 * random.nextGaussian());
      List<Double> nanos = new ArrayList<>();
      List<Double> limits = new ArrayList<>();
      for (int i = 0; i < ITERATIONS; i++) {
        // a disturbed iteration is slower, never faster
        double disturbed = 1 + 0.02 * Math.abs(random.nextGaussian());
        double bound = limit * (1 - 0.02 * Math.abs(random.nextGaussian()));
        limits.add(rounded(bound));
        nanos.add(rounded(question.achieved(1) / (share * limit) * drift * disturbed));
      }
      double bytes = contender.equals("Oracle") ? 4096 : 0;
      forks.add(new Fork(round, nanos, limits, contender.equals("MKL") ? Double.NaN : bytes));
    }
    double error = contender.equals("Oracle") ? 0 : rounded(1e-7 * (1 + random.nextDouble()));
    return new Measurement(question.id(), contender, error, forks);
  }

  private static double limit(Question question) {
    if (question.limit() == LimitKind.FMA) {
      return FMA_PEAK * question.threads() * 0.97;
    }
    double bytes = question.bytes();
    double one = bytes < 48 << 10 ? 380 : bytes < 1 << 20 ? 150 : bytes < 32 << 20 ? 70 : 24;
    return question.limit() == LimitKind.READ
        ? 1.2 * one
        : one * (question.threads() == 1 ? 1 : 1.6);
  }

  private static double share(Question question) {
    if (product(question)) {
      return 0.86;
    }
    if (question.operation() == Operation.ATTENTION) {
      return question.variant() == Variant.PLAIN ? 0.78 : 0.7;
    }
    return question.operation() == Operation.SOFTMAX ? 0.24 : 0.5;
  }

  private List<Limit> limits() {
    List<Limit> limits = new ArrayList<>();
    limits.add(new Limit("FMA", "GFLOP/s", 0, samples(FMA_PEAK)));
    double[] sizes = {32 << 10, 512 << 10, 256 << 20};
    double[] copies = {380, 150, 24};
    String[] levels = {"L1", "L2", "DRAM"};
    for (int level = 0; level < levels.length; level++) {
      limits.add(
          new Limit(levels[level] + " read", "GB/s", sizes[level], samples(1.2 * copies[level])));
      limits.add(new Limit(levels[level] + " copy", "GB/s", sizes[level], samples(copies[level])));
    }
    return limits;
  }

  private List<Double> samples(double value) {
    List<Double> samples = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      samples.add(rounded(value * (1 - 0.03 * random.nextDouble())));
    }
    return samples;
  }

  private UlpHistogram ulps(String contender, double largest) {
    double width = 0.05;
    List<Long> counts = new ArrayList<>();
    for (int bin = 0; bin <= 21; bin++) {
      double error = bin * width;
      counts.add(error > largest ? 0L : Math.round(9e5 * StrictMath.exp(-4 * error * error)));
    }
    counts.set(21, largest > 1.05 ? 1234L : 0L);
    return new UlpHistogram(contender, width, counts, largest, -87.336_54);
  }

  private WarmUp warmUp(String label, double warmUpMillis, double eighty) {
    List<Point> points = new ArrayList<>();
    for (double t = 100 + warmUpMillis; t <= 4000; t *= 1.12) {
      double steady = 1 / (1 + StrictMath.exp(-(t - 0.85 * eighty) / (0.1 * eighty)));
      points.add(new Point(rounded(t), rounded(Math.max(0.01, steady * 0.99))));
    }
    List<Double> eighties = List.of(eighty * 0.96, eighty, eighty * 1.07);
    return new WarmUp(label, warmUpMillis, points, eighties);
  }

  /** Five digits, for a file of reasonable size. */
  private static double rounded(double value) {
    return new java.math.BigDecimal(value).round(new java.math.MathContext(5)).doubleValue();
  }
}
