package io.github.lanewise;

import io.github.lanewise.internal.mask.MaskNode;

/** Which keys a query may see. */
public sealed interface Mask permits MaskNode {

  static Mask none() {
    return MaskNode.none();
  }

  static Mask causal() {
    return MaskNode.window(Long.MAX_VALUE, 0);
  }

  static Mask causal(long offset) {
    return MaskNode.window(Long.MAX_VALUE, 0, offset);
  }

  static Mask window(long left, long right) {
    return MaskNode.window(left, right);
  }

  static Mask window(long left, long right, long offset) {
    return MaskNode.window(left, right, offset);
  }

  static Mask keyLengths(int... perBatch) {
    return MaskNode.keyLengths(perBatch);
  }

  static Mask allowed(boolean[] allowed, long... shape) {
    return MaskNode.allowed(allowed, shape);
  }

  static Mask allowedBits(long[] bits, long... shape) {
    return MaskNode.allowedBits(bits, shape);
  }

  static Mask prefix(long keys) {
    return MaskNode.prefix(keys);
  }

  Mask and(Mask other);

  Mask or(Mask other);
}
