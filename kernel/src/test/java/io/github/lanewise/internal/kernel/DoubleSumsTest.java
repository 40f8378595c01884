package io.github.lanewise.internal.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The order of sums over rows: blocks of 256, ascending, and the binary tree over the blocks. */
class DoubleSumsTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 255, 256, 257, 511, 513, 768, 1025, 2000, 5000})
  void blocksAreSummedByTheTree(int count) {
    SplittableRandom random = new SplittableRandom(count);
    double[] x = new double[count + 3];
    float[] floats = new float[count + 3];
    double plain = 0;
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextDouble() - 0.3;
      floats[i] = (float) Math.scalb(random.nextDouble(), random.nextInt(80));
      plain += i < count ? x[i] : 0;
    }
    double[] wide = new double[floats.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = floats[i];
    }
    assertEquals(tree(x, count), DoubleSums.sum(x, count));
    assertEquals(tree(wide, count), DoubleSums.sum(floats, count));
    assertEquals(plain, DoubleSums.sum(x, count), 1e-11);
    assertTrue(count < 2000 || plain != DoubleSums.sum(x, count), "the order is seen");
  }

  private static double tree(double[] x, int count) {
    double[] nodes = new double[(count + 255) / 256];
    for (int i = 0; i < count; i++) {
      nodes[i / 256] += x[i];
    }
    while (nodes.length > 1) {
      double[] parents = new double[(nodes.length + 1) / 2];
      for (int i = 0; i < parents.length; i++) {
        parents[i] = 2 * i + 1 < nodes.length ? nodes[2 * i] + nodes[2 * i + 1] : nodes[2 * i];
      }
      nodes = parents;
    }
    return nodes.length == 0 ? 0 : nodes[0];
  }
}
