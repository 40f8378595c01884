package io.github.lanewise.attention;

import static io.github.lanewise.testing.Refused.assertSays;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.testing.FloatKind;
import io.github.lanewise.testing.Floats;
import io.github.lanewise.testing.ShardedCall;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** States as bytes: round trips, and everything that is no saved state. */
@Tag("once")
class AttentionStateFormatTest {
  private static final int DIM = 4;
  private static final int QUERIES = 3;
  private static final int HEADER = 56; // with its checksum
  private static final int RUNS = 48; // where the header tells their number

  private final SplittableRandom random = new SplittableRandom(11);

  private FloatTensor drawn(long rows) {
    float[] values = FloatKind.NORMAL.floats(random, (int) (2 * rows * DIM));
    return FloatTensor.of(values, 1, 2, rows, DIM);
  }

  /** Keys 256 to 499 and 1024 to 2047 under a mask that hides the latter, with sinks. */
  private AttentionState state() {
    AttentionState state = AttentionState.empty(1, 2, QUERIES, DIM);
    Attention attention =
        Attention.builder().mask(Mask.prefix(1000)).sinks(0.5f, Float.NEGATIVE_INFINITY).build();
    FloatTensor q = drawn(QUERIES);
    attention.partial(q, drawn(244), drawn(244), 256, state, Workers.caller());
    attention.partial(q, drawn(1024), drawn(1024), 1024, state, Workers.caller());
    return state;
  }

  private static AttentionState load(byte... bytes) throws IOException {
    return AttentionState.load(new ByteArrayInputStream(bytes));
  }

  @Test
  void aStateComesBackBitForBit() throws IOException {
    AttentionState state = state();
    byte[] bytes = ShardedCall.bytes(state);
    AttentionState loaded = load(bytes);
    assertArrayEquals(bytes, ShardedCall.bytes(loaded));
    assertEquals(state.toString(), loaded.toString());
    assertEquals(244 + 1024, loaded.keys());

    // and goes on like the first one
    FloatTensor q = drawn(QUERIES);
    FloatTensor kv = drawn(256);
    Attention attention = Attention.builder().sinks(0.5f, Float.NEGATIVE_INFINITY).build();
    List<float[]> results = new ArrayList<>();
    for (AttentionState each : List.of(state, loaded)) {
      attention.partial(q, kv, kv, 0, each, Workers.caller());
      attention.partial(q, kv, kv, 768, each, Workers.caller());
      attention.partial(q, kv.slice(2, 0, 12), kv.slice(2, 0, 12), 500, each, Workers.caller());
      attention.partial(q, kv, kv, 512, each, Workers.caller());
      FloatTensor out = FloatTensor.allocate(1, 2, QUERIES, DIM);
      each.writeTo(out, RowStatistics.none());
      results.add(out.toArray());
    }
    Floats.assertBits(Floats.requireFinite(results.get(0)), results.get(1), "out");
    assertEquals("AttentionState[1, 2, 3, 4] of keys 0 to 2047", loaded.toString());
  }

  @Test
  void emptyStatesComeBack() throws IOException {
    for (AttentionState empty :
        List.of(
            AttentionState.empty(1, 2, 3, 4),
            AttentionState.empty(0, 2, 3, 4),
            AttentionState.empty(1, 2, 3, 0),
            AttentionState.empty(0, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE))) {
      byte[] bytes = ShardedCall.bytes(empty);
      assertEquals(HEADER, bytes.length);
      AttentionState loaded = load(bytes);
      assertEquals(empty.toString(), loaded.toString());
      assertArrayEquals(bytes, ShardedCall.bytes(loaded));
    }
  }

  @Test
  void statesFollowEachOtherInAStream() throws IOException {
    byte[] first = ShardedCall.bytes(state());
    byte[] second = ShardedCall.bytes(AttentionState.empty(4, 3, 2, 1));
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(first);
    both.write(second);
    both.write(99);
    InputStream in = new ByteArrayInputStream(both.toByteArray());
    assertArrayEquals(first, ShardedCall.bytes(AttentionState.load(in)));
    assertArrayEquals(second, ShardedCall.bytes(AttentionState.load(in)));
    assertEquals(99, in.read());
  }

  @Test
  void aStreamMayHandOutSingleBytes() throws IOException {
    byte[] bytes = ShardedCall.bytes(state());
    InputStream slow =
        new SequenceInputStream(
            new ByteArrayInputStream(bytes, 0, 100),
            new ByteArrayInputStream(bytes, 100, bytes.length - 100) {
              @Override
              public synchronized int read(byte[] to, int from, int length) {
                return super.read(to, from, Math.min(length, 1));
              }
            });
    assertArrayEquals(bytes, ShardedCall.bytes(AttentionState.load(slow)));
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] bytes = ShardedCall.bytes(state());
    for (int length = 0; length < bytes.length; length++) {
      byte[] part = Arrays.copyOf(bytes, length);
      assertSays(
          assertThrows(IOException.class, () -> load(part)), "ends too early, after " + length);
    }
  }

  /** Two bits of every byte: all are covered by a checksum. */
  @Test
  void everyChangedByteIsRefused() {
    byte[] bytes = ShardedCall.bytes(state());
    for (int at = 0; at < bytes.length; at++) {
      for (int flip : new int[] {1 << random.nextInt(8), 1 + random.nextInt(255)}) {
        byte[] changed = bytes.clone();
        changed[at] ^= (byte) flip;
        assertThrows(IOException.class, () -> load(changed), "byte " + at + " ^ " + flip);
      }
    }
  }

  @Test
  void foreignBytesAreRefused() {
    byte[] noise = new byte[5000];
    random.nextBytes(noise);
    for (byte[] foreign : List.of(noise, new byte[5000], "PK\3\4 a zip file".getBytes(UTF_8))) {
      assertSays(assertThrows(IOException.class, () -> load(foreign)), "no saved AttentionState");
    }
  }

  @Test
  void anotherVersionIsNamed() {
    byte[] bytes = ShardedCall.bytes(state());
    bytes[8] = 7;
    assertSays(assertThrows(IOException.class, () -> load(bytes)), "version 7", "reads 1");
  }

  /** Headers with a right checksum that announce what does not follow, or cannot be. */
  @Test
  void impossibleHeadersAreRefusedWithoutAllocatingWhatTheyAnnounce() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long[][] announced = { // batch, queryHeads, queryLength, valueDim, sinks, runs
      {1, 1, 1, 2_000_000_000, -1, 1},
      {1, 1, 500_000_000, 1, 0, Integer.MAX_VALUE},
      {1, Integer.MAX_VALUE / 8, 1, 1, Integer.MAX_VALUE / 8, 1},
      {1, 1, 1, 1, -1, -1},
      {1, 1, 1, 1, -2, 1},
      {1, 2, 1, 1, 1, 1},
      {-1, 1, 1, 1, 0, 1},
      {1, 1, 1, Long.MAX_VALUE, 0, 1},
      {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, 1, 0, 1},
      {1L << 32, 1L << 32, 1, 1, 0, 1}
    };
    for (long[] header : announced) {
      byte[] bytes = Arrays.copyOf(header(header), 1000);
      ByteBuffer runs = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      runs.putLong(HEADER, 0).putLong(HEADER + 8, 256).putInt(HEADER + 16, 1);
      seal(bytes, HEADER + 20);
      long before = threads.getCurrentThreadAllocatedBytes();
      assertThrows(IOException.class, () -> load(bytes), () -> Arrays.toString(header));
      long taken = threads.getCurrentThreadAllocatedBytes() - before;
      assertTrue(taken < 4_000_000, () -> Arrays.toString(header) + " took " + taken + " bytes");
    }
  }

  @Test
  void impossibleRunsAreRefused() throws IOException {
    long[][] impossible = {
      {-256, 0}, {0, 0}, {256, 0}, {0, 257}, {128, 384}, {256, 768}, {0, 768}, {0, Long.MAX_VALUE}
    };
    for (long[] run : impossible) {
      byte[] bytes = withRun(run[0], run[1], 0);
      IOException thrown = assertThrows(IOException.class, () -> load(bytes));
      assertSays(thrown, "impossible run", "" + run[1]);
    }
    assertThrows(IOException.class, () -> load(withRun(0, 256, 2)));
    assertEquals(256, load(withRun(0, 256, 0)).keys());
    assertEquals(1, load(withRun(1L << 60, (1L << 60) + 1, 0)).keys());
  }

  private static byte[] withRun(long from, long to, int filled) {
    byte[] bytes = Arrays.copyOf(header(1, 1, 1, 1, -1, 1), HEADER + 24);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    buffer.putLong(HEADER, from).putLong(HEADER + 8, to).putInt(HEADER + 16, filled);
    seal(bytes, HEADER + 20);
    return bytes;
  }

  private static byte[] header(long... fields) {
    byte[] bytes = ShardedCall.bytes(AttentionState.empty(0, 0, 0, 0));
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 4; i++) {
      buffer.putLong(12 + 8 * i, fields[i]);
    }
    buffer.putInt(RUNS - 4, (int) fields[4]).putInt(RUNS, (int) fields[5]);
    seal(bytes, HEADER - 4);
    return bytes;
  }

  /** Writes the checksum of everything before it. */
  private static void seal(byte[] bytes, int at) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, at);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(at, (int) checksum.getValue());
  }

  @Test
  void aFailingStreamIsReported() {
    IOException full = new IOException("disk full");
    AttentionState state = state();
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                state.save(
                    new ByteArrayOutputStream() {
                      @Override
                      public synchronized void write(byte[] bytes, int from, int length) {
                        sneak(full);
                      }
                    }));
    assertEquals(full, thrown);
  }

  @SuppressWarnings("unchecked")
  private static <X extends Exception> void sneak(Exception exception) throws X {
    throw (X) exception;
  }
}
