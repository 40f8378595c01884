package io.github.lanewise.internal.mask;

import org.jspecify.annotations.Nullable;

/** The first keys are visible to every query. */
final class PrefixNode extends RangeNode {

  private final long prefix;

  PrefixNode(long prefix) {
    super(null);
    if (prefix < 0) {
      throw new IllegalArgumentException("keys is " + prefix + ", but at least 0 is needed");
    }
    this.prefix = prefix;
  }

  @Override
  @Nullable RangeNode intersect(RangeNode other) {
    return other instanceof PrefixNode that ? (prefix <= that.prefix ? this : that) : null;
  }

  @Override
  @Nullable RangeNode unite(RangeNode other) {
    return other instanceof PrefixNode that ? (prefix >= that.prefix ? this : that) : null;
  }

  @Override
  void check(MaskPlan plan) {}

  @Override
  boolean isEverything(MaskPlan plan) {
    return prefix >= plan.keys();
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
    return Math.min(prefix, plan.keys(b));
  }

  @Override
  public String toString() {
    return "prefix(" + prefix + ")";
  }
}
