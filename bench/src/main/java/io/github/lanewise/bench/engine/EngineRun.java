package io.github.lanewise.bench.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.lanewise.Workers;
import io.github.lanewise.bench.stage.Text;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Serves rounds of requests, and each request once more by itself: the tokens must be the same,
 * although it then stands in another slot, its prompt is read in one piece, and nobody else is in
 * the batch.
 */
public final class EngineRun implements AutoCloseable {
  /** Sequences at a time. */
  public static final int SLOTS = 16;

  /** Tokens of prompts that a step reads, beside one of each sequence that is being written. */
  private static final int CHUNK = 48;

  /** Requests that are asked for at once. */
  private static final int ROUND = 24;

  private static final long SEED = 2026;
  private static final double NANOS = 1e9;

  /** Rounds of steady speed after which the compilers are done. */
  private static final int STEADY_ROUNDS = 10;

  /** The longest warm-up, as a multiple of the shortest. */
  private static final int MOST_WARM_UP = 6;

  /** Seconds, in which tokens are counted. */
  private static final double TICK = 0.05;

  /** What the process holds after a round, in bytes; resident memory is 0 where it is not told. */
  public record Memory(long heap, long resident) {}

  private final DecoderShape shape;
  private final int round;
  private final Server server;
  private final Server alone;
  private int next;
  private double served;

  /** Tokens of each {@link #TICK} of the time of serving. */
  private int[] ticks = new int[64];

  private int tokens;
  private final LatencyHistogram firstTokens = new LatencyHistogram();
  private final LatencyHistogram betweenTokens = new LatencyHistogram();
  private final List<Memory> memory = new ArrayList<>();
  private int requests;
  private int forks;
  private int different;

  /** An engine whose weights are made by seed. */
  public EngineRun(Workers workers) {
    this(DecoderShape.small(), ROUND, workers);
  }

  /** Another model, and another number of requests in a round. */
  EngineRun(DecoderShape shape, int round, Workers workers) {
    this.shape = shape;
    this.round = round;
    DecoderWeights weights = DecoderWeights.random(shape, SEED);
    server = new Server(weights, SLOTS, CHUNK, workers);
    alone = new Server(weights, 2, shape.positions(), Workers.caller());
  }

  /**
   * Serves rounds that do not count until the kernels are compiled: for so long, and until some
   * rounds in turn were not faster than the best before them by a tenth, but not longer than {@link
   * #MOST_WARM_UP} times that. Where many processes share a processor, the compilers take minutes.
   */
  public void warmUp(long nanos) {
    long start = System.nanoTime();
    double best = 0;
    int steady = 0;
    long now = start;
    for (int number = -1;
        now - start < nanos || (steady < STEADY_ROUNDS && now - start < MOST_WARM_UP * nanos);
        number -= round) {
      List<Request> asked = new ArrayList<>();
      for (int i = 0; i < round; i++) {
        asked.add(Request.random(number - i, shape));
      }
      long before = System.nanoTime();
      server.serve(asked, () -> {});
      now = System.nanoTime();
      double speed = asked.stream().mapToInt(Request::work).sum() / (double) (now - before);
      steady = speed > 1.1 * best ? 0 : steady + 1;
      best = Math.max(best, speed);
    }
  }

  /**
   * Serves rounds for so long, at least one.
   *
   * @param betweenSteps may disturb
   * @param afterRound told what a round was like
   */
  public void run(long nanos, Runnable betweenSteps, Runnable afterRound) {
    long end = System.nanoTime() + nanos;
    do {
      round(betweenSteps);
      afterRound.run();
    } while (System.nanoTime() < end);
  }

  private void round(Runnable betweenSteps) {
    List<Request> asked = new ArrayList<>();
    for (int i = 0; i < round; i++) {
      asked.add(Request.random(next++, shape));
    }
    long start = System.nanoTime();
    List<Answer> answers = server.serve(asked, betweenSteps);
    for (Answer answer : answers) {
      note(answer, start);
      forks += answer.request.samples() - 1;
      requests++;
    }
    served += (System.nanoTime() - start) / NANOS;
    for (Answer answer : answers) {
      Answer again = alone.serve(List.of(answer.request), () -> {}).get(0);
      different += again.hasTokensOf(answer) ? 0 : 1;
    }
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    memory.add(new Memory(runtime.totalMemory() - runtime.freeMemory(), resident()));
  }

  private void note(Answer answer, long start) {
    for (long[] times : answer.at) {
      firstTokens.add((times[0] - answer.asked) / NANOS);
      for (int i = 0; i < times.length; i++) {
        int tick = (int) ((served + (times[i] - start) / NANOS) / TICK);
        if (tick >= ticks.length) {
          ticks = Arrays.copyOf(ticks, 2 * tick);
        }
        ticks[tick]++;
        tokens++;
        if (i > 0) {
          betweenTokens.add((times[i] - times[i - 1]) / NANOS);
        }
      }
    }
  }

  /** Not through a channel, which an interrupted thread could not read. */
  private static long resident() {
    try (InputStream status = new FileInputStream("/proc/self/status")) {
      return new String(status.readAllBytes(), US_ASCII)
          .lines()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0; // another system
    }
  }

  /** Requests that have been answered. */
  public int requests() {
    return requests;
  }

  /** Requests whose prompt was continued twice. */
  public int forks() {
    return forks;
  }

  /** Requests that got other tokens alone. */
  public int different() {
    return different;
  }

  /** Tokens that were written. */
  public int tokens() {
    return tokens;
  }

  /** Seconds of serving, without what is done alone. */
  public double seconds() {
    return served;
  }

  /** What the process held after each round. */
  public List<Memory> memory() {
    return List.copyOf(memory);
  }

  /** Tokens per second in each of so many equal parts of the time of serving. */
  public double[] tokensPerSecond(int parts) {
    double[] rates = new double[parts];
    for (int tick = 0; tick < ticks.length; tick++) {
      double time = (tick + 0.5) * TICK;
      rates[Math.min(parts - 1, (int) (time / served * parts))] += ticks[tick] * parts / served;
    }
    return rates;
  }

  /** The time from the admission of a request to its first token, in ms, at a percentile. */
  public double firstToken(double percentile) {
    return 1e3 * firstTokens.percentile(percentile);
  }

  /** The time from a token to the next one, in ms, at a percentile. */
  public double nextToken(double percentile) {
    return 1e3 * betweenTokens.percentile(percentile);
  }

  /** What there is to say after some rounds, in one line. */
  public String summary() {
    Memory now = memory.get(memory.size() - 1);
    return Text.format(
        "%4d requests, %3d forked, %6d tokens in %5.1f s: %5.0f tokens/s; first token %.1f ms (99 %%:"
            + " %.1f), next %.2f ms (99 %%: %.2f); heap %d MB, resident %d MB; %d differ alone",
        requests,
        forks,
        tokens,
        served,
        tokens / served,
        firstToken(50),
        firstToken(99),
        nextToken(50),
        nextToken(99),
        now.heap() >> 20,
        now.resident() >> 20,
        different);
  }

  /** What the model is, in a few words. */
  public String model() {
    return Text.format(
        "%d layers of %d, %d query heads over %d key heads of %d, vocabulary %d, %.1f million"
            + " weights by seed",
        shape.layers(),
        shape.dim(),
        shape.heads(),
        shape.keyHeads(),
        shape.headDim(),
        shape.vocabulary(),
        shape.parameters() / 1e6);
  }

  @Override
  public void close() {
    server.close();
    alone.close();
  }
}
