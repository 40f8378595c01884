package io.github.lanewise.internal.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.TensorAccess;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys and values that no query sees are not read. */
class PackedHeadsTest {

  private static final int QUERIES = 3;
  private static final int KEYS = 600;
  private static final int DIM = 5;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void onlySeenKeysAreRead(int kind) {
    boolean[] seen = new boolean[KEYS];
    Mask mask = mask(kind, seen);
    float[] rows = new float[KEYS * DIM];
    for (int key = 0; key < KEYS; key++) {
      Arrays.fill(rows, key * DIM, (key + 1) * DIM, seen[key] ? key + 1f : Float.NaN);
    }
    FloatTensor tensor = FloatTensor.of(rows, 1, 1, KEYS, DIM);
    MaskPlan plan = new MaskPlan();
    plan.bind(mask, 1, 1, QUERIES, KEYS);

    PackedHeads packed = new PackedHeads();
    packed.begin(1, DIM, DIM);
    packed.setHull(0, plan, 0, 0, 1, QUERIES, KEYS);
    int chunks = packed.allocate(1);
    Arrays.fill(packed.keys, -1f); // what an earlier call left
    Arrays.fill(packed.values, -1f);
    SeenKeys look = new SeenKeys();
    for (int chunk = 0; chunk < chunks; chunk++) {
      long start = packed.chunkStart(0, chunk);
      look.look(plan, 0, 0, 1, QUERIES, start, packed.chunkEnd(0, chunk));
      packed.pack(
          0,
          chunk,
          look,
          TensorAccess.of(tensor),
          TensorAccess.of(tensor),
          0,
          0,
          0,
          new StagedRows());
      assertTrue(packed.isFinite(0, start / TileKernels.CHUNK), "a hidden value was looked at");
    }

    for (int key = first(seen); key < KEYS; key++) {
      if (!seen[key] && key / 16 > last(seen) / 16) {
        break; // beyond the last group that is packed
      }
      float wanted = seen[key] ? key + 1f : 0f;
      int keyAt = packed.keyAt(0, key - key % 16) + key % 16;
      for (int t = 0; t < DIM; t++) {
        assertEquals(wanted, packed.keys[keyAt + t * 16], "key " + key);
        assertEquals(wanted, packed.values[packed.valueAt(0, key) + t], "value " + key);
      }
    }
    assertFalse(seen[KEYS - 1] && seen[0], "the test needs something hidden");
  }

  private static Mask mask(int kind, boolean[] seen) {
    if (kind == 0) { // ranges: a window
      Arrays.fill(seen, 40, 40 + 10 + QUERIES, true);
      return Mask.window(10, 0, 50);
    }
    if (kind == 1) { // a prefix, a gap, a window
      Arrays.fill(seen, 0, 4, true);
      Arrays.fill(seen, 500, 510 + QUERIES, true);
      return Mask.prefix(4).or(Mask.window(10, 0, 510));
    }
    boolean[] allowed = new boolean[QUERIES * KEYS];
    for (int i = 0; i < allowed.length; i++) {
      int key = i % KEYS;
      allowed[i] = key > 17 && key % 64 > 20 && key % 7 != 0 && key < 595 && i % 2 == 0;
      seen[key] |= allowed[i];
    }
    return Mask.allowed(allowed, QUERIES, KEYS);
  }

  private static int first(boolean[] seen) {
    int key = 0;
    while (!seen[key]) {
      key++;
    }
    return key;
  }

  private static int last(boolean[] seen) {
    int key = KEYS - 1;
    while (!seen[key]) {
      key--;
    }
    return key;
  }
}
