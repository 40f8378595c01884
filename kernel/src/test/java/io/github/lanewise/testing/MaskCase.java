package io.github.lanewise.testing;

import io.github.lanewise.Mask;
import io.github.lanewise.reference.Visibility;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A mask twice: as the kernel takes it, and as the oracle's predicate.
 *
 * @param mask the kernel's
 * @param visibility the oracle's
 * @param offset the offset that the mask names, or null
 */
public record MaskCase(Mask mask, Visibility visibility, @Nullable Long offset) {
  /** Kinds of mask. */
  public enum Kind {
    NONE,
    CAUSAL,
    CAUSAL_OFFSET,
    WINDOW,
    WINDOW_OFFSET,
    KEY_LENGTHS,
    PREFIX,
    ALLOWED,
    ALLOWED_BITS,
    AND,
    OR
  }

  /** The kinds that do not depend on the number of keys. */
  private static final Kind[] ABSOLUTE = {
    Kind.NONE,
    Kind.CAUSAL_OFFSET,
    Kind.WINDOW_OFFSET,
    Kind.KEY_LENGTHS,
    Kind.PREFIX,
    Kind.ALLOWED,
    Kind.ALLOWED_BITS,
    Kind.AND,
    Kind.OR
  };

  /** Draws a mask of any kind, nested up to twice. */
  public static MaskCase draw(Draw draw, int batch, int heads, int queries, int keys) {
    return draw(draw, false, Kind.values(), batch, heads, queries, keys);
  }

  /** Draws a mask that a shard of the keys can do with, nested up to twice. */
  public static MaskCase drawAbsolute(Draw draw, int batch, int heads, int queries, int keys) {
    return draw(draw, false, ABSOLUTE, batch, heads, queries, keys);
  }

  /**
   * Draws a mask for a softmax whose shape is right-aligned: of rank 3, key lengths are per head.
   */
  public static MaskCase drawForSoftmax(Draw draw, int rank, int... axes) {
    return draw(draw, rank == 3, Kind.values(), axes);
  }

  private static MaskCase draw(Draw draw, boolean lengthsPerHead, Kind[] kinds, int... axes) {
    int offset = draw.integer("mask.offset", -axes[2] - 1, axes[3] + 1);
    Kind kind = draw.oneOf("mask", kinds);
    return draw(draw, "mask", kind, kinds, axes, lengthsPerHead, offset, 2);
  }

  private static MaskCase draw(
      Draw draw,
      String name,
      Kind kind,
      Kind[] any,
      int[] axes,
      boolean lengthsPerHead,
      long offset,
      int depth) {
    int keys = axes[3];
    long diagonal = (long) keys - axes[2];
    switch (kind) {
      case NONE:
        return new MaskCase(Mask.none(), Visibility.everything(), null);
      case CAUSAL:
        return new MaskCase(Mask.causal(), Visibility.causal(diagonal), null);
      case CAUSAL_OFFSET:
        return new MaskCase(Mask.causal(offset), Visibility.causal(offset), offset);
      case WINDOW:
        long left = reach(draw, name + ".left", keys);
        long right = reach(draw, name + ".right", keys);
        return new MaskCase(
            Mask.window(left, right), Visibility.window(left, right, diagonal), null);
      case WINDOW_OFFSET:
        left = reach(draw, name + ".left", keys);
        right = reach(draw, name + ".right", keys);
        return new MaskCase(
            Mask.window(left, right, offset), Visibility.window(left, right, offset), offset);
      case KEY_LENGTHS:
        int[] lengths = new int[lengthsPerHead ? axes[1] : axes[0]];
        for (int b = 0; b < lengths.length; b++) {
          lengths[b] = draw.integer(name + ".length" + b, 0, keys);
        }
        Visibility perLength =
            lengthsPerHead
                ? (batch, head, query, key) -> key < lengths[head]
                : Visibility.keyLengths(lengths);
        return new MaskCase(Mask.keyLengths(lengths), perLength, null);
      case PREFIX:
        int prefix = draw.integer(name + ".prefix", 0, keys + 1);
        return new MaskCase(Mask.prefix(prefix), Visibility.prefix(prefix), null);
      case ALLOWED:
      case ALLOWED_BITS:
        int[] shape = broadcastShape(draw, name + ".shape", axes);
        int last = shape[shape.length - 1];
        boolean[] flags =
            draw.onceIn(2, name + ".inRuns")
                ? draw.runs(
                    name + ".runs", last == 0 ? 0 : Floats.count(Axes.of(shape)) / last, last)
                : draw.flags(
                    name + ".flags",
                    Floats.count(Axes.of(shape)),
                    draw.oneOf(name + ".density", 2, 30));
        Mask mask =
            kind == Kind.ALLOWED
                ? Mask.allowed(flags, Axes.of(shape))
                : Mask.allowedBits(bits(flags, last), Axes.of(shape));
        return new MaskCase(mask, Visibility.allowed(flags, shape), null);
      case AND:
      case OR:
        Kind[] kinds = depth > 1 ? any : simple(any);
        Kind kindA = draw.oneOf(name + "a", kinds);
        MaskCase a = draw(draw, name + "a", kindA, any, axes, lengthsPerHead, offset, depth - 1);
        Kind kindB = draw.oneOf(name + "b", kinds);
        MaskCase b = draw(draw, name + "b", kindB, any, axes, lengthsPerHead, offset, depth - 1);
        Long named = a.offset == null ? b.offset : a.offset;
        return kind == Kind.AND
            ? new MaskCase(a.mask.and(b.mask), a.visibility.and(b.visibility), named)
            : new MaskCase(a.mask.or(b.mask), a.visibility.or(b.visibility), named);
    }
    throw new AssertionError(kind);
  }

  /** Those that are not made of others: the last two are. */
  private static Kind[] simple(Kind[] kinds) {
    return Arrays.copyOf(kinds, kinds.length - 2);
  }

  /**
   * Draws a mask that shows each head, or each row, a run of keys of its own, often a short one.
   */
  public static MaskCase drawRuns(Draw draw, int batch, int heads, int queries, int keys) {
    int rows = draw.onceIn(2, "perHead") ? 1 : queries;
    int[] shape = {batch, heads, rows, keys};
    boolean[] flags = draw.runs("runs", batch * heads * rows, keys);
    return new MaskCase(
        Mask.allowed(flags, Axes.of(shape)), Visibility.allowed(flags, shape), null);
  }

  /** Draws a shape that broadcasts to these four axes: some left out in front, some of length 1. */
  static int[] broadcastShape(Draw draw, String name, int... axes) {
    int rank = draw.integer(name + ".rank", 1, 4);
    int[] shape = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      boolean single = draw.onceIn(3, name + ".single" + axis);
      shape[axis] = single ? 1 : axes[4 - rank + axis];
    }
    return shape;
  }

  private static long reach(Draw draw, String name, int keys) {
    return draw.onceIn(6, name + ".unbounded")
        ? Long.MAX_VALUE
        : draw.integer(name, 0, Math.min(keys, 70));
  }

  private static long[] bits(boolean[] flags, int rowLength) {
    int rows = rowLength == 0 ? 0 : flags.length / rowLength;
    int words = (rowLength + 63) / 64;
    long[] bits = new long[rows * words];
    for (int row = 0; row < rows; row++) {
      for (int j = 0; j < words * 64; j++) {
        boolean padding = j >= rowLength; // must not be looked at
        if (padding || flags[row * rowLength + j]) {
          bits[row * words + j / 64] |= 1L << (j % 64);
        }
      }
    }
    return bits;
  }
}
