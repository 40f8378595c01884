package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.internal.mask.MaskPlan;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.mask.Sequences;
import io.github.lanewise.internal.tensor.StridedFloats;
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
    TensorSource source = new TensorSource();
    Sequences sequences = new Sequences();
    sequences.bindDense(1, QUERIES, KEYS);
    StridedFloats operand = StridedFloats.of(tensor);
    source.bind(operand, operand, sequences, 0, DIM, DIM);
    packed.begin(1, DIM, DIM);
    RowGroup group = new RowGroup();
    group.set(plan, 0, 0, 1, 0, QUERIES);
    packed.list(0, 0, 0, group);
    int chunks = packed.place(source);
    QueryBlock worker = new QueryBlock();
    int unseen = 0;
    for (int at = 0; at < chunks; at++) {
      PackedChunk chunk = packed.chunk(at);
      Arrays.fill(chunk.keys, chunk.keysAt, chunk.keysAt + chunk.roomKeys() * DIM, -1f);
      worker.packedFor.set(plan, 0, 0, 1, 0, QUERIES);
      worker.packedFor.findSeen(chunk.index * CHUNK, chunk.end);
      source.pack(chunk, worker);
      assertTrue(chunk.finite, "a hidden value was looked at");
      for (long key = chunk.firstKey; key < chunk.end; key++) {
        float wanted = seen[(int) key] ? key + 1f : 0f;
        int keyAt = chunk.keyAt(key - key % 16) + (int) (key % 16);
        for (int t = 0; t < DIM; t++) {
          assertEquals(wanted, chunk.keys[keyAt + t * 16], "key " + key);
          assertEquals(wanted, chunk.values[chunk.valueAt(key) + t], "value " + key);
        }
        unseen += seen[(int) key] ? 0 : 1;
      }
    }
    for (int key = 0; key < KEYS; key++) {
      PackedChunk chunk = packed.chunk(Math.min(chunks - 1, packed.find(0, key / 256)));
      assertTrue(!seen[key] || (chunk.firstKey <= key && key < chunk.end), "key " + key);
    }
    assertTrue(unseen < 256 + 16 || kind == 2, "chunks that nobody sees take room");
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
}
