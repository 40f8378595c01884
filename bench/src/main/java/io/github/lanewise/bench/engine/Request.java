package io.github.lanewise.bench.engine;

import java.util.SplittableRandom;

/**
 * What a client asks for.
 *
 * @param prompt tokens to read
 * @param tokens how many to write
 * @param samples 1, or 2 continuations of the same prompt
 * @param seed of the numbers that choose the tokens; sample i has the seed plus i
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Request(int number, int[] prompt, int tokens, int samples, long seed) {
  private static final int LEAST_PROMPT = 4;
  private static final int MOST_PROMPT = 160;
  private static final int LEAST_TOKENS = 8;
  private static final int MOST_TOKENS = 64;

  /** One of ever different lengths; every third wants two samples. */
  static Request random(int number, DecoderShape shape) {
    SplittableRandom random = new SplittableRandom(number);
    int[] prompt =
        random.ints(random.nextInt(LEAST_PROMPT, MOST_PROMPT + 1), 0, shape.vocabulary()).toArray();
    int tokens = random.nextInt(LEAST_TOKENS, MOST_TOKENS + 1);
    return new Request(number, prompt, tokens, number % 3 == 0 ? 2 : 1, random.nextLong());
  }

  /** Prompt and answers. */
  int work() {
    return prompt.length + samples * tokens;
  }
}
