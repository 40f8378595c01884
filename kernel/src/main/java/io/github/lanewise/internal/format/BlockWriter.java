package io.github.lanewise.internal.format;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Numbers, little-endian, in blocks that end in the checksum of everything before it. */
public final class BlockWriter {

  /** Bytes that are written at a time. */
  private static final int BUFFER = 8192;

  private final OutputStream out;
  private final CRC32C checksum = new CRC32C();
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);

  /** Writes to a stream, which stays open. */
  public BlockWriter(OutputStream out) {
    this.out = out;
  }

  public void putShort(short value) throws IOException {
    room(Short.BYTES).putShort(value);
  }

  public void putByte(byte value) throws IOException {
    room(Byte.BYTES).put(value);
  }

  public void putInt(int value) throws IOException {
    room(Integer.BYTES).putInt(value);
  }

  public void putLong(long value) throws IOException {
    room(Long.BYTES).putLong(value);
  }

  /** NaN is written as 7fc00000: equal states are equal bytes on every machine. */
  public void putFloats(float[] values) throws IOException {
    for (float value : values) {
      room(Float.BYTES).putInt(Float.floatToIntBits(value));
    }
  }

  /** Ends a block with the checksum of everything so far. */
  public void endBlock() throws IOException {
    flush();
    putInt((int) checksum.getValue());
  }

  private ByteBuffer room(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
    return buffer;
  }

  /** Hands what has been put to the stream. */
  public void flush() throws IOException {
    checksum.update(buffer.array(), 0, buffer.position());
    out.write(buffer.array(), 0, buffer.position());
    buffer.clear();
  }
}
