package io.github.lanewise.internal.trial;

/** Data to practise on: finite, of both signs, no two neighbours alike. */
final class Samples {
  private Samples() {}

  /** Numbers between -3 and 3. */
  static float[] floats(int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (i * 37 % 101 - 50) * 0.06f;
    }
    return values;
  }
}
