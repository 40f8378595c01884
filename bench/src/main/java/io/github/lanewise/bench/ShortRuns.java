package io.github.lanewise.bench;

import io.github.lanewise.Lanes;
import io.github.lanewise.Softmax;
import io.github.lanewise.bench.contender.JdkVectorContender;
import io.github.lanewise.bench.stage.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Lanewise's operations on runs of 1 to 300 floats beside its own scalar kernels and the Vector
 * API's plain loops: at how many lengths is it slower than the faster of both by more than 15 % and
 * 10 ns? Each figure is the least of several, each form has a process of its own.
 *
 * <p>{@code mvn -Pjmh -Djmh.main=io.github.lanewise.bench.ShortRuns}.
 */
public final class ShortRuns {
  private static final int LONGEST = 300;
  private static final int ROUNDS = 12;
  private static final int CALLS = 400;
  private static final long WARM_UP_NANOS = 1_500_000_000L;

  /** What a loss is at least. */
  private static final double SHARE = 1.15;

  private static final double NANOS = 10;

  /** Losses that are shown of an operation. */
  private static final int SHOWN = 8;

  private static float sink;

  private final float[] x = new float[LONGEST];
  private final float[] y = new float[LONGEST];

  /** An operation on the first floats. */
  @FunctionalInterface
  private interface Run {
    void of(int length);
  }

  private ShortRuns() {
    Random random = new Random(1);
    for (int i = 0; i < LONGEST; i++) {
      x[i] = (float) random.nextGaussian();
    }
  }

  /** Compares, or in a process of its own measures one form. */
  public static void main(String[] args) {
    if (args.length > 0) {
      ShortRuns runs = new ShortRuns();
      Map<String, Run> operations = args[0].equals("jdk") ? runs.jdk() : runs.lanewise();
      operations.forEach((name, run) -> System.out.println(name + " " + measure(run)));
      if (sink == 1) {
        System.out.println(); // keeps the results alive
      }
      return;
    }
    Map<String, double[]> vector = fork("lanewise", "-Dlanewise.start=vector");
    Map<String, double[]> scalar = fork("lanewise", "-Dlanewise.lanes=0");
    Map<String, double[]> jdk = fork("jdk", "-Dlanewise.lanes=0");
    vector.forEach(
        (name, nanos) -> {
          double[] ours = Objects.requireNonNull(scalar.get(name));
          compare(name, nanos, ours, jdk.getOrDefault(name, ours)); // no plain loop for some
        });
  }

  private static Map<String, double[]> fork(String form, String option) {
    List<String> java = List.of(ChildJvm.ownJava());
    Map<String, double[]> all = new LinkedHashMap<>();
    ChildJvm.run(java, List.of(option), ShortRuns.class, List.of(form))
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(
            line -> {
              String[] words = line.split(" ", -1);
              double[] nanos = new double[LONGEST + 1];
              Arrays.setAll(nanos, n -> n == 0 ? 0 : Double.parseDouble(words[n]));
              all.put(words[0], nanos);
            });
    return all;
  }

  private static void compare(String name, double[] nanos, double[] scalar, double[] jdk) {
    List<String> losses = new ArrayList<>();
    for (int n = 1; n <= LONGEST; n++) {
      double best = Math.min(scalar[n], jdk[n]);
      if (nanos[n] > SHARE * best && nanos[n] > best + NANOS) {
        losses.add(Text.format("%d: %.0f of %.0f", n, nanos[n], best));
      }
    }
    String shown = String.join(", ", losses.subList(0, Math.min(SHOWN, losses.size())));
    System.out.println(
        Text.format(
            "%-10s %3d of %d lengths are slower%s",
            name, losses.size(), LONGEST, losses.isEmpty() ? "" : "; ns: " + shown));
  }

  private Map<String, Run> lanewise() {
    Softmax softmax = Softmax.standard();
    Map<String, Run> all = new LinkedHashMap<>();
    all.put("max", n -> sink += Lanes.max(x, 0, n));
    all.put("sum", n -> sink += Lanes.sum(x, 0, n));
    all.put("exp", n -> Lanes.exp(x, 0, y, 0, n));
    all.put("divide", n -> Lanes.divide(x, 0, 3f, y, 0, n));
    all.put("logSumExp", n -> sink += Lanes.logSumExp(x, 0, n));
    all.put(
        "softmax",
        n -> {
          System.arraycopy(x, 0, y, 0, n);
          softmax.apply(y, 0, n);
        });
    return all;
  }

  private Map<String, Run> jdk() {
    Map<String, Run> all = new LinkedHashMap<>();
    all.put("max", n -> sink += JdkVectorContender.max(x, 0, n));
    all.put("sum", n -> sink += JdkVectorContender.sum(x, n));
    all.put("exp", n -> JdkVectorContender.exp(x, y, n));
    all.put("divide", n -> JdkVectorContender.divide(x, 3f, y, n));
    all.put(
        "softmax",
        n -> {
          System.arraycopy(x, 0, y, 0, n);
          JdkVectorContender.softmax(y, n, n, y);
        });
    return all;
  }

  private static String measure(Run run) {
    long end = System.nanoTime() + WARM_UP_NANOS;
    while (System.nanoTime() < end) {
      for (int n = 1; n <= LONGEST; n++) {
        run.of(n);
      }
    }
    double[] least = new double[LONGEST];
    Arrays.fill(least, Double.MAX_VALUE);
    for (int round = 0; round < ROUNDS; round++) {
      for (int n = 1; n <= LONGEST; n++) {
        long start = System.nanoTime();
        for (int call = 0; call < CALLS; call++) {
          run.of(n);
        }
        least[n - 1] = Math.min(least[n - 1], (System.nanoTime() - start) / (double) CALLS);
      }
    }
    List<String> words = new ArrayList<>();
    for (double nanos : least) {
      words.add(Text.format("%.1f", nanos));
    }
    return String.join(" ", words);
  }
}
