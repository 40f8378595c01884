package io.github.lanewise.internal.mask;

import org.jspecify.annotations.Nullable;

/** Every key is visible. */
final class EverythingNode extends RangeNode {

  static final EverythingNode INSTANCE = new EverythingNode();

  private EverythingNode() {
    super(null);
  }

  @Override
  @Nullable RangeNode intersect(RangeNode other) {
    return other;
  }

  @Override
  @Nullable RangeNode unite(RangeNode other) {
    return other.namedOffset() == null ? this : null; // a named offset is more than visibility
  }

  @Override
  void check(MaskPlan plan) {}

  @Override
  boolean isEverything(MaskPlan plan) {
    return true;
  }

  @Override
  boolean startsAtZero() {
    return true;
  }

  @Override
  long first(MaskPlan plan, long b, long h, long i) {
    return plan.keys(b) == 0 ? NOWHERE : 0;
  }

  @Override
  long end(MaskPlan plan, long b, long h, long i) {
    return plan.keys(b);
  }

  @Override
  public String toString() {
    return "none()";
  }
}
