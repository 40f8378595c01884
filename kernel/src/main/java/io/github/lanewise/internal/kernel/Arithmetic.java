package io.github.lanewise.internal.kernel;

/**
 * The numbers of the arithmetic contract that cut rows into pieces (docs/arithmetic.md): the bits
 * of every result depend on them.
 */
public final class Arithmetic {

  /** log2 of {@link #CHUNK}. */
  public static final int CHUNK_BITS = 8;

  /** Elements of a block of a row's sum, and keys of a chunk of attention. */
  public static final int CHUNK = 1 << CHUNK_BITS;

  /** Virtual lanes of a sum. */
  public static final int LANES = 16;

  /** Positions end here, so that neither the sum nor the distance of two of them overflows. */
  public static final long POSITIONS = 1L << 61;

  private Arithmetic() {}
}
