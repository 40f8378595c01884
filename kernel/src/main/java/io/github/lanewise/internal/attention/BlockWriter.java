package io.github.lanewise.internal.attention;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** Numbers, little-endian, in blocks that end in the checksum of everything before it. */
final class BlockWriter {

  private final OutputStream out;
  private final CRC32C checksum = new CRC32C();
  private final ByteBuffer buffer = ByteBuffer.allocate(8192).order(ByteOrder.LITTLE_ENDIAN);

  BlockWriter(OutputStream out) {
    this.out = out;
  }

  void putInt(int value) throws IOException {
    room(Integer.BYTES).putInt(value);
  }

  void putLong(long value) throws IOException {
    room(Long.BYTES).putLong(value);
  }

  /** NaN is written as 7fc00000: equal states are equal bytes on every machine. */
  void putFloats(float[] values) throws IOException {
    for (float value : values) {
      room(Float.BYTES).putInt(Float.floatToIntBits(value));
    }
  }

  void endBlock() throws IOException {
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
  void flush() throws IOException {
    checksum.update(buffer.array(), 0, buffer.position());
    out.write(buffer.array(), 0, buffer.position());
    buffer.clear();
  }
}
