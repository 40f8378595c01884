package io.github.lanewise.internal.mask;

import java.util.Arrays;

/** The first keys of each batch element are visible; how many, the caller's array says. */
final class LengthsNode extends RangeNode {

  private final int[] perBatch;

  LengthsNode(int[] perBatch) {
    super(null);
    this.perBatch = perBatch;
    for (int b = 0; b < perBatch.length; b++) {
      if (perBatch[b] < 0) {
        throw new IllegalArgumentException(
            "perBatch[" + b + "] is " + perBatch[b] + ", but at least 0 is needed");
      }
    }
  }

  @Override
  void check(MaskPlan plan) {
    if (perBatch.length != plan.lengthCount()) {
      throw new IllegalArgumentException(
          "the mask has "
              + perBatch.length
              + " key lengths, but "
              + plan.lengthCount()
              + " are needed");
    }
    for (int b = 0; b < perBatch.length; b++) { // again, as the array may have changed
      if (perBatch[b] < 0 || (perBatch[b] > plan.keys() && !plan.isShard())) {
        throw new IllegalArgumentException(
            "key length " + b + " is " + perBatch[b] + ", but there are " + plan.keys() + " keys");
      }
    }
  }

  @Override
  boolean isEverything(MaskPlan plan) {
    for (int length : perBatch) {
      if (length < plan.keys()) {
        return false;
      }
    }
    return true;
  }

  @Override
  boolean startsAtZero() {
    return true;
  }

  @Override
  long first(MaskPlan plan, long b, long h, long i) {
    return end(plan, b, h, i) == 0 ? NOWHERE : 0;
  }

  @Override
  long end(MaskPlan plan, long b, long h, long i) {
    return Math.min(perBatch[(int) (plan.lengthsAlongHeads() ? h : b)], plan.keys(b));
  }

  @Override
  public String toString() {
    return "keyLengths(" + Arrays.toString(perBatch) + ")";
  }
}
