package io.github.lanewise;

import static io.github.lanewise.testing.Refused.assertIllegal;
import static io.github.lanewise.testing.Refused.assertOutOfBounds;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.testing.TestArena;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloatTensorTest {

  /** Every kind of memory that a tensor may lie in. */
  enum Memory {
    ARRAY(data -> FloatTensor.of(data.clone(), 2, 3, 4)),
    ARRAY_RANGE(
        data -> {
          float[] wider = new float[data.length + 7];
          System.arraycopy(data, 0, wider, 5, data.length);
          return FloatTensor.ofRange(wider, 5, 2, 3, 4);
        }),
    HEAP_FLOATS(data -> over(MemorySegment.ofArray(new float[data.length]), data)),
    HEAP_FLOATS_PART(
        data -> over(MemorySegment.ofArray(new float[40]).asSlice(12, 4L * data.length), data)),
    HEAP_FLOATS_UNALIGNED(
        data -> over(MemorySegment.ofArray(new float[40]).asSlice(3, 4L * data.length), data)),
    HEAP_BYTES(data -> over(MemorySegment.ofArray(new byte[4 * data.length]), data)),
    HEAP_BYTES_UNALIGNED(
        data -> over(MemorySegment.ofArray(new byte[200]).asSlice(1, 4L * data.length), data)),
    HEAP_LONGS(data -> over(MemorySegment.ofArray(new long[data.length / 2]), data)),
    HEAP_BUFFER(data -> over(MemorySegment.ofBuffer(ByteBuffer.allocate(4 * data.length)), data)),
    NATIVE(data -> over(Arena.ofAuto().allocate(4L * data.length, 64), data)),
    NATIVE_UNALIGNED(
        data -> over(Arena.ofAuto().allocate(200, 64).asSlice(3, 4L * data.length), data));

    @SuppressWarnings("ImmutableEnumChecker") // the function is
    private final Function<float[], FloatTensor> maker;

    Memory(Function<float[], FloatTensor> maker) {
      this.maker = maker;
    }

    /** A tensor [2, 3, 4] with element i·100 + j·10 + k at [i, j, k]. */
    FloatTensor counted() {
      float[] data = new float[24];
      for (int n = 0; n < 24; n++) {
        data[n] = n / 12 * 100 + n / 4 % 3 * 10 + n % 4;
      }
      return maker.apply(data);
    }

    private static FloatTensor over(MemorySegment segment, float[] data) {
      MemorySegment.copy(data, 0, segment, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, data.length);
      return FloatTensor.of(segment, 2, 3, 4);
    }
  }

  @ParameterizedTest
  @EnumSource
  void elementsLieRowMajor(Memory memory) {
    FloatTensor t = memory.counted();
    assertEquals(3, t.rank());
    assertArrayEquals(new long[] {2, 3, 4}, t.shape());
    assertArrayEquals(new long[] {12, 4, 1}, strides(t));
    float[] copy = t.toArray();
    for (int i = 0, n = 0; i < 2; i++) {
      for (int j = 0; j < 3; j++) {
        for (int k = 0; k < 4; k++, n++) {
          assertEquals(i * 100 + j * 10 + k, t.get(i, j, k));
          assertEquals(i * 100 + j * 10 + k, copy[n]);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void viewsShowTheSameMemory(Memory memory) {
    FloatTensor t = memory.counted();

    FloatTensor sliced = t.slice(1, 1, 3);
    assertArrayEquals(new long[] {2, 2, 4}, sliced.shape());
    assertArrayEquals(new float[] {10, 11, 12, 13, 20, 21, 22, 23}, slab(sliced, 0));
    assertArrayEquals(new float[] {110, 111, 112, 113, 120, 121, 122, 123}, slab(sliced, 1));

    FloatTensor columns = t.slice(2, 1, 3);
    assertArrayEquals(
        new float[] {1, 2, 11, 12, 21, 22, 101, 102, 111, 112, 121, 122}, columns.toArray());

    FloatTensor selected = t.select(1, 2);
    assertArrayEquals(new float[] {20, 21, 22, 23, 120, 121, 122, 123}, selected.toArray());
    assertArrayEquals(new float[] {120, 121, 122, 123}, selected.select(0, 1).toArray());

    FloatTensor permuted = t.permute(1, 0, 2);
    assertArrayEquals(new long[] {3, 2, 4}, permuted.shape());
    assertEquals(112, permuted.get(1, 1, 2));
    assertArrayEquals(t.toArray(), permuted.permute(1, 0, 2).toArray());

    FloatTensor flat = t.reshape(4, 6);
    assertEquals(t.toArray()[17], flat.get(2, 5));

    sliced.set(-1, 1, 0, 3);
    assertEquals(-1, t.get(1, 1, 3));
    assertEquals(-1, permuted.get(1, 1, 3));
    assertEquals(-1, flat.get(19 / 6, 19 % 6));
  }

  @Test
  void anArrayIsNotCopied() {
    float[] data = {1, 2, 3, 4, 5};
    FloatTensor t = FloatTensor.ofRange(data, 1, 2, 2);
    data[4] = 50;
    assertEquals(50, t.get(1, 1));
    t.set(20, 0, 0);
    assertEquals(20, data[1]);
  }

  @Test
  void sizesMayBeZero() {
    for (long[] shape : new long[][] {{0}, {0, 3}, {3, 0}, {2, 0, 3}, {0, 0, 0, 0}}) {
      FloatTensor t = FloatTensor.of(new float[0], shape);
      assertArrayEquals(shape, t.shape());
      assertEquals(1, t.stride(t.rank() - 1));
      assertEquals(0, t.toArray().length);
      assertEquals(0, FloatTensor.allocate(shape).toArray().length);
      assertEquals(0, FloatTensor.allocate(Arena.ofAuto(), shape).toArray().length);
      assertEquals(0, FloatTensor.of(MemorySegment.NULL, shape).toArray().length);
      assertEquals(0, t.reshape(5, 0).toArray().length);
    }
    FloatTensor t = FloatTensor.allocate(2, 3);
    // Operators walk empty rows too: each must begin within the memory.
    assertEquals(0, FloatTensor.allocate(5, 0).stride(0));
    assertEquals(0, FloatTensor.allocate(5, 7, 0).stride(1));
    FloatTensor end = t.slice(0, 2, 2);
    assertEquals(0, end.toArray().length);
    assertTrue(end.toString().contains("offset 0"), "an empty part stays inside the array");
    assertEquals(0, t.slice(0, 1, 2).slice(1, 3, 3).toArray().length);
    assertEquals(0, t.slice(0, 1, 1).select(1, 2).toArray().length);
  }

  @Test
  void theLastAxisStaysContiguous() {
    FloatTensor t = FloatTensor.allocate(2, 3, 4);
    assertIllegal(() -> t.permute(0, 2, 1), "stride 4");
    assertIllegal(() -> t.select(2, 0), "stride 4");
    // An axis of size 1 or 0 is never walked: any place is good for it.
    FloatTensor thin = t.slice(1, 2, 3).permute(0, 2, 1);
    assertArrayEquals(new long[] {12, 1, 1}, strides(thin));
    assertArrayEquals(new long[] {2, 4, 1}, thin.shape());
    assertArrayEquals(new long[] {2, 4, 0}, t.slice(1, 2, 2).permute(0, 2, 1).shape());
    FloatTensor column = FloatTensor.of(new float[] {1, 2, 3}, 3, 1);
    assertArrayEquals(new float[] {1, 2, 3}, column.select(1, 0).toArray());
    assertArrayEquals(new float[] {1, 2, 3}, column.permute(1, 0).toArray());
  }

  @Test
  void allocateMakesZeros() {
    assertArrayEquals(new float[6], FloatTensor.allocate(2, 3).toArray());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment odd = arena.allocate(1, 1);
      assertTrue(odd.address() != 0);
      FloatTensor t = FloatTensor.allocate(arena, 2, 3);
      assertArrayEquals(new float[6], t.toArray());
      t.set(3, 1, 2);
      assertEquals(3, t.get(1, 2));
    }
  }

  @Test
  void nativeTensorsAreAlignedTo64Bytes() {
    try (Arena arena = Arena.ofConfined()) {
      for (int n = 1; n < 20; n++) {
        TestArena spy = new TestArena(arena);
        assertEquals(n, FloatTensor.allocate(spy, n).size(0));
        assertEquals(0, spy.last().address() % 64);
      }
    }
  }

  @Test
  void segmentsLargerThanAnArrayAreReached() {
    long count = (1L << 31) + 5;
    try (Arena arena = Arena.ofConfined()) {
      // Reserved only: of its 8 GB the test touches a few pages.
      FloatTensor t = FloatTensor.of(untouched(arena, 4 * count), count);
      t.set(7, count - 1);
      assertEquals(7, t.get(count - 1));
      assertArrayEquals(new float[] {0, 7}, t.slice(0, count - 2, count).toArray());
      assertIllegal(t::toArray, "" + count);
    }
  }

  /** A sparse file's pages exist only once they are written. */
  private static MemorySegment untouched(Arena arena, long bytes) {
    try {
      Path file = Files.createTempFile("lanewise", ".sparse");
      file.toFile().deleteOnExit();
      try (var channel =
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE)) {
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void wrongShapesAreRefused() {
    float[] six = new float[6];
    assertIllegal(() -> FloatTensor.of(new float[1]), "rank 0");
    assertIllegal(() -> FloatTensor.of(six, 1, 1, 1, 2, 3), "rank 5");
    assertIllegal(() -> FloatTensor.of(six, -2, -3), "negative");
    assertIllegal(() -> FloatTensor.allocate(3, -1), "negative");
    assertIllegal(() -> FloatTensor.of(six, 2, 4), "has 8 elements, but data.length is 6");
    assertIllegal(() -> FloatTensor.of(six, 5), "has 5 elements, but data.length is 6");
    MemorySegment segment = MemorySegment.ofArray(six);
    assertIllegal(
        () -> FloatTensor.of(segment, 7), "has 7 elements of 4 bytes, but data.byteSize() is 24");
    assertIllegal(() -> FloatTensor.of(segment.asSlice(0, 22), 5), "is 22");
    // In 64 bits 2^32 · 2^32 and 2^62 · 4 are 0, and 2^62 · 2 and 2^61 · 4 bytes are negative.
    assertIllegal(() -> FloatTensor.allocate(1L << 62, 2), "too large");
    assertIllegal(() -> FloatTensor.of(new float[0], 1L << 32, 1L << 32), "too large");
    assertIllegal(() -> FloatTensor.allocate(1L << 62, 4), "too large");
    assertIllegal(() -> FloatTensor.allocate(0, 1L << 62, 4), "too large");
    assertIllegal(() -> FloatTensor.allocate(Long.MAX_VALUE, 2, 2), "too large");
    assertIllegal(() -> FloatTensor.of(MemorySegment.NULL, 1L << 62), "data.byteSize() is 0");
    assertIllegal(() -> FloatTensor.allocate(Arena.ofAuto(), 1L << 61), "can be addressed");
    assertIllegal(() -> FloatTensor.allocate(1L << 31), "use allocate(Arena, long...)");
    assertIllegal(() -> FloatTensor.allocate(Integer.MAX_VALUE), "use allocate(Arena, long...)");
    FloatTensor t = FloatTensor.of(six, 2, 3);
    assertIllegal(() -> t.reshape(8), "has 8 elements, but this tensor has 6");
    assertIllegal(() -> t.reshape(0), "has 0 elements, but this tensor has 6");
    assertIllegal(() -> t.reshape(-1, 3), "negative");
    assertIllegal(() -> t.slice(1, 0, 2).reshape(4), "dense");
    assertIllegal(() -> FloatTensor.allocate(2, 2, 2).permute(1, 0, 2).reshape(8), "dense");
  }

  @Test
  void denseViewsReshape() {
    FloatTensor t = FloatTensor.of(new float[] {0, 1, 2, 3, 4, 5}, 1, 3, 1, 2);
    assertArrayEquals(new float[] {2, 3, 4, 5}, t.slice(1, 1, 3).reshape(4).toArray());
    assertArrayEquals(t.toArray(), t.permute(2, 1, 0, 3).reshape(2, 3).toArray());
  }

  @Test
  void wrongIndicesAreRefused() {
    FloatTensor t = FloatTensor.allocate(2, 3);
    assertOutOfBounds(() -> t.get(0, 3), "index 3, but size(1) is 3");
    assertOutOfBounds(() -> t.get(-1, 0), "index -1, but size(0) is 2");
    assertOutOfBounds(() -> t.set(1, 2, 0), "index 2, but size(0) is 2");
    assertOutOfBounds(() -> t.get(0, Long.MAX_VALUE), "size(1) is 3");
    assertOutOfBounds(() -> t.get(0, 1L << 32), "size(1) is 3");
    assertIllegal(() -> t.get(1), "1 numbers, but the rank is 2");
    assertIllegal(() -> t.set(0, 1, 1, 1), "3 numbers, but the rank is 2");
    assertOutOfBounds(() -> t.size(2), "axis 2, but the rank is 2");
    assertOutOfBounds(() -> t.stride(-1), "axis -1, but the rank is 2");
    assertOutOfBounds(() -> t.slice(2, 0, 0), "axis 2, but the rank is 2");
    assertOutOfBounds(() -> t.slice(1, 0, 4), "from 0 to 4, but size(1) is 3");
    assertOutOfBounds(() -> t.slice(1, -1, 2), "from -1 to 2");
    assertOutOfBounds(() -> t.slice(1, 2, 1), "from 2 to 1");
    assertOutOfBounds(() -> t.select(0, 2), "index 2, but size(0) is 2");
    assertOutOfBounds(() -> t.select(0, -1), "index -1");
    assertOutOfBounds(() -> t.select(5, 0), "axis 5, but the rank is 2");
    assertIllegal(() -> t.select(0, 0).select(0, 0), "the rank is 1");
    assertIllegal(() -> t.permute(0), "[0]");
    assertIllegal(() -> t.permute(0, 0), "[0, 0]");
    assertIllegal(() -> t.permute(0, 2), "[0, 2]");
    assertIllegal(() -> t.permute(-1, 1), "[-1, 1]");
    assertIllegal(() -> t.permute(0, 1, 1), "[0, 1, 1]");
    float[] data = new float[6];
    assertOutOfBounds(
        () -> FloatTensor.ofRange(data, 1, 2, 3), "from offset 1, but data.length is 6");
    assertOutOfBounds(() -> FloatTensor.ofRange(data, -1, 2), "from offset -1");
    assertOutOfBounds(() -> FloatTensor.ofRange(data, 7, 0), "from offset 7");
    assertOutOfBounds(
        () -> FloatTensor.ofRange(data, Integer.MAX_VALUE, Long.MAX_VALUE), "data.length is 6");
    assertEquals(0, FloatTensor.ofRange(data, 6, 0).toArray().length);
  }

  @Test
  void closedArenasAndReadOnlySegmentsAreRefused() throws InterruptedException {
    Arena arena = Arena.ofConfined();
    MemorySegment segment = arena.allocate(24);
    FloatTensor t = FloatTensor.of(segment, 2, 3);
    Thread other =
        Thread.ofPlatform()
            .unstarted(() -> assertThrows(WrongThreadException.class, () -> t.get(0, 0)));
    boolean[] failed = new boolean[1];
    other.setUncaughtExceptionHandler((thread, thrown) -> failed[0] = true);
    other.start();
    other.join();
    assertEquals(false, failed[0]);
    arena.close();
    assertThrows(IllegalStateException.class, () -> t.get(0, 0));
    assertThrows(IllegalStateException.class, () -> t.set(1, 0, 0));
    assertThrows(IllegalStateException.class, t::toArray);
    assertThrows(IllegalStateException.class, () -> FloatTensor.of(segment, 2, 3));
    assertThrows(IllegalStateException.class, () -> FloatTensor.allocate(arena, 2));
    assertTrue(t.toString().contains("closed"), t.toString());

    float[] data = {1, 2, 3};
    FloatTensor readOnly = FloatTensor.of(MemorySegment.ofArray(data).asReadOnly(), 3);
    assertArrayEquals(data, readOnly.toArray());
    assertIllegal(() -> readOnly.set(9, 0), "read-only");
    assertIllegal(() -> readOnly.slice(0, 1, 2).set(9, 0), "read-only");
    assertEquals(1, data[0]);
  }

  @Test
  void whatIsHandedOutOrTakenInIsACopy() {
    long[] shape = {2, 3};
    FloatTensor t = FloatTensor.of(new float[6], shape);
    shape[0] = 100;
    t.shape()[1] = 100;
    assertArrayEquals(new long[] {2, 3}, t.shape());
    long[] reshaped = {3, 2};
    FloatTensor r = t.reshape(reshaped);
    reshaped[0] = 100;
    assertArrayEquals(new long[] {3, 2}, r.shape());
  }

  @Test
  void toStringShowsTheLayoutAndNoContents() {
    FloatTensor t = FloatTensor.allocate(2, 3);
    assertEquals("FloatTensor[2, 3] offset 0 in a float[]", t.toString());
    assertEquals(
        "FloatTensor[2, 2] strides [3, 1] offset 1 in a float[]", t.slice(1, 1, 3).toString());
    assertEquals(
        "FloatTensor[1] offset 0 in heap memory, read-only",
        FloatTensor.of(MemorySegment.ofArray(new byte[4]).asReadOnly(), 1).toString());
    assertEquals(
        "FloatTensor[1] offset 0 in native memory",
        FloatTensor.allocate(Arena.ofAuto(), 1).toString());
  }

  @Test
  void tensorsAreComparedByIdentity() {
    float[] data = new float[2];
    assertNotEquals(FloatTensor.of(data, 2), FloatTensor.of(data, 2));
  }

  private static float[] slab(FloatTensor t, long index) {
    return t.select(0, index).toArray();
  }

  private static long[] strides(FloatTensor t) {
    long[] strides = new long[t.rank()];
    for (int axis = 0; axis < strides.length; axis++) {
      strides[axis] = t.stride(axis);
    }
    return strides;
  }
}
