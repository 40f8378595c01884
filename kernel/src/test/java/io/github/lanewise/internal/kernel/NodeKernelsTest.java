package io.github.lanewise.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.scalar.ScalarNodeKernels;
import io.github.lanewise.testing.Allocated;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.Sizes;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Nodes in row layout: against the scalar kernels, and against nodes in panel layout. */
class NodeKernelsTest {
  private static final NodeKernels NODES = Kernels.nodes();
  private static final NodeKernels SCALAR = new ScalarNodeKernels();
  private static final int PANEL = TileKernels.PANEL;
  private static final float LOWEST = Float.NEGATIVE_INFINITY;

  private final float[] factors = new float[NodeKernels.FACTORS];
  private final SplittableRandom random = new SplittableRandom(17);

  /** Rows of every kind: ordinary, without keys, broken, far below any other, at a zero. */
  private float[] node(int rows, int valueDim, int before) {
    float[] node = new float[before + (int) NodeKernels.length(rows, valueDim) + 3];
    Arrays.fill(node, Float.NaN);
    for (int r = 0; r < rows; r++) {
      int kind = random.nextInt(6);
      boolean none = kind == 0;
      int at = before + r;
      boolean broken = kind == 2 && random.nextInt(4) == 0;
      float m = kind == 1 ? -200f : (float) random.nextDouble(-10, 10);
      node[at] = none ? LOWEST : broken ? Float.NaN : kind == 3 ? 0f * m : m; // either zero
      node[at + NodeKernels.sum(rows)] =
          none ? 0f : broken ? Float.NaN : (float) random.nextDouble(1, 300);
      node[at + NodeKernels.moment(rows)] = none ? 0f : -(float) random.nextDouble(0, 300);
      for (int c = 0; c < valueDim; c++) {
        node[before + NodeKernels.values(rows) + r * valueDim + c] =
            none ? 0f : broken ? Float.NaN : (float) random.nextDouble(-5, 5);
      }
    }
    return node;
  }

  @Test
  void mergeHasTheBitsOfTheScalarCodeAndTouchesNothingElse() {
    for (int valueDim : Sizes.sweep()) {
      for (int rows : new int[] {0, 1, 2, 7, 16, 37, 70}) {
        float[] a = node(rows, valueDim, 1);
        float[] b = node(rows, valueDim, 5);
        float[] expected = a.clone();
        float[] untouched = b.clone();
        SCALAR.mergeRows(expected, 1, b, 5, rows, valueDim, factors);
        NODES.mergeRows(a, 1, b, 5, rows, valueDim, factors);
        String what = rows + " rows of " + valueDim;
        Floats.assertBits(expected, a, what);
        Floats.assertBits(untouched, b, what);
      }
    }
  }

  @Test
  void bothNodesMayLieInOneArray() {
    float[] a = node(3, 40, 0);
    float[] b = node(3, 40, 0);
    float[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    NODES.mergeRows(a, 0, b, 0, 3, 40, factors);
    NODES.mergeRows(both, 0, both, a.length, 3, 40, factors);
    Floats.assertBits(a, Arrays.copyOf(both, a.length), "merged");
  }

  @Test
  void aRowWithoutKeysIsTheIdentityOnEitherSide() {
    float[] some = {3f, 2f, -0.5f, 1f, -0f, Float.NaN, 4f, Float.POSITIVE_INFINITY};
    float[] none = {LOWEST, 0f, 0f, 0f, 0f, 0f, 0f, 0f};
    float[] left = some.clone();
    NODES.mergeRows(left, 0, none, 0, 1, 5, factors);
    Floats.assertBits(some, left, "left");
    float[] right = none.clone();
    NODES.mergeRows(right, 0, some, 0, 1, 5, factors);
    Floats.assertBits(some, right, "right");
    float[] neither = none.clone();
    NODES.mergeRows(neither, 0, none, 0, 1, 5, factors);
    Floats.assertBits(none, neither, "neither");
  }

  @Test
  void theSameBitsAsInPanelLayout() {
    int valueDim = 19;
    for (int rows : new int[] {1, 5, PANEL}) {
      float[] a = node(rows, valueDim, 0);
      float[] b = node(rows, valueDim, 0);
      int length = NodeKernels.values(PANEL) + valueDim * PANEL;
      float[] panels = new float[2 * length];
      toPanel(a, rows, valueDim, panels, 0);
      toPanel(b, rows, valueDim, panels, length);
      NODES.mergePanels(panels, 0, length, valueDim, rows, factors);
      NODES.mergeRows(a, 0, b, 0, rows, valueDim, factors);
      float[] expected = panels.clone();
      toPanel(a, rows, valueDim, expected, 0);
      Floats.assertBits(expected, panels, rows + " rows, merged");
      NODES.normalizePanel(panels, 0, valueDim, rows);
      NODES.normalizeRows(a, 0, rows, valueDim);
      toPanel(a, rows, valueDim, expected, 0);
      Floats.assertBits(
          Arrays.copyOf(expected, length),
          Arrays.copyOf(panels, length),
          rows + " rows, normalized");
    }
  }

  private static void toPanel(float[] node, int rows, int valueDim, float[] panels, int from) {
    for (int r = 0; r < rows; r++) {
      panels[from + NodeKernels.MAXIMUM + r] = node[r];
      panels[from + NodeKernels.sum(PANEL) + r] = node[NodeKernels.sum(rows) + r];
      panels[from + NodeKernels.moment(PANEL) + r] = node[NodeKernels.moment(rows) + r];
      for (int c = 0; c < valueDim; c++) {
        panels[from + NodeKernels.values(PANEL) + c * PANEL + r] =
            node[NodeKernels.values(rows) + r * valueDim + c];
      }
    }
  }

  @Test
  void normalizeScalesAndLeavesNoMinusZero() {
    for (int valueDim : Sizes.sweep()) {
      float[] node = node(2, valueDim, 1);
      node[1 + NodeKernels.sum(2)] = 0f;
      node[1 + NodeKernels.sum(2) + 1] = 3f;
      int first = 1 + NodeKernels.values(2);
      int second = first + valueDim;
      Arrays.fill(node, second, second + valueDim / 2, -0f);
      float[] expected = node.clone();
      Arrays.fill(expected, first, second + valueDim / 2, 0f);
      for (int c = second + valueDim / 2; c < second + valueDim; c++) {
        expected[c] = node[c] * (1f / 3f);
      }
      NODES.normalizeRows(node, 1, 2, valueDim);
      Floats.assertBits(expected, node, "width " + valueDim);
    }
  }

  @Test
  void nothingIsAllocated() {
    float[] a = node(4, 130, 0);
    float[] b = node(4, 130, 0);
    double bytes =
        Allocated.bytesPerCall(
            () -> {
              NODES.mergeRows(a, 0, b, 0, 4, 130, factors);
              NODES.normalizeRows(a, 0, 4, 130);
            });
    assertEquals(0, bytes);
  }
}
