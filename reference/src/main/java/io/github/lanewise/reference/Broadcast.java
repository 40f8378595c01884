package io.github.lanewise.reference;

/** Row-major index into an array whose shape is right-aligned to [batch, heads, queries, keys]. */
final class Broadcast {
  private Broadcast() {}

  static int index(int[] shape, int... position) {
    int index = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      int at = position[position.length - shape.length + axis];
      index = index * shape[axis] + (shape[axis] == 1 ? 0 : at);
    }
    return index;
  }
}
