package io.github.lanewise.bench.training;

import java.util.SplittableRandom;

/** The characters of a step, and what follows each. */
public final class Batch {
  final int[] characters;
  final int[] next;
  private final int sequences;
  private final int context;

  /** Room for a batch of that shape. */
  public Batch(ModelShape shape) {
    sequences = shape.batch();
    context = shape.context();
    characters = new int[shape.rows()];
    next = new int[shape.rows()];
  }

  void draw(Corpus text, SplittableRandom random) {
    for (int s = 0; s < sequences; s++) {
      int start = random.nextInt(text.length() - context);
      text.read(start, context, characters, next, s * context);
    }
  }

  /** Sequences at even distances; batch {@code number} of so many. */
  public void place(Corpus text, int number, int batches) {
    for (int s = 0; s < sequences; s++) {
      long places = (long) batches * sequences;
      long start = (number * (long) sequences + s) * (text.length() - context - 1) / places;
      text.read((int) start, context, characters, next, s * context);
    }
  }

  /** The mean loss of a model. */
  public double loss(Transformer model) {
    return model.loss(characters, next);
  }

  /** Leaves the logits in the model, and returns the labels. */
  public int[] logits(Transformer model) {
    model.forward(characters);
    return next;
  }
}
