package io.github.lanewise.testing;

import io.github.lanewise.PackedMatrix;
import io.github.lanewise.PackedMatrix.Storage;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A matrix as it lies in a file, and the numbers that its bits stand for, decoded here by
 * themselves.
 *
 * @param file rows of 16-bit numbers, or of Q8_0's blocks
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record PackedBytes(Storage storage, int n, int k, byte[] file, float[] numbers) {

  private static final int BLOCK = 32;

  /** What bits are drawn from. */
  private enum Bits {
    /** Weights as models have them: some of float16 are subnormal. */
    WEIGHTS,
    /** Any finite ones, zeros of both signs among them. */
    FINITE,
    /** Any at all; of scales, any finite ones. */
    ANY
  }

  /** A matrix of any storage but float32. */
  public static PackedBytes draw(Draw draw, int n, int k) {
    Storage storage = draw.oneOf("storage", Storage.BFLOAT16, Storage.FLOAT16, Storage.INT8);
    Bits bits = draw.oneOf("bits", Bits.values());
    float[] normal = draw.floats("b", n * k, FloatKind.NORMAL);
    float[] any = draw.floats("b.any", n * k, FloatKind.ANY_BITS);
    return storage == Storage.INT8
        ? quantized(n, k, bits, normal, any)
        : shorts(storage, n, k, bits, normal, any);
  }

  private static PackedBytes shorts(
      Storage storage, int n, int k, Bits bits, float[] normal, float[] any) {
    ByteBuffer file = ByteBuffer.allocate(2 * n * k).order(ByteOrder.LITTLE_ENDIAN);
    float[] numbers = new float[n * k];
    for (int i = 0; i < n * k; i++) {
      short code = bits(storage, bits == Bits.WEIGHTS ? normal[i] * 0.01f : any[i], bits);
      file.putShort(code);
      numbers[i] = number(storage, code);
    }
    return new PackedBytes(storage, n, k, file.array(), numbers);
  }

  private static short bits(Storage storage, float x, Bits bits) {
    if (bits == Bits.WEIGHTS) {
      return storage == Storage.FLOAT16
          ? Float.floatToFloat16(x)
          : (short) (Float.floatToIntBits(x) >>> 16);
    }
    short code = (short) Float.floatToRawIntBits(x);
    return bits == Bits.ANY || Float.isFinite(number(storage, code)) ? code : (short) 0x8000;
  }

  private static float number(Storage storage, short code) {
    return storage == Storage.FLOAT16
        ? Float.float16ToFloat(code)
        : Float.intBitsToFloat(code << 16);
  }

  private static PackedBytes quantized(int n, int k, Bits bits, float[] normal, float[] any) {
    int blocks = (k + BLOCK - 1) / BLOCK;
    ByteBuffer file = ByteBuffer.allocate(n * blocks * 34).order(ByteOrder.LITTLE_ENDIAN);
    float[] numbers = new float[n * k];
    for (int row = 0; row < n; row++) {
      for (int block = 0; block < blocks; block++) {
        int first = row * k + block * BLOCK;
        int length = Math.min(BLOCK, k - block * BLOCK);
        short scale =
            bits == Bits.WEIGHTS
                ? Float.floatToFloat16(Math.abs(normal[first]) * 0.001f)
                : bits(Storage.FLOAT16, any[first], Bits.FINITE);
        // A scale of 0 or below makes zeros of both signs.
        scale = bits == Bits.FINITE && block % 3 == 0 ? (short) (scale & 0x8000) : scale;
        file.putShort(scale);
        for (int i = 0; i < BLOCK; i++) {
          byte q = i < length ? (byte) Float.floatToRawIntBits(any[first + i]) : (byte) 99;
          file.put(q);
          if (i < length) {
            numbers[first + i] = q * Float.float16ToFloat(scale);
          }
        }
      }
    }
    return new PackedBytes(Storage.INT8, n, k, file.array(), numbers);
  }

  /** Packs it from an odd address. */
  public PackedMatrix pack() {
    MemorySegment data = Arena.ofAuto().allocate(file.length + 1L).asSlice(1);
    MemorySegment.copy(file, 0, data, ValueLayout.JAVA_BYTE, 0, file.length);
    return pack(data);
  }

  /** Packs another segment as this is packed. */
  public PackedMatrix pack(MemorySegment data) {
    return switch (storage) {
      case FLOAT32 -> PackedMatrix.ofFloat32(data, n, k);
      case BFLOAT16 -> PackedMatrix.ofBfloat16(data, n, k);
      case FLOAT16 -> PackedMatrix.ofFloat16(data, n, k);
      case INT8 -> PackedMatrix.ofQ8_0(data, n, k);
    };
  }

  /** A finite float rounded to nearest, ties to the even significand. */
  public static float rounded(float x, Storage storage) {
    if (storage == Storage.FLOAT16) {
      return Float.float16ToFloat(Float.floatToFloat16(x));
    }
    float down = Float.intBitsToFloat(Float.floatToRawIntBits(x) & 0xFFFF_0000);
    float up = Float.intBitsToFloat(Float.floatToRawIntBits(down) + 0x1_0000);
    BigDecimal exact = new BigDecimal(x).abs();
    int nearer =
        exact
            .subtract(new BigDecimal(down).abs())
            .compareTo(new BigDecimal(up).abs().subtract(exact));
    boolean even = (Float.floatToRawIntBits(down) >>> 16) % 2 == 0;
    return nearer < 0 || (nearer == 0 && even) ? down : up;
  }
}
