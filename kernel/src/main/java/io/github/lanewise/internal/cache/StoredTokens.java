package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.format.BlockReader;
import io.github.lanewise.internal.format.BlockWriter;
import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * The numbers of a page one by one, as they are stored: what moves tokens about, shows them and
 * saves them. Attention never comes here.
 */
final class StoredTokens {

  private StoredTokens() {}

  /** Copies a token from one page to another. */
  static void copy(PageLayout layout, Page from, int fromToken, Page to, int toToken) {
    for (int h = 0; h < layout.keyHeads; h++) {
      for (int d = 0; d < layout.headDim; d++) {
        int bits = bits(layout.keyElement, from.keys, keyAt(layout, h, fromToken, d));
        setBits(layout.keyElement, to.keys, keyAt(layout, h, toToken, d), bits);
      }
      for (int c = 0; c < layout.valueDim; c++) {
        int bits = bits(layout.valueElement, from.values, valueAt(layout, h, fromToken, c));
        setBits(layout.valueElement, to.values, valueAt(layout, h, toToken, c), bits);
      }
      if (layout.keysScaled()) {
        to.keyScales[layout.scaleAt(h, toToken)] = from.keyScales[layout.scaleAt(h, fromToken)];
      }
      if (layout.valuesScaled()) {
        to.valueScales[layout.scaleAt(h, toToken)] = from.valueScales[layout.scaleAt(h, fromToken)];
      }
    }
    to.allFinite &= from.allFinite;
  }

  /** Copies the key of a token and head, widened, to {@code row}. */
  static void readKey(PageLayout layout, Page page, int head, int token, float[] row) {
    float scale = layout.keysScaled() ? page.keyScales[layout.scaleAt(head, token)] : 1f;
    for (int d = 0; d < layout.headDim; d++) {
      int bits = bits(layout.keyElement, page.keys, keyAt(layout, head, token, d));
      row[d] = widened(layout.keyElement, bits, scale);
    }
  }

  /** The same for its value. */
  static void readValue(PageLayout layout, Page page, int head, int token, float[] row) {
    float scale = layout.valuesScaled() ? page.valueScales[layout.scaleAt(head, token)] : 1f;
    for (int c = 0; c < layout.valueDim; c++) {
      int bits = bits(layout.valueElement, page.values, valueAt(layout, head, token, c));
      row[c] = widened(layout.valueElement, bits, scale);
    }
  }

  /** Writes a token: for each head its key, its value, and the scales that they have. */
  static void save(PageLayout layout, Page page, int token, BlockWriter out) throws IOException {
    for (int h = 0; h < layout.keyHeads; h++) {
      for (int d = 0; d < layout.headDim; d++) {
        put(layout.keyElement, bits(layout.keyElement, page.keys, keyAt(layout, h, token, d)), out);
      }
      for (int c = 0; c < layout.valueDim; c++) {
        put(
            layout.valueElement,
            bits(layout.valueElement, page.values, valueAt(layout, h, token, c)),
            out);
      }
      int at = layout.scaleAt(h, token);
      if (layout.keysScaled()) {
        out.putInt(Float.floatToRawIntBits(page.keyScales[at]));
      }
      if (layout.valuesScaled()) {
        out.putInt(Float.floatToRawIntBits(page.valueScales[at]));
      }
    }
  }

  private static void put(Element element, int bits, BlockWriter out) throws IOException {
    switch (element.bytes) {
      case Byte.BYTES -> out.putByte((byte) bits);
      case Short.BYTES -> out.putShort((short) bits);
      default -> out.putInt(bits);
    }
  }

  /**
   * Reads what {@link #save} has written.
   *
   * @throws IOException if the storage cannot hold such a number
   */
  static void load(PageLayout layout, Page page, int token, BlockReader in) throws IOException {
    for (int h = 0; h < layout.keyHeads; h++) {
      for (int d = 0; d < layout.headDim; d += piece(layout.keyElement)) {
        int count = Math.min(piece(layout.keyElement), layout.headDim - d);
        ByteBuffer bytes = in.getBytes(count * layout.keyElement.bytes);
        for (int i = d; i < d + count; i++) {
          setBits(
              layout.keyElement,
              page.keys,
              keyAt(layout, h, token, i),
              get(layout.keyElement, bytes));
        }
      }
      for (int c = 0; c < layout.valueDim; c += piece(layout.valueElement)) {
        int count = Math.min(piece(layout.valueElement), layout.valueDim - c);
        ByteBuffer bytes = in.getBytes(count * layout.valueElement.bytes);
        for (int i = c; i < c + count; i++) {
          int bits = get(layout.valueElement, bytes);
          setBits(layout.valueElement, page.values, valueAt(layout, h, token, i), bits);
          boolean isFloat = layout.valueElement == Element.FLOAT32;
          page.allFinite &= !isFloat || Float.isFinite(Float.intBitsToFloat(bits));
        }
      }
      int at = layout.scaleAt(h, token);
      if (layout.keysScaled()) {
        page.keyScales[at] = scale(in);
      }
      if (layout.valuesScaled()) {
        page.valueScales[at] = scale(in);
      }
    }
  }

  private static int piece(Element element) {
    return BlockReader.PIECE / element.bytes;
  }

  private static int get(Element element, ByteBuffer bytes) throws IOException {
    int bits =
        switch (element.bytes) {
          case Byte.BYTES -> bytes.get();
          case Short.BYTES -> bytes.getShort();
          default -> bytes.getInt();
        };
    if (element != Element.FLOAT32 && !Float.isFinite(widened(element, bits, 1f))) {
      throw new IOException(
          "the saved sequence has a number that is not finite, but " + element + " holds none");
    }
    return bits;
  }

  private static float scale(BlockReader in) throws IOException {
    float scale = Float.intBitsToFloat(in.getInt());
    if (!(scale >= 0f && scale <= Float.MAX_VALUE)) {
      throw new IOException("the saved sequence has a scale of " + scale);
    }
    return scale;
  }

  private static float widened(Element element, int bits, float scale) {
    return switch (element) {
      case FLOAT32 -> Float.intBitsToFloat(bits);
      case BFLOAT16 -> NarrowFloats.fromBfloat16((short) bits);
      case FLOAT16 -> Float.float16ToFloat((short) bits);
      case INT8 -> bits * scale;
    };
  }

  private static int keyAt(PageLayout layout, int head, int token, int dim) {
    return layout.keyAt(head, token) + dim * layout.keyLanes;
  }

  private static int valueAt(PageLayout layout, int head, int token, int column) {
    int group = column / layout.valueLanes * layout.valueGroupStride();
    return layout.valueAt(head, token) + group + column % layout.valueLanes;
  }

  private static int bits(Element element, Object memory, int at) {
    if (memory instanceof float[] floats) {
      return Float.floatToRawIntBits(floats[at]);
    }
    if (memory instanceof short[] shorts) {
      return shorts[at];
    }
    if (memory instanceof byte[] bytes) {
      return bytes[at];
    }
    MemorySegment segment = (MemorySegment) memory;
    return switch (element.bytes) {
      case Byte.BYTES -> segment.get(ValueLayout.JAVA_BYTE, at);
      case Short.BYTES -> segment.getAtIndex(ValueLayout.JAVA_SHORT, at);
      default -> segment.getAtIndex(ValueLayout.JAVA_INT, at);
    };
  }

  private static void setBits(Element element, Object memory, int at, int bits) {
    if (memory instanceof float[] floats) {
      floats[at] = Float.intBitsToFloat(bits);
    } else if (memory instanceof short[] shorts) {
      shorts[at] = (short) bits;
    } else if (memory instanceof byte[] bytes) {
      bytes[at] = (byte) bits;
    } else {
      MemorySegment segment = (MemorySegment) memory;
      switch (element.bytes) {
        case Byte.BYTES -> segment.set(ValueLayout.JAVA_BYTE, at, (byte) bits);
        case Short.BYTES -> segment.setAtIndex(ValueLayout.JAVA_SHORT, at, (short) bits);
        default -> segment.setAtIndex(ValueLayout.JAVA_INT, at, bits);
      }
    }
  }
}
