package io.github.lanewise.internal.softmax;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.internal.tensor.Checks;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is checked at the public door of losses, before anything is written. */
public final class CrossEntropyChecks {
  private CrossEntropyChecks() {}

  /** Checks what a loss and its gradient are computed of. */
  public static void apply(
      CrossEntropyOptions options,
      FloatTensor logits,
      int[] labels,
      @Nullable FloatTensor dLogits,
      float @Nullable [] losses,
      boolean otherThreads) {
    labelled(logits, labels, otherThreads);
    if (dLogits != null) {
      Checks.requireWritable(dLogits, "dLogits", otherThreads);
      Checks.requireSameShape(dLogits, "dLogits", logits, "logits");
      Checks.requireDisjointOrSame(dLogits, "dLogits", logits, "logits");
      Checks.requireDisjoint(dLogits, "dLogits", labels, "labels");
    }
    if (losses != null) {
      requireLength(losses.length, "losses", logits);
      Checks.requireDisjoint(logits, "logits", losses, "losses");
      if (dLogits != null) {
        Checks.requireDisjoint(dLogits, "dLogits", losses, "losses");
      }
    }
    for (int r = 0; r < labels.length; r++) {
      if (!options.skips(labels[r])) {
        requireClass(labels, r, logits);
      }
    }
  }

  /** Checks logits and labels, except for the labels themselves. */
  public static void labelled(FloatTensor logits, int[] labels, boolean otherThreads) {
    Checks.requireReadable(logits, "logits", otherThreads);
    Objects.requireNonNull(labels, "labels");
    Checks.requireRank(logits, "logits", 2, 2);
    Checks.requireRow(logits, "logits", 1);
    requireLength(labels.length, "labels", logits);
  }

  private static void requireLength(int length, String name, FloatTensor logits) {
    if (length != logits.size(0)) {
      throw new IllegalArgumentException(
          name + ".length is " + length + ", but logits.size(0) is " + logits.size(0));
    }
  }

  /** Checks that a row's label is a class. */
  public static void requireClass(int[] labels, int row, FloatTensor logits) {
    if (labels[row] < 0 || labels[row] >= logits.size(1)) {
      throw new IndexOutOfBoundsException(
          "labels[" + row + "] is " + labels[row] + ", but logits.size(1) is " + logits.size(1));
    }
  }
}
