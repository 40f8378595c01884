package io.github.lanewise.bench.engine;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.RaggedBatch;
import io.github.lanewise.sampling.TokenSampler;
import io.github.lanewise.sampling.TokenSampler.LogProbabilities;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Continuous batching: each step takes one token of every sequence that is being written, and of
 * those that are being read a chunk. A request is admitted when slots are free; when its prompt has
 * been read, its slot is forked if it wants two samples; when a sample is done, its slot is free.
 */
final class Server implements AutoCloseable {
  private static final TokenSampler SAMPLER =
      TokenSampler.builder().temperature(0.8f).topK(40).topP(0.95f).build();

  /** What a slot is busy with. */
  private static final class Work {
    final Answer answer;
    final int sample;
    final SplittableRandom random;

    /** Tokens of the prompt that have been read; the rest is read in chunks. */
    int read;

    /** The token written last, which is to be read next. */
    int last;

    Work(Answer answer, int sample) {
      this.answer = answer;
      this.sample = sample;
      random = new SplittableRandom(answer.request.seed() + sample);
    }

    boolean isReading() {
      return read < answer.request.prompt().length;
    }
  }

  private final Decoder decoder;
  private final Workers workers;
  private final int chunk;
  private final @Nullable Work[] slots;
  private final boolean[] reserved;

  /** The slot that is kept for the second sample. */
  private final int[] spare;

  private final Queue<Request> queue = new ArrayDeque<>();

  private final int[] lengths;
  private final RaggedBatch batch;
  private final int[] tokens;
  private final int[] positions;
  private final int[] wanted;

  /**
   * @param slots sequences at a time
   * @param chunk tokens of prompts that a step reads, at most
   */
  Server(DecoderWeights weights, int slots, int chunk, Workers workers) {
    this.workers = workers;
    this.chunk = chunk;
    this.slots = new Work[slots];
    reserved = new boolean[slots];
    spare = new int[slots];
    lengths = new int[slots];
    int[] sequences = new int[slots];
    Arrays.setAll(sequences, slot -> slot);
    batch = RaggedBatch.of(sequences, lengths);
    tokens = new int[slots + chunk];
    positions = new int[slots + chunk];
    wanted = new int[slots];
    decoder = new Decoder(weights, slots, slots + chunk, workers);
  }

  void ask(Request request) {
    queue.add(request);
  }

  /** Whether there is nothing to do. */
  boolean isIdle() {
    for (Work work : slots) {
      if (work != null) {
        return false;
      }
    }
    return queue.isEmpty();
  }

  /** Serves requests until all are answered, and returns the answers. */
  List<Answer> serve(List<Request> requests, Runnable betweenSteps) {
    List<Answer> answers = new ArrayList<>();
    requests.forEach(this::ask);
    while (!isIdle()) {
      step(answers::add);
      betweenSteps.run();
    }
    return answers;
  }

  /** One step: admits, reads and writes; hands on the answers that are begun. */
  void step(Consumer<Answer> begun) {
    admit(begun);
    int rows = plan();
    int samples = 0;
    int at = 0;
    for (int slot = 0; slot < slots.length; slot++) {
      Work work = slots[slot];
      at += lengths[slot];
      if (work != null && lengths[slot] > 0 && !work.isReading()) {
        wanted[samples++] = at - 1;
      }
    }
    assert at == rows : at + " of " + rows;
    FloatTensor logits = decoder.step(batch, tokens, positions, wanted, samples);
    long now = System.nanoTime();
    int sample = 0;
    for (int slot = 0; slot < slots.length; slot++) {
      Work work = slots[slot];
      if (work != null && lengths[slot] > 0 && !work.isReading()) {
        write(slot, work, logits.select(0, sample++).toArray(), now);
      }
    }
    Arrays.fill(lengths, 0);
  }

  private void admit(Consumer<Answer> begun) {
    while (!queue.isEmpty()) {
      Request request = queue.element();
      int slot = freeSlot();
      if (slot < 0) {
        return;
      }
      reserved[slot] = true;
      if (request.samples() == 2) {
        int second = freeSlot();
        if (second < 0) {
          reserved[slot] = false;
          return;
        }
        reserved[second] = true;
        spare[slot] = second;
      }
      queue.remove();
      Answer answer = new Answer(request, System.nanoTime());
      slots[slot] = new Work(answer, 0);
      begun.accept(answer);
    }
  }

  private int freeSlot() {
    for (int slot = 0; slot < slots.length; slot++) {
      if (!reserved[slot]) {
        return slot;
      }
    }
    return -1;
  }

  /** Chooses the tokens of the step; returns how many. */
  private int plan() {
    int left = chunk;
    int rows = 0;
    for (int slot = 0; slot < slots.length; slot++) {
      Work work = slots[slot];
      if (work == null) {
        continue;
      }
      int[] prompt = work.answer.request.prompt();
      int position = decoder.length(slot);
      if (work.isReading()) {
        int count = Math.min(left, prompt.length - work.read);
        for (int i = 0; i < count; i++) {
          positions[rows] = position + i;
          tokens[rows++] = prompt[work.read + i];
        }
        work.read += count;
        left -= count;
        lengths[slot] = count;
      } else {
        positions[rows] = position;
        tokens[rows++] = work.last;
        lengths[slot] = 1;
      }
    }
    return rows;
  }

  /** The next token of a slot; after the prompt's last one of both samples. */
  private void write(int slot, Work work, float[] logits, long now) {
    Answer answer = work.answer;
    boolean isFirst = decoder.length(slot) == answer.request.prompt().length;
    if (isFirst && work.sample == 0 && answer.request.samples() == 2) {
      int other = spare[slot];
      decoder.fork(slot, other);
      Work second = new Work(answer, 1);
      second.read = work.read;
      slots[other] = second;
      choose(other, second, logits, now);
    }
    choose(slot, work, logits, now);
  }

  private void choose(int slot, Work work, float[] logits, long now) {
    double number = work.random.nextDouble();
    work.last = SAMPLER.sample(logits, 0, logits.length, number, LogProbabilities.none(), workers);
    work.answer.add(work.sample, work.last, now);
    if (work.answer.isDone(work.sample)) {
      slots[slot] = null;
      reserved[slot] = false;
      decoder.clear(slot);
    }
  }

  @Override
  public void close() {
    decoder.close();
  }
}
