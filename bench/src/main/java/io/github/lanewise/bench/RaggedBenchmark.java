package io.github.lanewise.bench;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.KeyValueCache;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.attention.RaggedBatch;
import io.github.lanewise.bench.machine.MachineInfo;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A server's step: 16 sequences of 64 to 4096 keys, 32 query heads over 8 of length 64. {@code
 * tokens} brings one token each in one call, {@code apart} in 16 calls; {@code prompt} brings one
 * prompt of 2048 tokens beside 15 single ones.
 *
 * <p>{@code mvn -Pjmh -Djmh.args="RaggedBenchmark -prof gc"}; {@code mvn -Pjmh
 * -Djmh.main=io.github.lanewise.bench.RaggedBenchmark} lets the calls take turns and prints what
 * one costs in units of the other.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class RaggedBenchmark {

  private static final int SEQUENCES = 16;
  private static final int SHORTEST = 64;
  private static final int PROMPT = 2048;
  private static final int HEADS = 32;
  private static final int KEY_HEADS = 8;
  private static final int DIM = 64;

  @Param({"1", "2"})
  public int threads;

  @Param({"FLOAT32", "INT8"})
  public Storage storage;

  @Param("4096")
  public int longest;

  private final Attention attention = Attention.builder().mask(Mask.causal()).build();
  private final KeyValueCache[] single = new KeyValueCache[SEQUENCES];
  private KeyValueCache cache;
  private Workers workers;
  private RaggedBatch tokens;
  private RaggedBatch prompt;
  private FloatTensor tokenRows;
  private FloatTensor tokenOut;
  private FloatTensor promptRows;
  private FloatTensor promptOut;

  @Setup(Level.Trial)
  public void setUp() {
    MachineInfo.requireChosenKernels();
    cache = cache(SEQUENCES + 1);
    int[] sequences = new int[SEQUENCES];
    int[] ones = new int[SEQUENCES];
    int[] lengths = new int[SEQUENCES];
    Arrays.fill(ones, 1);
    for (int s = 0; s < SEQUENCES; s++) {
      sequences[s] = s;
      lengths[s] = 1;
      single[s] = cache(1);
      int keys = SHORTEST + s * (longest - SHORTEST) / (SEQUENCES - 1);
      fill(s, keys);
    }
    fill(SEQUENCES, PROMPT);
    tokens = RaggedBatch.of(sequences, ones);
    int[] withPrompt = sequences.clone();
    withPrompt[SEQUENCES / 2] = SEQUENCES;
    lengths[SEQUENCES / 2] = PROMPT;
    prompt = RaggedBatch.of(withPrompt, lengths);
    workers = threads == 1 ? Workers.caller() : Workers.threads(threads);
    tokenRows = rows(SEQUENCES, HEADS, -1);
    tokenOut = FloatTensor.allocate(SEQUENCES, HEADS, DIM);
    promptRows = rows(prompt.tokens(), HEADS, -2);
    promptOut = FloatTensor.allocate(prompt.tokens(), HEADS, DIM);
  }

  private KeyValueCache cache(int batch) {
    return KeyValueCache.builder(batch, KEY_HEADS, DIM, DIM).storage(storage).build();
  }

  private void fill(int sequence, int keys) {
    FloatTensor k = rows(keys, KEY_HEADS, 2L * sequence).permute(1, 0, 2);
    FloatTensor v = rows(keys, KEY_HEADS, 2L * sequence + 1).permute(1, 0, 2);
    cache.append(sequence, k, v);
    if (sequence < SEQUENCES) {
      single[sequence].append(0, k, v);
    }
  }

  private static FloatTensor rows(int count, int heads, long seed) {
    return FloatTensor.of(Inputs.normal(count * heads * DIM, seed), count, heads, DIM);
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    workers.close();
    cache.close();
    for (KeyValueCache each : single) {
      each.close();
    }
  }

  @Benchmark
  public FloatTensor tokens() {
    attention.forward(tokenRows, cache, tokens, tokenOut, RowStatistics.none(), workers);
    return tokenOut;
  }

  @Benchmark
  public FloatTensor apart() {
    for (int s = 0; s < SEQUENCES; s++) {
      FloatTensor q = tokenRows.slice(0, s, s + 1).reshape(1, HEADS, 1, DIM);
      FloatTensor out = tokenOut.slice(0, s, s + 1).reshape(1, HEADS, 1, DIM);
      attention.forward(q, single[s], out, RowStatistics.none(), workers);
    }
    return tokenOut;
  }

  @Benchmark
  public FloatTensor prompt() {
    attention.forward(promptRows, cache, prompt, promptOut, RowStatistics.none(), workers);
    return promptOut;
  }

  private static RaggedBenchmark prepared(int threads, Storage storage, int longest) {
    RaggedBenchmark benchmark = new RaggedBenchmark();
    benchmark.threads = threads;
    benchmark.storage = storage;
    benchmark.longest = longest;
    benchmark.setUp();
    return benchmark;
  }

  /** A step of single tokens on one thread, ready to be called, with data in the caches' reach. */
  static Runnable call(Storage storage) {
    RaggedBenchmark benchmark = prepared(1, storage, 2 * SHORTEST);
    return benchmark::tokens;
  }

  /** Prints medians of calls that take turns; takes no arguments. */
  public static void main(String[] arguments) {
    for (Storage storage : new Storage[] {Storage.FLOAT32, Storage.INT8}) {
      RaggedBenchmark one = prepared(1, storage, 4096);
      RaggedBenchmark two = prepared(2, storage, 4096);
      compare(storage + ", 16 tokens, one thread: 16 calls, together", one::apart, one::tokens);
      compare(storage + ", 16 tokens: one thread, two", one::tokens, two::tokens);
      compare(storage + ", prompt and 15 tokens: one thread, two", one::prompt, two::prompt);
      one.tearDown();
      two.tearDown();
    }
  }

  private static void compare(String name, Runnable a, Runnable b) {
    run(a, b, 2_000_000_000L);
    double[][] times = run(a, b, 6_000_000_000L);
    double ofA = median(times[0]);
    double ofB = median(times[1]);
    System.out.printf(
        Locale.ROOT, "%-60s %8.2f ms %8.2f ms, ratio %.3f%n", name, ofA, ofB, ofA / ofB);
  }

  /** Milliseconds of the calls of each, in turns. */
  private static double[][] run(Runnable a, Runnable b, long nanos) {
    double[][] times = new double[2][1000];
    int count = 0;
    long begin = System.nanoTime();
    while (count < 5 || (count < 1000 && System.nanoTime() - begin < nanos)) {
      times[0][count] = millis(a);
      times[1][count] = millis(b);
      count++;
    }
    return new double[][] {Arrays.copyOf(times[0], count), Arrays.copyOf(times[1], count)};
  }

  private static double millis(Runnable call) {
    long start = System.nanoTime();
    call.run();
    return (System.nanoTime() - start) * 1e-6;
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
