package io.github.lanewise.bench.demo.embedding;

import io.github.lanewise.bench.demo.minilm.LanewiseEncoder;
import io.github.lanewise.bench.demo.minilm.MiniLm;
import io.github.lanewise.bench.demo.minilm.OnnxRuntimeEncoder;
import io.github.lanewise.bench.demo.minilm.OnnxRuntimeProfile;
import io.github.lanewise.bench.demo.minilm.OracleEncoder;
import io.github.lanewise.bench.demo.minilm.Tokens;
import io.github.lanewise.bench.result.Statistics;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.ProgressBar;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Times the three encoders on one thread each: after a warm-up, in turns, so that a slow moment of
 * the machine hits all of them; the median counts. The time that ONNX Runtime spends in attention
 * comes from its own profiler, in a session of its own: profiling slows a session down a little, so
 * that session is not used for the total.
 */
final class Stopwatch {
  private static final int WARM_UP = 20;
  private static final int ROUNDS = 42;
  private static final int ORACLE_EVERY = 14;

  private final LanewiseEncoder lanewise;
  private final OracleEncoder oracle;
  private final OnnxRuntimeEncoder onnxRuntime;

  Stopwatch(LanewiseEncoder lanewise, OracleEncoder oracle, OnnxRuntimeEncoder onnxRuntime) {
    this.lanewise = lanewise;
    this.oracle = oracle;
    this.onnxRuntime = onnxRuntime;
  }

  /** Returns the number of progress steps that timing one sentence takes. */
  static int steps() {
    return ROUNDS;
  }

  /** Times sentences; ONNX Runtime's profile is kept in {@code folder} for the moment. */
  List<Timing> time(List<Tokens> sentences, Path folder, ProgressBar progress) {
    List<Timing> timings = new ArrayList<>();
    try (OnnxRuntimeEncoder profiled =
        OnnxRuntimeEncoder.openProfiled(folder.resolve("onnxruntime-profile"))) {
      for (Tokens sentence : sentences) {
        timings.add(time(sentence, profiled, progress));
      }
      OnnxRuntimeProfile profile = profiled.endProfiling();
      if (profile.runs() != ROUNDS * sentences.size()) {
        throw new Failure(
            "ONNX Runtime's profile has "
                + profile.runs()
                + " runs, but "
                + ROUNDS * sentences.size()
                + " were made");
      }
      for (int i = 0; i < timings.size(); i++) {
        long[] runs = profile.attentionNanos(i * ROUNDS + ROUNDS / 2, (i + 1) * ROUNDS);
        timings.set(i, withOnnxRuntimeAttention(timings.get(i), medianMillis(runs)));
      }
    }
    return List.copyOf(timings);
  }

  private Timing time(Tokens sentence, OnnxRuntimeEncoder profiled, ProgressBar progress) {
    float[] embedding = new float[MiniLm.HIDDEN];
    for (int i = 0; i < WARM_UP; i++) {
      lanewise.embed(sentence, embedding);
      onnxRuntime.run(sentence);
    }
    long[] ours = new long[ROUNDS];
    long[] oursInAttention = new long[ROUNDS];
    long[] theirs = new long[ROUNDS];
    long[] oracles = new long[ROUNDS / ORACLE_EVERY];
    long[] oraclesInAttention = new long[ROUNDS / ORACLE_EVERY];
    for (int i = 0; i < ROUNDS; i++) {
      ours[i] = nanos(() -> lanewise.embed(sentence, embedding));
      oursInAttention[i] = lanewise.attentionNanos();
      theirs[i] = nanos(() -> onnxRuntime.run(sentence));
      profiled.run(sentence);
      if (i % ORACLE_EVERY == 0) {
        int round = i / ORACLE_EVERY;
        oracles[round] = nanos(() -> oracle.embed(sentence));
        oraclesInAttention[round] = oracle.attentionNanos();
      }
      progress.step();
    }
    return new Timing(
        sentence.count(),
        medianMillis(ours),
        medianMillis(oursInAttention),
        medianMillis(theirs),
        Double.NaN,
        medianMillis(oracles),
        medianMillis(oraclesInAttention));
  }

  private static Timing withOnnxRuntimeAttention(Timing timing, double millis) {
    return new Timing(
        timing.tokens(),
        timing.lanewise(),
        timing.lanewiseAttention(),
        timing.onnxRuntime(),
        millis,
        timing.oracle(),
        timing.oracleAttention());
  }

  private static long nanos(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return System.nanoTime() - start;
  }

  private static double medianMillis(long[] nanos) {
    return Statistics.median(Arrays.stream(nanos).mapToDouble(n -> n / 1e6).toArray());
  }
}
