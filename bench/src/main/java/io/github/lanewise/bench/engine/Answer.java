package io.github.lanewise.bench.engine;

import java.util.Arrays;

/** The tokens of a request as they come, and when. */
final class Answer {
  final Request request;

  /** Tokens of each sample. */
  final int[][] tokens;

  /** When each token of a sample was there, in nanoseconds of {@link System#nanoTime()}. */
  final long[][] at;

  final long asked;
  private final int[] counts;

  Answer(Request request, long asked) {
    this.request = request;
    this.asked = asked;
    tokens = new int[request.samples()][request.tokens()];
    at = new long[request.samples()][request.tokens()];
    counts = new int[request.samples()];
  }

  void add(int sample, int token, long now) {
    tokens[sample][counts[sample]] = token;
    at[sample][counts[sample]++] = now;
  }

  boolean isDone(int sample) {
    return counts[sample] == request.tokens();
  }

  boolean hasTokensOf(Answer other) {
    return Arrays.deepEquals(tokens, other.tokens);
  }
}
