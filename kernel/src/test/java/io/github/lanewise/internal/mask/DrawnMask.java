package io.github.lanewise.internal.mask;

import io.github.lanewise.Mask;
import io.github.lanewise.reference.Visibility;
import io.github.lanewise.testing.Draw;
import java.math.BigInteger;
import java.util.Arrays;

/** A random mask, and what it means, spelled out element by element. */
record DrawnMask(Mask mask, Visibility meaning) {

  /** The operand's shape, and which index key lengths run along. */
  record Operand(int batch, int heads, int queries, int keys, int rank, boolean softmax) {

    int lengths() {
      return !softmax || rank == 4 ? batch : rank == 3 ? heads : 1;
    }

    int lengthIndex(int b, int h) {
      return !softmax || rank == 4 ? b : rank == 3 ? h : 0;
    }

    int size(int axis) {
      return switch (axis) {
        case 0 -> batch;
        case 1 -> heads;
        case 2 -> queries;
        default -> keys;
      };
    }
  }

  static DrawnMask draw(Draw draw, String name, Operand operand, long offset, int depth) {
    if (depth > 0 && !draw.onceIn(3, name + ".leaf")) {
      DrawnMask left = draw(draw, name + "l", operand, offset, depth - 1);
      DrawnMask right = draw(draw, name + "r", operand, offset, depth - 1);
      if (draw.onceIn(2, name + ".and")) {
        return new DrawnMask(left.mask.and(right.mask), left.meaning.and(right.meaning));
      }
      return new DrawnMask(left.mask.or(right.mask), left.meaning.or(right.meaning));
    }
    long difference = (long) operand.keys - operand.queries;
    switch (draw.integer(name + ".kind", 0, 8)) {
      case 0:
        return new DrawnMask(Mask.none(), Visibility.everything());
      case 1:
        return new DrawnMask(Mask.causal(), (b, h, i, j) -> j <= i + difference);
      case 2:
        return new DrawnMask(Mask.causal(offset), window(Long.MAX_VALUE, 0, offset));
      case 3:
        {
          long left = bound(draw, name + ".left", operand.keys);
          long right = bound(draw, name + ".right", operand.keys);
          return new DrawnMask(Mask.window(left, right), window(left, right, difference));
        }
      case 4:
        {
          long left = bound(draw, name + ".left", operand.keys);
          long right = bound(draw, name + ".right", operand.keys);
          return new DrawnMask(Mask.window(left, right, offset), window(left, right, offset));
        }
      case 5:
        {
          int[] lengths = new int[operand.lengths()];
          for (int n = 0; n < lengths.length; n++) {
            lengths[n] = draw.integer(name + ".length", 0, operand.keys);
          }
          return new DrawnMask(
              Mask.keyLengths(lengths), (b, h, i, j) -> j < lengths[operand.lengthIndex(b, h)]);
        }
      case 6:
        {
          long prefix = bound(draw, name + ".prefix", operand.keys);
          return new DrawnMask(Mask.prefix(prefix), (b, h, i, j) -> j < prefix);
        }
      default:
        return allowed(draw, name, operand, draw.onceIn(2, name + ".bits"));
    }
  }

  private static DrawnMask allowed(Draw draw, String name, Operand operand, boolean packed) {
    int rank = draw.integer(name + ".rank", 1, 4);
    long[] shape = new long[rank];
    int[] padded = {1, 1, 1, 1};
    for (int n = 0; n < rank; n++) {
      int axis = 4 - rank + n;
      padded[axis] = draw.onceIn(4, name + ".one") ? 1 : operand.size(axis);
      shape[n] = padded[axis];
    }
    int count = padded[0] * padded[1] * padded[2] * padded[3];
    boolean[] allowed = draw.flags(name + ".allowed", count, draw.oneOf(name + ".sparse", 1, 2, 9));
    if (draw.onceIn(4, name + ".all")) {
      Arrays.fill(allowed, true);
    }
    int[] sizes = Arrays.copyOfRange(padded, 4 - rank, 4);
    Visibility meaning = Visibility.allowed(allowed, sizes);
    if (!packed) {
      return new DrawnMask(Mask.allowed(allowed, shape), meaning);
    }
    int words = (padded[3] + 63) / 64;
    int rows = padded[0] * padded[1] * padded[2];
    long[] bits = new long[rows * words];
    Arrays.fill(bits, draw.onceIn(2, name + ".garbage") ? -1 : 0);
    for (int n = 0; n < count; n++) {
      long bit = 1L << (n % padded[3] % 64);
      int at = n / padded[3] * words + n % padded[3] / 64;
      bits[at] = allowed[n] ? bits[at] | bit : bits[at] & ~bit;
    }
    return new DrawnMask(Mask.allowedBits(bits, shape), meaning);
  }

  private static long bound(Draw draw, String name, int keys) {
    return switch (draw.integer(name + ".extreme", 0, 7)) {
      case 0 -> Long.MAX_VALUE;
      case 1 -> Long.MAX_VALUE - draw.integer(name, 1, 3);
      case 2 -> 0;
      default -> draw.integer(name, 0, keys + 2);
    };
  }

  private static Visibility window(long left, long right, long offset) {
    return (b, h, i, j) -> {
      BigInteger p = saturated(BigInteger.valueOf(i).add(BigInteger.valueOf(offset)));
      BigInteger low = saturated(p.subtract(BigInteger.valueOf(left)));
      BigInteger high = saturated(p.add(BigInteger.valueOf(right)));
      BigInteger key = BigInteger.valueOf(j);
      return low.compareTo(key) <= 0 && key.compareTo(high) <= 0;
    };
  }

  private static BigInteger saturated(BigInteger exact) {
    return exact.min(BigInteger.valueOf(Long.MAX_VALUE)).max(BigInteger.valueOf(Long.MIN_VALUE));
  }
}
