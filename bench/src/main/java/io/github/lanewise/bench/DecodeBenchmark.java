package io.github.lanewise.bench;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.KeyValueCache;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.bench.machine.LimitSource.ReadLoop;
import io.github.lanewise.bench.machine.MachineInfo;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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
 * One step of decoding: 32 query heads of 128 over a cache, against a plain read of as many bytes,
 * and against the same over plain tensors of floats. Reported are steps and gigabytes a second.
 *
 * <p>{@code mvn -Pjmh -Djmh.args="DecodeBenchmark -prof gc"}
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class DecodeBenchmark {

  private static final int HEADS = 32;
  private static final int DIM = 128;
  private static final int STEP = 64;

  @Param({"32", "8"})
  public int keyHeads;

  @Param("4096")
  public int keys;

  @Param({"FLOAT32", "BFLOAT16", "FLOAT16", "INT8"})
  public Storage storage;

  @Param({"1", "2"})
  public int threads;

  private final Attention attention = Attention.builder().build();
  private KeyValueCache cache;
  private Workers workers;
  private FloatTensor q;
  private FloatTensor k;
  private FloatTensor v;
  private FloatTensor out;
  private float[][] memory;
  private double gigabytes;

  /** Gigabytes a second. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Bandwidth {
    public double gigabytes;
  }

  @Setup(Level.Trial)
  public void setUp() {
    MachineInfo.requireChosenKernels();
    cache = KeyValueCache.builder(1, keyHeads, DIM, DIM).storage(storage).build();
    for (int key = 0; key < keys; key += STEP) {
      int length = Math.min(STEP, keys - key);
      cache.append(tokens(length, 2 * key), tokens(length, 2 * key + 1));
    }
    workers = threads == 1 ? Workers.caller() : Workers.threads(threads);
    k = tokens(keys, -2);
    v = tokens(keys, -3);
    q = FloatTensor.of(Inputs.normal(HEADS * DIM, -1), 1, HEADS, 1, DIM);
    out = FloatTensor.allocate(1, HEADS, 1, DIM);
    long elements = 2L * keyHeads * keys * DIM;
    int bits = storage == Storage.FLOAT32 ? 32 : storage == Storage.INT8 ? 8 : 16;
    gigabytes = elements * 1e-9 * bits / 8;
    // As many bytes, in arrays as large as the pages' are.
    int pages = 2 * Math.max(1, keys / cache.pageLength());
    memory = new float[pages][(int) (elements / pages * bits / 32)];
    for (float[] page : memory) {
      java.util.Arrays.fill(page, 1f);
    }
  }

  private FloatTensor tokens(int length, int seed) {
    return FloatTensor.of(Inputs.normal(keyHeads * length * DIM, seed), 1, keyHeads, length, DIM);
  }

  @TearDown(Level.Trial)
  public void tearDown() {
    workers.close();
    cache.close();
  }

  @Benchmark
  public FloatTensor decode(Bandwidth bandwidth) {
    attention.forward(q, cache, out, RowStatistics.none(), workers);
    bandwidth.gigabytes += gigabytes;
    return out;
  }

  /** Over tensors, which are floats whatever the cache's storage: as such they are counted. */
  @Benchmark
  public FloatTensor decodeTensors(Bandwidth bandwidth) {
    attention.forward(q, k, v, out, RowStatistics.none(), workers);
    bandwidth.gigabytes += 2e-9 * Float.BYTES * keyHeads * keys * DIM;
    return out;
  }

  /** A step of one thread, ready to be called, with all of its data in the caches' reach. */
  public static Runnable call(int keyHeads, int keys, Storage storage) {
    DecodeBenchmark benchmark = new DecodeBenchmark();
    benchmark.keyHeads = keyHeads;
    benchmark.keys = keys;
    benchmark.storage = storage;
    benchmark.threads = 1;
    benchmark.setUp();
    Bandwidth bandwidth = new Bandwidth();
    return () -> benchmark.decode(bandwidth);
  }

  /** By one thread, in four streams. */
  @Benchmark
  public float read(Bandwidth bandwidth) {
    float sum = 0;
    for (float[] page : memory) {
      sum += ReadLoop.sum(page, 0, page.length, 1);
    }
    bandwidth.gigabytes += gigabytes;
    return sum;
  }
}
