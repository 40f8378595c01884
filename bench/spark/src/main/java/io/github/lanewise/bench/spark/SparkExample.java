package io.github.lanewise.bench.spark;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Lanewise;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.AttentionState;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * Compares attention over sharded keys with one call over all of them: the same bits for any number
 * of shards, with and without a failure. Exit status 1 if a bit differs.
 *
 * <p>The only argument, the number of keys, may be left out. The master is {@code spark.master} if
 * that system property is set, else this JVM.
 */
public final class SparkExample {
  private static final int DEFAULT_KEYS = 100_000; // the last chunk is not whole
  private static final int ROUNDS = 8; // the first ones meet code that is not compiled yet
  private static final int ATTEMPTS = 4;

  private SparkExample() {}

  /** Runs the comparison. */
  public static void main(String[] args) {
    int keys = args.length > 0 ? Integer.parseInt(args[0]) : DEFAULT_KEYS;
    int cores = Runtime.getRuntime().availableProcessors();
    Lanewise.Implementation lanes = Lanewise.implementation();
    print("Lanewise: %s, %d-bit lanes (%s)", lanes.name(), lanes.laneBits(), lanes.reason());
    Problem problem = new Problem(keys);
    List<float[]> expected = single(problem, cores);
    AtomicInteger failures = new AtomicInteger();
    boolean equal;
    try (JavaSparkContext spark = new JavaSparkContext(configuration(cores))) {
      spark.sc().addSparkListener(failureCounter(failures));
      print("Spark %s on %s", spark.version(), spark.master());
      equal = compare(spark, problem, expected);
    } // no event is on its way any more
    print("Failed and retried tasks: %d", failures.get());
    boolean failed = failures.get() == 1;
    print(equal && failed ? "Every result has the bits of the single call." : "FAILED");
    System.exit(equal && failed ? 0 : 1);
  }

  private static SparkConf configuration(int cores) {
    return new SparkConf()
        .setAppName("Lanewise: attention over sharded keys")
        .setIfMissing("spark.master", "local[" + cores + "," + ATTEMPTS + "]")
        .setIfMissing("spark.driver.host", "127.0.0.1")
        .setIfMissing("spark.driver.bindAddress", "127.0.0.1")
        .setIfMissing("spark.ui.enabled", "false");
  }

  private static SparkListener failureCounter(AtomicInteger failures) {
    return new SparkListener() {
      @Override
      public void onTaskEnd(SparkListenerTaskEnd end) {
        if (end.taskInfo().failed()) {
          failures.incrementAndGet();
        }
      }
    };
  }

  /** One call over all keys on this machine. */
  private static List<float[]> single(Problem problem, int cores) {
    FloatTensor q = problem.queries();
    Problem.KeyShard all = problem.shard(0, problem.keys());
    Result result = new Result();
    long least = Long.MAX_VALUE;
    try (Workers workers = Workers.threads(cores)) {
      for (int round = 0; round < 3 * ROUNDS; round++) {
        long start = System.nanoTime();
        problem.attention().forward(q, all.k(), all.v(), result.out, result.statistics, workers);
        least = Math.min(least, System.nanoTime() - start);
      }
    }
    print(
        "%d queries of %d heads, %d keys: one call with %d threads takes %.1f ms",
        Problem.QUERIES, Problem.QUERY_HEADS, problem.keys(), cores, least / 1e6);
    return result.floats();
  }

  private static boolean compare(JavaSparkContext spark, Problem problem, List<float[]> expected) {
    boolean equal = true;
    print("%8s %15s %10s   %s", "shards", "keys per shard", "ms", "bits of the single call");
    for (int count = 1; count <= 64; count *= 2) {
      try (ShardedAttention attention = new ShardedAttention(spark, problem, count)) {
        long least = Long.MAX_VALUE;
        boolean same = true;
        for (int round = 0; round < ROUNDS; round++) {
          long start = System.nanoTime();
          AttentionState state = attention.run(false);
          least = Math.min(least, System.nanoTime() - start);
          same &= sameBits(expected, state);
        }
        print("%8d %15d %10.1f   %s", count, problem.keys() / count, least / 1e6, yes(same));
        equal &= same;
        if (count == 16) {
          same = sameBits(expected, attention.run(true));
          print("%8d %26s   %s", count, "one task fails and is retried", yes(same));
          equal &= same;
        }
      }
    }
    return equal;
  }

  private static String yes(boolean same) {
    return same ? "yes" : "NO";
  }

  private static boolean sameBits(List<float[]> expected, AttentionState state) {
    Result result = new Result();
    state.writeTo(result.out, result.statistics);
    List<float[]> actual = result.floats();
    return IntStream.range(0, expected.size())
        .allMatch(i -> Arrays.equals(expected.get(i), actual.get(i)));
  }

  /** Output and statistics. */
  private static final class Result {
    final FloatTensor out =
        FloatTensor.allocate(1, Problem.QUERY_HEADS, Problem.QUERIES, Problem.DIM);
    final RowStatistics statistics =
        RowStatistics.allocate(1, Problem.QUERY_HEADS, Problem.QUERIES);

    List<float[]> floats() {
      return Stream.of(out, statistics.logSumExp(), statistics.entropy(), statistics.maxWeight())
          .map(FloatTensor::toArray)
          .toList();
    }
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
