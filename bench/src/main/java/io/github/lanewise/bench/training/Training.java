package io.github.lanewise.bench.training;

import java.util.SplittableRandom;

/** Steps of learning from a text, of which each takes sequences at random. */
public final class Training {
  private static final double HIGHEST_RATE = 3e-3;
  private static final int RISING = 20;

  private final Transformer model;
  private final Batch batch;
  private final Corpus text;
  private final SplittableRandom random;
  private final AdamW optimizer;
  private double gradientNorm;

  /** A training of so many steps; the seed chooses the sequences. */
  public Training(Transformer model, ModelShape shape, Corpus text, long seed, int steps) {
    this.model = model;
    this.text = text;
    batch = new Batch(shape);
    random = new SplittableRandom(seed);
    optimizer =
        new AdamW(model.parameters(), Transformer.GRADIENT_SCALE, HIGHEST_RATE, RISING, steps);
  }

  /** One step; returns the loss before it. */
  public double step() {
    batch.draw(text, random);
    double loss = model.learn(batch.characters, batch.next);
    gradientNorm = optimizer.gradientNorm();
    optimizer.step();
    return loss;
  }

  /** The norm of the last step's gradient. */
  public double gradientNorm() {
    return gradientNorm;
  }
}
