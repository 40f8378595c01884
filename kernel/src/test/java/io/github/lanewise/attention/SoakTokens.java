package io.github.lanewise.attention;

import io.github.lanewise.FloatTensor;

/**
 * Keys and values that follow from a token's number, and that every storage holds exactly:
 * multiples of 1/16 of at most 7 bits, the first of a row the largest of all. The last value is 1,
 * so that the last column of what attends to them tells whether the weights add up.
 */
final class SoakTokens {
  static final int KEY_HEADS = 2;
  static final int QUERY_HEADS = 4;
  static final int HEAD_DIM = 8;
  static final int VALUE_DIM = 9;

  private static final float LARGEST = 127 / 16f;

  private SoakTokens() {}

  /** Keys [KEY_HEADS, count, HEAD_DIM] of the tokens ids[0 … count). */
  static float[] keys(long[] ids, int count) {
    float[] keys = new float[KEY_HEADS * count * HEAD_DIM];
    for (int h = 0; h < KEY_HEADS; h++) {
      for (int t = 0; t < count; t++) {
        fill(keys, (h * count + t) * HEAD_DIM, HEAD_DIM, ids[t], 2 * h);
      }
    }
    return keys;
  }

  /** Values [KEY_HEADS, count, VALUE_DIM] of the tokens ids[0 … count). */
  static float[] values(long[] ids, int count) {
    float[] values = new float[KEY_HEADS * count * VALUE_DIM];
    for (int h = 0; h < KEY_HEADS; h++) {
      for (int t = 0; t < count; t++) {
        int row = (h * count + t) * VALUE_DIM;
        fill(values, row, VALUE_DIM, ids[t], 2 * h + 1);
        values[row + VALUE_DIM - 1] = 1;
      }
    }
    return values;
  }

  static FloatTensor keyTensor(long[] ids) {
    return FloatTensor.of(keys(ids, ids.length), KEY_HEADS, ids.length, HEAD_DIM);
  }

  static FloatTensor valueTensor(long[] ids) {
    return FloatTensor.of(values(ids, ids.length), KEY_HEADS, ids.length, VALUE_DIM);
  }

  private static void fill(float[] row, int from, int length, long id, int which) {
    long state = id * 8 + which;
    row[from] = (state & 8) == 0 ? LARGEST : -LARGEST;
    for (int c = 1; c < length; c++) {
      state = (state ^ (state >>> 29)) * 0x9e3779b97f4a7c15L + c;
      row[from + c] = ((int) (state >>> 40 & 0xff) % 128) / 16f * ((state & 1) == 0 ? 1 : -1);
    }
  }
}
