package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.jvm.StartRequest;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The one width all vector kernels are compiled for.
 *
 * <p>C2 turns vector code into instructions only where the species is a compile-time constant, so
 * it is chosen when this class is initialised and never changes. Vectors wider than 512 bits are
 * used as 512: the arithmetic contract has 16 virtual lanes.
 */
public final class LaneSpecies {
  public static final VectorSpecies<Float> FLOATS = choose();

  /** Lanes in a vector: 4, 8 or 16. */
  public static final int LENGTH = FLOATS.length();

  public static final VectorSpecies<Integer> INTS =
      VectorSpecies.of(int.class, FLOATS.vectorShape());

  /** As many shorts as floats. */
  public static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, shape(Short.SIZE));

  /** Whether there is a vector of as many bytes as floats: none is as short as 32 bits. */
  static final boolean READS_BYTES = LENGTH >= 8;

  /** As many bytes as floats, where there is such a vector. */
  public static final VectorSpecies<Byte> BYTES = VectorSpecies.of(byte.class, shape(Byte.SIZE));

  /** Whether there are 32 vector registers: AVX-512 at any width, and every 64-bit ARM. */
  static final boolean MANY_REGISTERS =
      VectorShape.S_Max_BIT.vectorBitSize() >= 512
          || "aarch64".equals(System.getProperty("os.arch"));

  private LaneSpecies() {}

  /**
   * The requested width if the machine has it; else the widest that it has, for a clear refusal.
   */
  private static VectorSpecies<Float> choose() {
    int available = Math.min(512, FloatVector.SPECIES_PREFERRED.vectorBitSize());
    int bits = StartRequest.BITS >= 128 ? Math.min(StartRequest.BITS, available) : available;
    return VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
  }

  private static VectorShape shape(int laneBits) {
    return VectorShape.forBitSize(
        Math.max(VectorShape.S_64_BIT.vectorBitSize(), LENGTH * laneBits));
  }
}
