package io.github.lanewise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
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
    assertIllegal("stride 4", () -> t.permute(0, 2, 1));
    assertIllegal("stride 4", () -> t.select(2, 0));
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
        AtomicLong address = new AtomicLong();
        Arena spy = new Spy(arena, address);
        assertEquals(n, FloatTensor.allocate(spy, n).size(0));
        assertEquals(0, address.get() % 64);
      }
    }
  }

  /** Remembers where it allocated. */
  private record Spy(Arena arena, AtomicLong address) implements Arena {
    @Override
    public MemorySegment allocate(long byteSize, long byteAlignment) {
      MemorySegment segment = arena.allocate(byteSize, byteAlignment);
      address.set(segment.address());
      return segment;
    }

    @Override
    public MemorySegment.Scope scope() {
      return arena.scope();
    }

    @Override
    public void close() {
      arena.close();
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
      assertIllegal("" + count, t::toArray);
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
    assertIllegal("rank 0", () -> FloatTensor.of(new float[1]));
    assertIllegal("rank 5", () -> FloatTensor.of(six, 1, 1, 1, 2, 3));
    assertIllegal("negative", () -> FloatTensor.of(six, -2, -3));
    assertIllegal("negative", () -> FloatTensor.allocate(3, -1));
    assertIllegal("has 8 elements, but data.length is 6", () -> FloatTensor.of(six, 2, 4));
    assertIllegal("has 5 elements, but data.length is 6", () -> FloatTensor.of(six, 5));
    MemorySegment segment = MemorySegment.ofArray(six);
    assertIllegal(
        "has 7 elements of 4 bytes, but data.byteSize() is 24", () -> FloatTensor.of(segment, 7));
    assertIllegal("is 22", () -> FloatTensor.of(segment.asSlice(0, 22), 5));
    // In 64 bits 2^32 · 2^32 and 2^62 · 4 are 0, and 2^62 · 2 and 2^61 · 4 bytes are negative.
    assertIllegal("too large", () -> FloatTensor.allocate(1L << 62, 2));
    assertIllegal("too large", () -> FloatTensor.of(new float[0], 1L << 32, 1L << 32));
    assertIllegal("too large", () -> FloatTensor.allocate(1L << 62, 4));
    assertIllegal("too large", () -> FloatTensor.allocate(0, 1L << 62, 4));
    assertIllegal("too large", () -> FloatTensor.allocate(Long.MAX_VALUE, 2, 2));
    assertIllegal("data.byteSize() is 0", () -> FloatTensor.of(MemorySegment.NULL, 1L << 62));
    assertIllegal("can be addressed", () -> FloatTensor.allocate(Arena.ofAuto(), 1L << 61));
    assertIllegal("use allocate(Arena, long...)", () -> FloatTensor.allocate(1L << 31));
    assertIllegal("use allocate(Arena, long...)", () -> FloatTensor.allocate(Integer.MAX_VALUE));
    FloatTensor t = FloatTensor.of(six, 2, 3);
    assertIllegal("has 8 elements, but this tensor has 6", () -> t.reshape(8));
    assertIllegal("has 0 elements, but this tensor has 6", () -> t.reshape(0));
    assertIllegal("negative", () -> t.reshape(-1, 3));
    assertIllegal("dense", () -> t.slice(1, 0, 2).reshape(4));
    assertIllegal("dense", () -> FloatTensor.allocate(2, 2, 2).permute(1, 0, 2).reshape(8));
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
    assertOutOfBounds("index 3, but size(1) is 3", () -> t.get(0, 3));
    assertOutOfBounds("index -1, but size(0) is 2", () -> t.get(-1, 0));
    assertOutOfBounds("index 2, but size(0) is 2", () -> t.set(1, 2, 0));
    assertOutOfBounds("size(1) is 3", () -> t.get(0, Long.MAX_VALUE));
    assertOutOfBounds("size(1) is 3", () -> t.get(0, 1L << 32));
    assertIllegal("1 numbers, but the rank is 2", () -> t.get(1));
    assertIllegal("3 numbers, but the rank is 2", () -> t.set(0, 1, 1, 1));
    assertOutOfBounds("axis 2, but the rank is 2", () -> t.size(2));
    assertOutOfBounds("axis -1, but the rank is 2", () -> t.stride(-1));
    assertOutOfBounds("axis 2, but the rank is 2", () -> t.slice(2, 0, 0));
    assertOutOfBounds("from 0 to 4, but size(1) is 3", () -> t.slice(1, 0, 4));
    assertOutOfBounds("from -1 to 2", () -> t.slice(1, -1, 2));
    assertOutOfBounds("from 2 to 1", () -> t.slice(1, 2, 1));
    assertOutOfBounds("index 2, but size(0) is 2", () -> t.select(0, 2));
    assertOutOfBounds("index -1", () -> t.select(0, -1));
    assertOutOfBounds("axis 5, but the rank is 2", () -> t.select(5, 0));
    assertIllegal("the rank is 1", () -> t.select(0, 0).select(0, 0));
    assertIllegal("[0]", () -> t.permute(0));
    assertIllegal("[0, 0]", () -> t.permute(0, 0));
    assertIllegal("[0, 2]", () -> t.permute(0, 2));
    assertIllegal("[-1, 1]", () -> t.permute(-1, 1));
    assertIllegal("[0, 1, 1]", () -> t.permute(0, 1, 1));
    float[] data = new float[6];
    assertOutOfBounds(
        "from offset 1, but data.length is 6", () -> FloatTensor.ofRange(data, 1, 2, 3));
    assertOutOfBounds("from offset -1", () -> FloatTensor.ofRange(data, -1, 2));
    assertOutOfBounds("from offset 7", () -> FloatTensor.ofRange(data, 7, 0));
    assertOutOfBounds(
        "data.length is 6", () -> FloatTensor.ofRange(data, Integer.MAX_VALUE, Long.MAX_VALUE));
    assertEquals(0, FloatTensor.ofRange(data, 6, 0).toArray().length);
  }

  @Test
  @SuppressWarnings("NullAway") // the point of the test
  void nullIsRefused() {
    FloatTensor t = FloatTensor.allocate(2, 3);
    assertNull(() -> FloatTensor.of((float[]) null, 1));
    assertNull(() -> FloatTensor.of((MemorySegment) null, 1));
    assertNull(() -> FloatTensor.ofRange(null, 0, 1));
    assertNull(() -> FloatTensor.of(new float[1], (long[]) null));
    assertNull(() -> FloatTensor.allocate((long[]) null));
    assertNull(() -> FloatTensor.allocate((Arena) null, 1));
    assertNull(() -> t.permute((int[]) null));
    assertNull(() -> t.reshape((long[]) null));
    assertNull(() -> t.get((long[]) null));
    assertNull(() -> t.set(1, (long[]) null));
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
    assertIllegal("read-only", () -> readOnly.set(9, 0));
    assertIllegal("read-only", () -> readOnly.slice(0, 1, 2).set(9, 0));
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

  private static void assertIllegal(String part, Executable call) {
    assertMessage(assertThrows(IllegalArgumentException.class, call), part);
  }

  private static void assertOutOfBounds(String part, Executable call) {
    assertMessage(assertThrows(IndexOutOfBoundsException.class, call), part);
  }

  private static void assertNull(Executable call) {
    assertThrows(NullPointerException.class, call);
  }

  private static void assertMessage(Exception thrown, String part) {
    assertTrue(String.valueOf(thrown.getMessage()).contains(part), thrown::toString);
  }
}
