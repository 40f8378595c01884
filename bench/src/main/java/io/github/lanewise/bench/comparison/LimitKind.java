package io.github.lanewise.bench.comparison;

/** What bounds a computation. */
public enum LimitKind {
  /** A loop of nothing but fused multiply-adds in registers, at the widest lanes. */
  FMA("GFLOP/s"),
  /** {@code System.arraycopy} of as many bytes as the question reads and writes; both count. */
  COPY("GB/s"),
  /** Reading as many bytes as the question does, four streams of vectors added up. */
  READ("GB/s");

  private final String unit;

  LimitKind(String unit) {
    this.unit = unit;
  }

  /** GFLOP/s or GB/s, both per nanosecond what they count. */
  public String unit() {
    return unit;
  }
}
