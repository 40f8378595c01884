package io.github.lanewise.internal.attention;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Reads what {@link BlockWriter} has written, and not a byte beyond it. */
final class BlockReader {

  private static final int BUFFER = 8192;

  private final InputStream in;
  private final CRC32C checksum = new CRC32C();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  private long position;

  BlockReader(InputStream in) {
    this.in = in;
  }

  int getInt() throws IOException {
    return read(Integer.BYTES).getInt();
  }

  long getLong() throws IOException {
    return read(Long.BYTES).getLong();
  }

  /** The array grows with what is there: an announced length alone takes no memory. */
  float[] getFloats(int count) throws IOException {
    float[] values = new float[Math.min(count, BUFFER)];
    int filled = 0;
    while (filled < count) {
      if (filled == values.length) {
        values = Arrays.copyOf(values, (int) Math.min(count, 2L * filled));
      }
      int floats = Math.min(values.length - filled, BUFFER / Float.BYTES);
      read(floats * Float.BYTES).asFloatBuffer().get(values, filled, floats);
      filled += floats;
    }
    return values;
  }

  void endBlock() throws IOException {
    int expected = (int) checksum.getValue();
    if (getInt() != expected) {
      throw new IOException("the saved state is damaged: wrong checksum at byte " + position);
    }
  }

  private ByteBuffer read(int bytes) throws IOException {
    int read = in.readNBytes(buffer.array(), 0, bytes);
    checksum.update(buffer.array(), 0, read);
    position += read;
    if (read < bytes) {
      throw new EOFException("the saved state ends too early, after " + position + " bytes");
    }
    return buffer.clear().limit(bytes);
  }
}
