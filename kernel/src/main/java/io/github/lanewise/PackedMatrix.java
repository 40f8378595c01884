package io.github.lanewise;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.packed.PackedPanels;
import io.github.lanewise.internal.packed.Packing;
import io.github.lanewise.internal.packed.PanelReader;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.Checks;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A constant factor B [n, k] of {@link Matmul#multiplyTransposed(float, FloatTensor, PackedMatrix,
 * FloatTensor, Workers)}: the weights of a layer, n outputs of k inputs each. It is packed once,
 * into a layout that the product reads in one stream, and kept as narrow as it came.
 *
 * <pre>{@code
 * PackedMatrix weights = PackedMatrix.ofBfloat16(file.asSlice(offset, bytes), outputs, inputs);
 * Matmul.multiplyTransposed(1, x, weights, y, workers);              // y = x · weightsᵀ
 * }</pre>
 *
 * <p><b>Memory.</b> The packed form is a copy: what it was made of may change or go away. It takes
 * as much as the numbers in their storage, n rounded up to a multiple of 64, outside of the heap:
 * in the given arena, or in one that the garbage collector frees once the matrix is unreachable,
 * which {@code -XX:MaxDirectMemorySize} bounds. n, k and their product may exceed 2³¹.
 *
 * <p><b>Accuracy.</b> What the storages keep exactly and what they round, {@link Storage} says. A
 * product has the bits of widening every number to float32 first, which is exact: {@link #widen}
 * shows those numbers.
 *
 * <p><b>Special values.</b> FLOAT32, BFLOAT16 and FLOAT16 keep infinities, -0 and NaN. Finite
 * numbers that would become infinite are refused, and scales that are infinite or NaN: so INT8
 * holds finite numbers only.
 *
 * <p><b>Errors.</b> Another rank than 2, a segment of another size, and numbers that are refused
 * throw IllegalArgumentException with both numbers, before memory is asked for; null throws
 * NullPointerException; a closed arena IllegalStateException.
 *
 * <p><b>Threading.</b> Immutable: any number of threads may share it, unless its arena belongs to
 * one.
 */
public final class PackedMatrix {

  /** How the numbers are stored; products widen them to float32 as they read them. */
  public enum Storage {
    /** As they are. */
    FLOAT32,
    /** Rounded to 8 significant bits, to nearest even: relative error at most 2⁻⁹. */
    BFLOAT16,
    /**
     * Rounded to 11 significant bits, to nearest even: relative error at most 2⁻¹², below 2⁻¹⁴
     * absolute error at most 2⁻²⁵. Finite magnitudes from 65520 on are refused.
     */
    FLOAT16,
    /**
     * Integers from -128 to 127 times a scale, a float16, for each 32 numbers of a row; the last of
     * a row may be fewer. When floats are packed, the scale is max|x|/127 of the 32, rounded up,
     * and the absolute error at most half of it. Of GGUF's Q8_0 every bit is kept.
     */
    INT8
  }

  private final PackedPanels panels;

  private PackedMatrix(PackedPanels panels) {
    this.panels = panels;
  }

  /** Packs a matrix [n, k] as FLOAT32. */
  public static PackedMatrix pack(FloatTensor b) {
    return pack(b, Storage.FLOAT32);
  }

  /** Packs a matrix [n, k] as FLOAT32, in the memory of an arena. */
  public static PackedMatrix pack(FloatTensor b, Arena arena) {
    return pack(b, Storage.FLOAT32, arena);
  }

  /** Packs a matrix [n, k], rounded as the storage says. */
  public static PackedMatrix pack(FloatTensor b, Storage storage) {
    return pack(b, storage, Arena.ofAuto());
  }

  /** Packs a matrix [n, k], rounded as the storage says, in the memory of an arena. */
  public static PackedMatrix pack(FloatTensor b, Storage storage, Arena arena) {
    Objects.requireNonNull(b, "b");
    Objects.requireNonNull(storage, "storage");
    return new PackedMatrix(Packing.pack(b, Element.valueOf(storage.name()), arena));
  }

  /**
   * Packs float32 numbers as they lie in a file: row after row, in native byte order.
   *
   * @param data 4·n·k bytes, heap or native, at any address
   */
  public static PackedMatrix ofFloat32(MemorySegment data, long n, long k) {
    return ofFloat32(data, n, k, Arena.ofAuto());
  }

  /** As {@link #ofFloat32(MemorySegment, long, long)}, in the memory of an arena. */
  public static PackedMatrix ofFloat32(MemorySegment data, long n, long k, Arena arena) {
    return pack(FloatTensor.of(data, n, k), Storage.FLOAT32, arena);
  }

  /**
   * Packs bfloat16 numbers as they lie in a file: row after row, little-endian.
   *
   * @param data 2·n·k bytes, heap or native, at any address
   */
  public static PackedMatrix ofBfloat16(MemorySegment data, long n, long k) {
    return ofBfloat16(data, n, k, Arena.ofAuto());
  }

  /** As {@link #ofBfloat16(MemorySegment, long, long)}, in the memory of an arena. */
  public static PackedMatrix ofBfloat16(MemorySegment data, long n, long k, Arena arena) {
    return new PackedMatrix(Packing.packShorts(data, n, k, true, arena));
  }

  /**
   * Packs float16 numbers as they lie in a file: row after row, little-endian.
   *
   * @param data 2·n·k bytes, heap or native, at any address
   */
  public static PackedMatrix ofFloat16(MemorySegment data, long n, long k) {
    return ofFloat16(data, n, k, Arena.ofAuto());
  }

  /** As {@link #ofFloat16(MemorySegment, long, long)}, in the memory of an arena. */
  public static PackedMatrix ofFloat16(MemorySegment data, long n, long k, Arena arena) {
    return new PackedMatrix(Packing.packShorts(data, n, k, false, arena));
  }

  /**
   * Packs GGUF's Q8_0 as it lies in a file: row after row, ⌈k/32⌉ blocks each; a block is a scale,
   * a little-endian float16, and 32 signed bytes. Of the last block of a row only what belongs to k
   * is read.
   *
   * @param data n·⌈k/32⌉·34 bytes, heap or native, at any address
   */
  public static PackedMatrix ofQ8_0(MemorySegment data, long n, long k) {
    return ofQ8_0(data, n, k, Arena.ofAuto());
  }

  /** As {@link #ofQ8_0(MemorySegment, long, long)}, in the memory of an arena. */
  public static PackedMatrix ofQ8_0(MemorySegment data, long n, long k, Arena arena) {
    return new PackedMatrix(Packing.packQ8(data, n, k, arena));
  }

  /** n: rows of B, outputs of a layer, columns of a product. */
  public long rows() {
    return panels.rows();
  }

  /** k: columns of B, inputs of a layer. */
  public long columns() {
    return panels.depth();
  }

  /** How the numbers are stored. */
  public Storage storage() {
    return Storage.valueOf(panels.element().name());
  }

  /** Bytes of the packed form. */
  public long byteSize() {
    return panels.memory().byteSize();
  }

  /**
   * Writes a row of B as float32: of a table of embeddings, a token's.
   *
   * @param target [k]
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public void widenRow(long row, FloatTensor target) {
    Checks.requireRank(target, "target", 1, 1);
    if (row < 0 || row >= rows()) {
      throw new IndexOutOfBoundsException("row " + row + ", but rows() is " + rows());
    }
    Checks.requireSize(target, "target", 0, columns(), "columns()");
    requireWidening(target);
    PanelReader.read(panels, row, 1, StridedFloats.of(target));
  }

  /**
   * Writes B as float32: the numbers that products have as factors.
   *
   * @param target [n, k]
   */
  public void widen(FloatTensor target) {
    Checks.requireRank(target, "target", 2, 2);
    Checks.requireSize(target, "target", 0, rows(), "rows()");
    Checks.requireSize(target, "target", 1, columns(), "columns()");
    requireWidening(target);
    PanelReader.read(panels, 0, rows(), StridedFloats.of(target));
  }

  private void requireWidening(FloatTensor target) {
    Kernels.requireAvailable();
    Checks.requireAccessible(panels.memory(), "this matrix", false);
    Checks.requireWritable(target, "target", false);
  }

  /** What it is made of. */
  PackedPanels panels() {
    return panels;
  }

  /** Shape, storage and size; never the contents. */
  @Override
  public String toString() {
    return "PackedMatrix["
        + (rows() + ", " + columns() + "] " + storage() + " in " + byteSize() + " bytes")
        + (panels.memory().scope().isAlive() ? "" : ", closed");
  }
}
