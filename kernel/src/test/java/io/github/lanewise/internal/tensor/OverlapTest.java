package io.github.lanewise.internal.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.Property;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("property")
@Tag("once")
class OverlapTest {

  private static final int BYTES = 480;

  /** The same 480 bytes under several descriptions; addresses count from the buffer's start. */
  private enum Buffer {
    FLOATS,
    BYTE_ARRAY,
    NATIVE;

    /** A row-major tensor over part of the buffer. */
    FloatTensor over(
        Object memory, int fromByte, boolean asSegment, boolean readOnly, long[] shape) {
      long count = Shapes.count(shape);
      if (this == FLOATS && !asSegment && !readOnly && fromByte % 4 == 0) {
        return FloatTensor.ofRange((float[]) memory, fromByte / 4, shape);
      }
      MemorySegment whole =
          switch (this) {
            case FLOATS -> MemorySegment.ofArray((float[]) memory);
            case BYTE_ARRAY -> MemorySegment.ofArray((byte[]) memory);
            case NATIVE -> (MemorySegment) memory;
          };
      MemorySegment part = whole.asSlice(fromByte, 4 * count);
      return FloatTensor.of(readOnly ? part.asReadOnly() : part, shape);
    }

    Object allocate(Arena arena) {
      return switch (this) {
        case FLOATS -> new float[BYTES / 4];
        case BYTE_ARRAY -> new byte[BYTES];
        case NATIVE -> arena.allocate(BYTES, 4);
      };
    }
  }

  /** A tensor, and by index the first byte of every element, found without the code under test. */
  private record View(FloatTensor tensor, Map<String, Integer> bytes) {

    static View draw(Draw draw, String name, Buffer buffer, Object memory) {
      // Parts of the whole buffer interleave more often than tensors from anywhere.
      boolean whole = !draw.onceIn(3, name + ".anywhere");
      long[] shape = whole ? wholeShape(draw, name) : anyShape(draw, name);
      int rank = shape.length;
      long elements = Shapes.count(shape);
      boolean aligned = buffer == Buffer.FLOATS || !draw.onceIn(2, name + ".unaligned");
      int from = draw.integer(name + ".from", 0, (int) (BYTES - 4 * elements));
      if (aligned && !draw.onceIn(6, name + ".unalignedFloats")) {
        from -= from % 4;
      }
      FloatTensor t =
          buffer.over(
              memory,
              from,
              draw.onceIn(3, name + ".segment"),
              draw.onceIn(5, name + ".readOnly"),
              shape);
      Map<String, Integer> bytes = new HashMap<>();
      for (int n = 0; n < elements; n++) {
        int[] index = new int[rank];
        for (int axis = rank - 1, rest = n; axis >= 0; rest /= (int) shape[axis], axis--) {
          index[axis] = rest % (int) shape[axis];
        }
        bytes.put(key(index), from + 4 * n);
      }
      View view = new View(t, bytes);
      for (int step = draw.integer(name + ".steps", 0, 4); step > 0; step--) {
        view = view.step(draw, name + "." + step);
      }
      return view;
    }

    private static long[] wholeShape(Draw draw, String name) {
      int a = draw.oneOf(name + ".size0", 2, 3, 4, 5, 10);
      int b = draw.oneOf(name + ".size1", 2, 3, 4, 6);
      int rest = BYTES / 4 / (a * b);
      return draw.onceIn(2, name + ".rank4")
          ? new long[] {a, b, rest / 2, 2}
          : new long[] {a, b, rest};
    }

    private static long[] anyShape(Draw draw, String name) {
      long[] shape = new long[draw.integer(name + ".rank", 1, 4)];
      long count = 1;
      for (int axis = 0; axis < shape.length; axis++) {
        int most = (int) (100 / count);
        shape[axis] =
            draw.onceIn(25, name + ".empty")
                ? 0
                : draw.integer(name + ".size", 1, Math.max(1, Math.min(most, 14)));
        count *= Math.max(shape[axis], 1);
      }
      return shape;
    }

    /** A narrow slice: it leaves room for others in between. */
    private View slice(Draw draw, String name, int axis) {
      int size = (int) tensor.size(axis);
      int from = draw.integer(name + ".from", 0, size);
      int to = Math.min(size, from + draw.integer(name + ".width", 0, 2 + size / 3));
      View next = new View(tensor.slice(axis, from, to), new HashMap<>());
      bytes.forEach(
          (key, value) -> {
            int[] index = index(key);
            if (index[axis] >= from && index[axis] < to) {
              index[axis] -= from;
              next.bytes.put(key(index), value);
            }
          });
      return next;
    }

    /** One random slice, select or permutation, carried out on the map as well. */
    private View step(Draw draw, String name) {
      int rank = tensor.rank();
      int axis = draw.integer(name + ".axis", 0, rank - 1);
      int size = (int) tensor.size(axis);
      try {
        switch (draw.integer(name + ".kind", 0, 5)) {
          case 0, 1, 2, 3 -> {
            return slice(draw, name, axis);
          }
          case 4 -> {
            int at = draw.integer(name + ".at", 0, Math.max(size - 1, 0));
            View next = new View(tensor.select(axis, at), new HashMap<>());
            bytes.forEach(
                (key, value) -> {
                  int[] index = index(key);
                  if (index[axis] == at) {
                    int[] without = new int[rank - 1];
                    System.arraycopy(index, 0, without, 0, axis);
                    System.arraycopy(index, axis + 1, without, axis, rank - 1 - axis);
                    next.bytes.put(key(without), value);
                  }
                });
            return next;
          }
          default -> {
            int[] axes = draw.permutation(name + ".axes", rank);
            View next = new View(tensor.permute(axes), new HashMap<>());
            bytes.forEach(
                (key, value) -> {
                  int[] index = index(key);
                  int[] permuted = new int[rank];
                  for (int to = 0; to < rank; to++) {
                    permuted[to] = index[axes[to]];
                  }
                  next.bytes.put(key(permuted), value);
                });
            return next;
          }
        }
      } catch (IllegalArgumentException | IndexOutOfBoundsException notPossible) {
        return this;
      }
    }

    private static String key(int[] index) {
      StringBuilder key = new StringBuilder();
      for (int i : index) {
        key.append((char) i);
      }
      return key.toString();
    }

    private static int[] index(String key) {
      return key.chars().toArray();
    }

    boolean meets(View other) {
      Set<Integer> touched = new HashSet<>();
      for (int first : bytes.values()) {
        for (int b = 0; b < 4; b++) {
          touched.add(first + b);
        }
      }
      return other.bytes.values().stream()
          .anyMatch(
              first ->
                  touched.contains(first)
                      || touched.contains(first + 1)
                      || touched.contains(first + 2)
                      || touched.contains(first + 3));
    }

    boolean isSame(View other) {
      return Arrays.equals(tensor.shape(), other.tensor.shape()) && bytes.equals(other.bytes);
    }
  }

  @Test
  void agreesWithEnumerationOfAllElements() {
    int[] seen = new int[4];
    try (Arena arena = Arena.ofConfined()) {
      Property.check(
          54_000, // each kind of pair has to come up, also among a ninth of them
          draw -> {
            Buffer buffer = draw.oneOf("buffer", Buffer.values());
            Object memory = buffer.allocate(arena);
            View a = View.draw(draw, "a", buffer, memory);
            View b = draw.onceIn(8, "same") ? a : View.draw(draw, "b", buffer, memory);
            if (draw.onceIn(2, "siblings") && a.tensor.rank() > 1) {
              View parent = a;
              int axis = draw.integer("siblings.axis", 1, a.tensor.rank() - 1);
              a = parent.slice(draw, "left", axis);
              b = parent.slice(draw, "right", axis);
            }
            check(a, b);
            check(b, a);
            boolean meet = a.meets(b);
            seen[meet ? 0 : 1]++;
            seen[2] += !meet && boundsMeet(a, b) ? 1 : 0;
            seen[3] += a.isSame(b) && !a.bytes.isEmpty() ? 1 : 0;
          });
    }
    // The property is worth something only if each kind of pair came up.
    System.out.printf(
        "overlap: %d pairs meet, %d do not, %d of these interleave, %d are the same%n",
        seen[0], seen[1], seen[2], seen[3]);
    assertTrue(seen[0] > 1000 && seen[1] > 1000 && seen[2] > 200 && seen[3] > 300);
  }

  private static void check(View a, View b) {
    StridedFloats x = StridedFloats.of(a.tensor);
    StridedFloats y = StridedFloats.of(b.tensor);
    assertEquals(a.meets(b), Overlap.overlaps(x, y), () -> a.tensor + " and " + b.tensor);
    if (!a.bytes.isEmpty()) {
      assertEquals(a.isSame(b), Overlap.same(x, y), () -> a.tensor + " and " + b.tensor);
    }
  }

  private static boolean boundsMeet(View a, View b) {
    if (a.bytes.isEmpty() || b.bytes.isEmpty()) {
      return false;
    }
    return Collections.min(a.bytes.values()) <= Collections.max(b.bytes.values())
        && Collections.min(b.bytes.values()) <= Collections.max(a.bytes.values());
  }

  @Test
  void queriesKeysValuesAndOutputInterleaveInOneBuffer() {
    FloatTensor packed = FloatTensor.allocate(3 * 5, 4, 2 * 8).reshape(3, 5, 4, 16);
    FloatTensor wide = FloatTensor.allocate(2, 7, 4 * 3 * 8);
    FloatTensor[] parts = new FloatTensor[4];
    for (int p = 0; p < 4; p++) {
      parts[p] = wide.slice(2, 24L * p, 24L * p + 24);
      for (int other = 0; other < p; other++) {
        FloatTensor shifted = wide.slice(2, 24L * other + 1, 24L * other + 25);
        assertFalse(overlaps(parts[p], parts[other]));
        assertEquals(other == p - 1, overlaps(parts[p], shifted));
      }
    }
    FloatTensor heads = packed.permute(0, 2, 1, 3);
    assertFalse(overlaps(heads.slice(3, 0, 8), heads.slice(3, 8, 16)));
    assertTrue(overlaps(heads.slice(3, 0, 9), heads.slice(3, 8, 16)));
    assertFalse(overlaps(heads.slice(1, 1, 2), packed.slice(2, 2, 4)));
  }

  @Test
  void differentMemoryNeverMeets() {
    try (Arena arena = Arena.ofConfined()) {
      float[] array = new float[8];
      FloatTensor[] tensors = {
        FloatTensor.of(array, 8),
        FloatTensor.of(MemorySegment.ofArray(new float[8]).asReadOnly(), 8),
        FloatTensor.of(MemorySegment.ofArray(new byte[32]), 8),
        FloatTensor.of(MemorySegment.ofArray(new byte[32]).asReadOnly(), 8),
        FloatTensor.allocate(8),
        FloatTensor.allocate(arena, 8),
        FloatTensor.allocate(arena, 8)
      };
      for (int i = 0; i < tensors.length; i++) {
        for (int j = 0; j < tensors.length; j++) {
          assertEquals(i == j, overlaps(tensors[i], tensors[j]), i + " and " + j);
          assertEquals(i == j, same(tensors[i], tensors[j]), i + " and " + j);
        }
      }
      FloatTensor readOnly = FloatTensor.of(MemorySegment.ofArray(array).asReadOnly(), 8);
      assertTrue(same(readOnly, tensors[0]));
      assertTrue(same(tensors[0], FloatTensor.of(MemorySegment.ofArray(array), 8)));
    }
  }

  @Test
  void largeTensorsAreDecidedAtOnce() {
    FloatTensor all = FloatTensor.allocate(1 << 9, 3, 32, 128);
    FloatTensor q = all.select(1, 0);
    FloatTensor k = all.select(1, 1);
    FloatTensor reshaped = all.reshape(1 << 7, 4, 96, 128);
    assertTimeoutPreemptively(
        Duration.ofSeconds(2),
        () -> {
          assertFalse(overlaps(q.permute(1, 0, 2), k));
          assertTrue(overlaps(q, all));
          assertTrue(overlaps(q.permute(1, 0, 2), reshaped));
          assertFalse(overlaps(q, reshaped.slice(2, 32, 64)));
        });
  }

  private static boolean overlaps(FloatTensor a, FloatTensor b) {
    boolean answer = Overlap.overlaps(StridedFloats.of(a), StridedFloats.of(b));
    assertEquals(answer, Overlap.overlaps(StridedFloats.of(b), StridedFloats.of(a)));
    return answer;
  }

  private static boolean same(FloatTensor a, FloatTensor b) {
    return Overlap.same(StridedFloats.of(a), StridedFloats.of(b));
  }
}
