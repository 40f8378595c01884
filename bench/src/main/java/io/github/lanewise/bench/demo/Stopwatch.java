package io.github.lanewise.bench.demo;

import io.github.lanewise.bench.result.Statistics;
import io.github.lanewise.bench.stage.Failure;
import io.github.lanewise.bench.stage.Terminal.ProgressBar;
import io.github.lanewise.bench.stage.Text;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Times the three encoders on one thread each: after a warm-up, in turns, so that a slow moment of
 * the machine hits all of them; the median counts. The time that ONNX Runtime spends in attention
 * comes from its own profiler, in a session of its own: profiling slows a session down a little, so
 * that session is not used for the total.
 *
 * @param lanewise on one thread
 * @param profile how the names of ONNX Runtime's profiles begin, which do not last
 */
record Stopwatch(
    LanewiseEncoder lanewise, OracleEncoder oracle, OnnxRuntimeEncoder onnxRuntime, Path profile) {
  /** Progress steps that timing one sentence takes. */
  static final int ROUNDS = 42;

  private static final int WARM_UP = 20;
  private static final int ORACLE_EVERY = 14;

  /**
   * Median times for one sentence on one thread, in milliseconds, without tokenizer and pooling of
   * the two peers; attention is what lies between q, k, v and its output.
   *
   * @param tokens length of the sentence
   */
  record Timing(int tokens, Time lanewise, Time onnxRuntime, Time oracle) {
    /** Returns Lanewise's time in units of ONNX Runtime's. */
    double ratio() {
      return lanewise.total() / onnxRuntime.total();
    }
  }

  /** Milliseconds for a sentence, and those of them in attention. */
  record Time(double total, double attention) {
    private static Time medians(List<Double> nanos, List<Double> inAttention) {
      return new Time(Statistics.median(nanos) / 1e6, Statistics.median(inAttention) / 1e6);
    }
  }

  Timing time(Tokens sentence, ProgressBar progress) {
    float[] embedding = new float[MiniLm.HIDDEN];
    for (int i = 0; i < WARM_UP; i++) {
      lanewise.embed(sentence, embedding);
      onnxRuntime.run(sentence);
    }
    List<Double> ours = new ArrayList<>();
    List<Double> oursInAttention = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    List<Double> oracles = new ArrayList<>();
    List<Double> oraclesInAttention = new ArrayList<>();
    try (OnnxRuntimeEncoder profiled = new OnnxRuntimeEncoder(profile)) {
      for (int i = 0; i < ROUNDS; i++) {
        ours.add(nanos(() -> lanewise.embed(sentence, embedding)));
        oursInAttention.add((double) lanewise.attentionNanos());
        theirs.add(nanos(() -> onnxRuntime.run(sentence)));
        profiled.run(sentence);
        if (i % ORACLE_EVERY == 0) {
          oracles.add(nanos(() -> oracle.embed(sentence)));
          oraclesInAttention.add((double) oracle.attentionNanos());
        }
        progress.step();
      }
      List<Double> theirsInAttention = profiled.endProfiling();
      if (theirsInAttention.size() != ROUNDS) {
        throw new Failure(
            Text.format(
                "ONNX Runtime's profile has %d runs, but %d were made",
                theirsInAttention.size(), ROUNDS));
      }
      return new Timing(
          sentence.count(),
          Time.medians(ours, oursInAttention),
          // the first half warms up the session
          Time.medians(theirs, theirsInAttention.subList(ROUNDS / 2, ROUNDS)),
          Time.medians(oracles, oraclesInAttention));
    }
  }

  private static double nanos(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return System.nanoTime() - start;
  }
}
