package io.github.lanewise.internal.vector;

import io.github.lanewise.internal.kernel.Practice;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes squares of L x L floats by swapping ever smaller blocks: half the square first, then
 * quarters, down to single elements (Eklundh, A fast computer method for matrix transposing, IEEE
 * Transactions on Computers 21, 1972).
 *
 * <p>Two sizes of block are swapped at a time, among four rows in registers; between two such steps
 * the square lies in a scratch array in the first-level cache. So a few lines serve every width.
 */
final class VectorTranspose {

  private static final VectorSpecies<Float> F = LaneSpecies.FLOATS;
  private static final VectorSpecies<Integer> I = F.withLanes(int.class);
  private static final int L = LaneSpecies.LENGTH;

  // For blocks of 2·half lanes: which lanes of the pair (upper row, lower row) go up, which down.
  private static final int[] UP_8 = up(8);
  private static final int[] DOWN_8 = down(8);
  private static final int[] UP_4 = up(4);
  private static final int[] DOWN_4 = down(4);
  private static final int[] UP_2 = up(2);
  private static final int[] DOWN_2 = down(2);
  private static final int[] UP_1 = up(1);
  private static final int[] DOWN_1 = down(1);

  private VectorTranspose() {}

  /** The lower halves of both rows' blocks, side by side; lanes of the second row count from L. */
  private static int[] up(int half) {
    int[] lanes = new int[L];
    for (int i = 0; i < L; i++) {
      lanes[i] = (i & half) == 0 ? i : L + i - half;
    }
    return lanes;
  }

  /** The upper halves of both rows' blocks, side by side. */
  private static int[] down(int half) {
    int[] lanes = new int[L];
    for (int i = 0; i < L; i++) {
      lanes[i] = (i & half) == 0 ? (i + half) % L : L + i;
    }
    return lanes;
  }

  /** {@code target[t·targetStride + r] = source[r·sourceStride + t]} for r and t below L. */
  static void square(
      float[] source,
      int sourceFrom,
      int sourceStride,
      float[] target,
      int targetFrom,
      int targetStride) {
    if (L == 16) {
      square16(source, sourceFrom, sourceStride, target, targetFrom, targetStride);
    } else if (L == 8) {
      square8(source, sourceFrom, sourceStride, target, targetFrom, targetStride);
    } else {
      square4(source, sourceFrom, sourceStride, target, targetFrom, targetStride);
    }
  }

  /** 16 rows in registers. */
  private static void square16(
      float[] source,
      int sourceFrom,
      int sourceStride,
      float[] target,
      int targetFrom,
      int targetStride) {
    for (int round = Practice.rounds; round > 0; round--) {}
    IntVector r0 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r1 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r2 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 2 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r3 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 3 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r4 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 4 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r5 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 5 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r6 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 6 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r7 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 7 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r8 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 8 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r9 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 9 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r10 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 10 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r11 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 11 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r12 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 12 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r13 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 13 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r14 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 14 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r15 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 15 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector up = IntVector.fromArray(I, UP_8, 0);
    IntVector down = IntVector.fromArray(I, DOWN_8, 0);
    IntVector upper;
    upper = up.selectFrom(r0, r8);
    r8 = down.selectFrom(r0, r8);
    r0 = upper;
    upper = up.selectFrom(r1, r9);
    r9 = down.selectFrom(r1, r9);
    r1 = upper;
    upper = up.selectFrom(r2, r10);
    r10 = down.selectFrom(r2, r10);
    r2 = upper;
    upper = up.selectFrom(r3, r11);
    r11 = down.selectFrom(r3, r11);
    r3 = upper;
    upper = up.selectFrom(r4, r12);
    r12 = down.selectFrom(r4, r12);
    r4 = upper;
    upper = up.selectFrom(r5, r13);
    r13 = down.selectFrom(r5, r13);
    r5 = upper;
    upper = up.selectFrom(r6, r14);
    r14 = down.selectFrom(r6, r14);
    r6 = upper;
    upper = up.selectFrom(r7, r15);
    r15 = down.selectFrom(r7, r15);
    r7 = upper;
    up = IntVector.fromArray(I, UP_4, 0);
    down = IntVector.fromArray(I, DOWN_4, 0);
    upper = up.selectFrom(r0, r4);
    r4 = down.selectFrom(r0, r4);
    r0 = upper;
    upper = up.selectFrom(r1, r5);
    r5 = down.selectFrom(r1, r5);
    r1 = upper;
    upper = up.selectFrom(r2, r6);
    r6 = down.selectFrom(r2, r6);
    r2 = upper;
    upper = up.selectFrom(r3, r7);
    r7 = down.selectFrom(r3, r7);
    r3 = upper;
    upper = up.selectFrom(r8, r12);
    r12 = down.selectFrom(r8, r12);
    r8 = upper;
    upper = up.selectFrom(r9, r13);
    r13 = down.selectFrom(r9, r13);
    r9 = upper;
    upper = up.selectFrom(r10, r14);
    r14 = down.selectFrom(r10, r14);
    r10 = upper;
    upper = up.selectFrom(r11, r15);
    r15 = down.selectFrom(r11, r15);
    r11 = upper;
    up = IntVector.fromArray(I, UP_2, 0);
    down = IntVector.fromArray(I, DOWN_2, 0);
    upper = up.selectFrom(r0, r2);
    r2 = down.selectFrom(r0, r2);
    r0 = upper;
    upper = up.selectFrom(r1, r3);
    r3 = down.selectFrom(r1, r3);
    r1 = upper;
    upper = up.selectFrom(r4, r6);
    r6 = down.selectFrom(r4, r6);
    r4 = upper;
    upper = up.selectFrom(r5, r7);
    r7 = down.selectFrom(r5, r7);
    r5 = upper;
    upper = up.selectFrom(r8, r10);
    r10 = down.selectFrom(r8, r10);
    r8 = upper;
    upper = up.selectFrom(r9, r11);
    r11 = down.selectFrom(r9, r11);
    r9 = upper;
    upper = up.selectFrom(r12, r14);
    r14 = down.selectFrom(r12, r14);
    r12 = upper;
    upper = up.selectFrom(r13, r15);
    r15 = down.selectFrom(r13, r15);
    r13 = upper;
    up = IntVector.fromArray(I, UP_1, 0);
    down = IntVector.fromArray(I, DOWN_1, 0);
    ((FloatVector) up.selectFrom(r0, r1).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom);
    ((FloatVector) down.selectFrom(r0, r1).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + targetStride);
    ((FloatVector) up.selectFrom(r2, r3).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 2 * targetStride);
    ((FloatVector) down.selectFrom(r2, r3).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 3 * targetStride);
    ((FloatVector) up.selectFrom(r4, r5).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 4 * targetStride);
    ((FloatVector) down.selectFrom(r4, r5).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 5 * targetStride);
    ((FloatVector) up.selectFrom(r6, r7).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 6 * targetStride);
    ((FloatVector) down.selectFrom(r6, r7).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 7 * targetStride);
    ((FloatVector) up.selectFrom(r8, r9).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 8 * targetStride);
    ((FloatVector) down.selectFrom(r8, r9).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 9 * targetStride);
    ((FloatVector) up.selectFrom(r10, r11).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 10 * targetStride);
    ((FloatVector) down.selectFrom(r10, r11).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 11 * targetStride);
    ((FloatVector) up.selectFrom(r12, r13).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 12 * targetStride);
    ((FloatVector) down.selectFrom(r12, r13).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 13 * targetStride);
    ((FloatVector) up.selectFrom(r14, r15).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 14 * targetStride);
    ((FloatVector) down.selectFrom(r14, r15).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 15 * targetStride);
  }

  /** 8 rows in registers. */
  private static void square8(
      float[] source,
      int sourceFrom,
      int sourceStride,
      float[] target,
      int targetFrom,
      int targetStride) {
    for (int round = Practice.rounds; round > 0; round--) {}
    IntVector r0 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r1 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r2 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 2 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r3 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 3 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r4 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 4 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r5 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 5 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r6 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 6 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r7 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 7 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector up = IntVector.fromArray(I, UP_4, 0);
    IntVector down = IntVector.fromArray(I, DOWN_4, 0);
    IntVector upper;
    upper = up.selectFrom(r0, r4);
    r4 = down.selectFrom(r0, r4);
    r0 = upper;
    upper = up.selectFrom(r1, r5);
    r5 = down.selectFrom(r1, r5);
    r1 = upper;
    upper = up.selectFrom(r2, r6);
    r6 = down.selectFrom(r2, r6);
    r2 = upper;
    upper = up.selectFrom(r3, r7);
    r7 = down.selectFrom(r3, r7);
    r3 = upper;
    up = IntVector.fromArray(I, UP_2, 0);
    down = IntVector.fromArray(I, DOWN_2, 0);
    upper = up.selectFrom(r0, r2);
    r2 = down.selectFrom(r0, r2);
    r0 = upper;
    upper = up.selectFrom(r1, r3);
    r3 = down.selectFrom(r1, r3);
    r1 = upper;
    upper = up.selectFrom(r4, r6);
    r6 = down.selectFrom(r4, r6);
    r4 = upper;
    upper = up.selectFrom(r5, r7);
    r7 = down.selectFrom(r5, r7);
    r5 = upper;
    up = IntVector.fromArray(I, UP_1, 0);
    down = IntVector.fromArray(I, DOWN_1, 0);
    ((FloatVector) up.selectFrom(r0, r1).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom);
    ((FloatVector) down.selectFrom(r0, r1).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + targetStride);
    ((FloatVector) up.selectFrom(r2, r3).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 2 * targetStride);
    ((FloatVector) down.selectFrom(r2, r3).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 3 * targetStride);
    ((FloatVector) up.selectFrom(r4, r5).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 4 * targetStride);
    ((FloatVector) down.selectFrom(r4, r5).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 5 * targetStride);
    ((FloatVector) up.selectFrom(r6, r7).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 6 * targetStride);
    ((FloatVector) down.selectFrom(r6, r7).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 7 * targetStride);
  }

  /** 4 rows in registers. */
  private static void square4(
      float[] source,
      int sourceFrom,
      int sourceStride,
      float[] target,
      int targetFrom,
      int targetStride) {
    for (int round = Practice.rounds; round > 0; round--) {}
    IntVector r0 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r1 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r2 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 2 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector r3 =
        (IntVector)
            FloatVector.fromArray(F, source, sourceFrom + 3 * sourceStride)
                .convert(VectorOperators.REINTERPRET_F2I, 0);
    IntVector up = IntVector.fromArray(I, UP_2, 0);
    IntVector down = IntVector.fromArray(I, DOWN_2, 0);
    IntVector upper;
    upper = up.selectFrom(r0, r2);
    r2 = down.selectFrom(r0, r2);
    r0 = upper;
    upper = up.selectFrom(r1, r3);
    r3 = down.selectFrom(r1, r3);
    r1 = upper;
    up = IntVector.fromArray(I, UP_1, 0);
    down = IntVector.fromArray(I, DOWN_1, 0);
    ((FloatVector) up.selectFrom(r0, r1).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom);
    ((FloatVector) down.selectFrom(r0, r1).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + targetStride);
    ((FloatVector) up.selectFrom(r2, r3).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 2 * targetStride);
    ((FloatVector) down.selectFrom(r2, r3).convert(VectorOperators.REINTERPRET_I2F, 0))
        .intoArray(target, targetFrom + 3 * targetStride);
  }
}
