package io.github.lanewise.bench;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Lanes;
import io.github.lanewise.Mask;
import io.github.lanewise.PackedMatrix;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.attention.KeyValueCache.Storage;
import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.SteadyState;
import io.github.lanewise.bench.contender.LanewiseContender;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * An operation on data that stays in the caches: questions of the comparison, and what JMH
 * benchmarks call.
 *
 * @param known how many times as fast as scalar ones vector kernels are known to be
 * @param prepare makes the call ready
 */
record GateCell(String name, Known known, Supplier<Runnable> prepare) {

  /**
   * Speeds at each width of lanes, that of the scalar kernels being 1, as measured on one CPU with
   * AVX-512: {@code mvn -Pgate} prints them.
   */
  record Known(double at128, double at256, double at512) {
    /** C2 makes vectors of scalar code too: time tells nothing, and only garbage is judged. */
    static final Known NOTHING = new Known(0, 0, 0);

    /** Below that, a kernel that has lost its vectors could still have half of its speed. */
    private static final double TELLING = 3;

    private static final double MARGIN = 2;

    /**
     * The least speed that passes, half of what is known: less than what the loss of vectors costs,
     * more than the difference between CPUs and the noise of any machine that still works. 0 where
     * time is not judged.
     */
    double least(int lanes) {
      double speed = lanes >= 512 ? at512 : lanes >= 256 ? at256 : at128;
      return speed >= TELLING ? speed / MARGIN : 0;
    }
  }

  private static final String SEPARATOR = "\t";
  private static final int RUN = 4096;
  private static final int LENGTH = 256;
  private static final int HEADS = 2;
  private static final int DIM = 64;

  /** Takes results that nobody reads: the compiler would leave their computation out. */
  private static volatile float sink;

  /** Each operation, in the forms that have kernels of their own. */
  static List<GateCell> all() {
    List<GateCell> cells = new ArrayList<>();
    cells.add(question("exp 4096", new Known(4.7, 8.9, 10)));
    cells.add(question("sum 4096", new Known(2.9, 4.5, 4.1)));
    cells.add(question("max 4096", Known.NOTHING));
    cells.add(question("divide 4096", Known.NOTHING));
    cells.add(new GateCell("log-sum-exp 4096", new Known(5.9, 10, 12), GateCell::logSumExp));
    cells.add(question("softmax 32x1024", new Known(6.4, 11, 12)));
    cells.add(question("softmax 128x128 causal", new Known(3.4, 3.9, 3.7)));
    cells.add(question("softmax 32x1024 boolean", new Known(3.8, 6.6, 7.4)));
    cells.add(question("softmax 32x1024 bits", new Known(3.4, 5.9, 6.9)));
    cells.add(question("softmax 32x1024 log", new Known(6, 9.6, 10)));
    cells.add(question("softmax 32x1024 backward", new Known(5.9, 9, 6.7)));
    cells.add(question("sigmoid 4096", new Known(3, 6, 8)));
    cells.add(question("gelu 4096", new Known(3, 6, 8)));
    cells.add(question("gelu 4096 tanh", new Known(3, 6, 8)));
    cells.add(question("norm 8x1024", new Known(3, 4, 4)));
    cells.add(question("silu 4x1024", new Known(3, 6, 8)));
    cells.add(question("rope 8 8x128", Known.NOTHING));
    cells.add(question("rope 8 8x128 interleaved", Known.NOTHING));
    cells.add(question("qk 256x256x64", new Known(14, 28, 29)));
    cells.add(question("pv 256x64x256", new Known(14, 29, 30)));
    cells.add(question("attention 2 256x64", new Known(14, 28, 30)));
    cells.add(question("attention 2 256x64 causal", new Known(13, 25, 26)));
    cells.add(question("attention 2 256x64 softcap", new Known(10, 20, 23)));
    cells.add(
        new GateCell(
            "attention 2 256x64 boolean, softcap",
            new Known(7.9, 14, 16),
            GateCell::maskedAttention));
    cells.add(gradient(false, new Known(12, 22, 24)));
    cells.add(gradient(true, new Known(11, 20, 22)));
    cells.add(decode(Storage.FLOAT32, new Known(8.2, 14, 19)));
    cells.add(decode(Storage.BFLOAT16, new Known(12, 21, 24)));
    cells.add(decode(Storage.FLOAT16, new Known(9.2, 17, 19)));
    cells.add(decode(Storage.INT8, new Known(1, 18, 19)));
    cells.add(new GateCell("loss 64x1000", new Known(4.5, 6.9, 8.7), LossBenchmark::call));
    cells.add(
        new GateCell(
            "decode 16 sequences, ragged",
            new Known(6.5, 9, 11),
            () -> RaggedBenchmark.call(Storage.FLOAT32)));
    for (PackedMatrix.Storage storage : PackedMatrix.Storage.values()) {
      Known oneRow =
          switch (storage) {
            case FLOAT32 -> new Known(3.9, 6.9, 10);
            case BFLOAT16 -> new Known(13, 25, 50);
            case FLOAT16 -> new Known(10, 19, 28);
            case INT8 -> new Known(20, 38, 55);
          };
      cells.add(packed(1, storage, oneRow));
      cells.add(packed(17, storage, new Known(6.8, 12, 18)));
    }
    cells.add(new GateCell("sampler top-k, top-p, min-p", Known.NOTHING, SamplerBenchmark::call));
    return cells;
  }

  private static GateCell gradient(boolean causal, Known known) {
    String name = "attention 8 256x64 backward" + (causal ? " causal" : "");
    return new GateCell(name, known, () -> AttentionBackwardBenchmark.call(LENGTH, causal));
  }

  private static GateCell decode(Storage storage, Known known) {
    String name = "decode 32:8 1x512x128 " + storage.name().toLowerCase(Locale.ROOT);
    return new GateCell(name, known, () -> DecodeBenchmark.call(8, 512, storage));
  }

  private static GateCell packed(int rows, PackedMatrix.Storage storage, Known known) {
    String name = rows + "x512x512 packed " + storage.name().toLowerCase(Locale.ROOT);
    return new GateCell(
        name, known, () -> PackedMatrixBenchmark.of(rows, 512, 512, storage)::product);
  }

  private static Runnable logSumExp() {
    float[] x = Inputs.normal(RUN, 1);
    return () -> sink = Lanes.logSumExp(x, 0, RUN);
  }

  /** A mask of booleans, which no question about attention has. */
  private static Runnable maskedAttention() {
    FloatTensor q = heads(6);
    FloatTensor k = heads(7);
    FloatTensor v = heads(8);
    FloatTensor out = FloatTensor.allocate(1, HEADS, LENGTH, DIM);
    boolean[] flags = new boolean[LENGTH * LENGTH];
    for (int i = 0; i < flags.length; i++) {
      flags[i] = i % 3 != 0;
    }
    Mask mask = Mask.allowed(flags, LENGTH, LENGTH);
    Attention attention = Attention.builder().mask(mask).softcap(30f).build();
    return () -> attention.forward(q, k, v, out);
  }

  private static FloatTensor heads(long seed) {
    return FloatTensor.of(Inputs.normal(HEADS * LENGTH * DIM, seed), 1, HEADS, LENGTH, DIM);
  }

  private static GateCell question(String id, Known known) {
    return question(id, new LanewiseContender(), known);
  }

  static GateCell question(String id, Contender contender, Known known) {
    return new GateCell(
        id,
        known,
        () -> {
          Question question = Question.of(id);
          try {
            return contender.prepare(question, QuestionData.of(question))::run;
          } catch (Exception e) {
            throw new IllegalStateException(id, e);
          }
        });
  }

  /**
   * What was seen of a cell in steady state.
   *
   * @param nanos of the fastest call
   * @param bytes allocated by a call
   */
  record Seen(double nanos, double bytes) {
    /** The best of both: whatever else a machine or a compiler does can only add. */
    Seen and(Seen other) {
      return new Seen(Math.min(nanos, other.nanos), Math.min(bytes, other.bytes));
    }
  }

  /** Is the process: measures the cells of these names. */
  public static void main(String[] names) {
    Set<String> wanted = Set.of(names);
    for (GateCell cell : GateCell.all()) {
      if (wanted.contains(cell.name())) {
        Seen seen = cell.measure();
        System.out.println(cell.name() + SEPARATOR + seen.nanos() + SEPARATOR + seen.bytes());
      }
    }
  }

  Seen measure() {
    Runnable call = prepare.get();
    return new Seen(SteadyState.settle(call), SteadyState.bytesPerCall(call));
  }

  /**
   * Starts a process with this one's options, and waits for it.
   *
   * @param java the program, or any other that takes its arguments
   * @param lanes width of vectors in bits; 0 for scalar kernels
   */
  static Map<String, Seen> run(String java, int lanes, List<String> names) {
    List<String> options = List.of("-Dlanewise.start=vector", "-Dlanewise.lanes=" + lanes);
    Map<String, Seen> seen = new LinkedHashMap<>();
    for (String line :
        ChildJvm.run(List.of(java), options, GateCell.class, names).lines().toList()) {
      String[] parts = line.split(SEPARATOR, -1);
      if (parts.length == 3) {
        seen.put(parts[0], new Seen(Double.parseDouble(parts[1]), Double.parseDouble(parts[2])));
      }
    }
    return seen;
  }
}
