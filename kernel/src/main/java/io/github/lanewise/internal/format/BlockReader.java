package io.github.lanewise.internal.format;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Reads what {@link BlockWriter} has written, and not a byte beyond it. */
public final class BlockReader {

  /** Bytes that can be read at a time. */
  public static final int PIECE = 8192;

  private final InputStream in;
  private final String name;
  private final CRC32C checksum = new CRC32C();
  private final ByteBuffer buffer = ByteBuffer.allocate(PIECE).order(ByteOrder.LITTLE_ENDIAN);
  private long position;

  /**
   * Reads from a stream, which stays open.
   *
   * @param name what the bytes are, for messages: "the saved …"
   */
  public BlockReader(InputStream in, String name) {
    this.in = in;
    this.name = name;
  }

  /** The next bytes, to be read before anything else is asked for; at most {@link #PIECE}. */
  public ByteBuffer getBytes(int count) throws IOException {
    return read(count);
  }

  public int getInt() throws IOException {
    return read(Integer.BYTES).getInt();
  }

  public long getLong() throws IOException {
    return read(Long.BYTES).getLong();
  }

  /** The array grows with what is there: an announced length alone takes no memory. */
  public float[] getFloats(int count) throws IOException {
    float[] values = new float[Math.min(count, PIECE)];
    int filled = 0;
    while (filled < count) {
      if (filled == values.length) {
        values = Arrays.copyOf(values, (int) Math.min(count, 2L * filled));
      }
      int floats = Math.min(values.length - filled, PIECE / Float.BYTES);
      read(floats * Float.BYTES).asFloatBuffer().get(values, filled, floats);
      filled += floats;
    }
    return values;
  }

  /** Ends a block: what was read so far has the checksum that follows. */
  public void endBlock() throws IOException {
    int expected = (int) checksum.getValue();
    if (getInt() != expected) {
      throw new IOException(name + " is damaged: wrong checksum at byte " + position);
    }
  }

  private ByteBuffer read(int bytes) throws IOException {
    int read = in.readNBytes(buffer.array(), 0, bytes);
    checksum.update(buffer.array(), 0, read);
    position += read;
    if (read < bytes) {
      throw new EOFException(name + " ends too early, after " + position + " bytes");
    }
    return buffer.clear().limit(bytes);
  }
}
