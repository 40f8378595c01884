package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.format.BlockReader;
import io.github.lanewise.internal.format.BlockWriter;
import io.github.lanewise.internal.kernel.Arithmetic;
import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * A sequence as bytes, little-endian, with its numbers as they are stored. Each block ends in the
 * CRC32C of everything before it:
 *
 * <pre>
 * header   "LWCACHE" and a byte 0, int version, int elements of keys and of values (0 to 3: FLOAT32,
 *          BFLOAT16, FLOAT16, INT8), int keyHeads, headDim, valueDim, pageLength, long length,
 *          int ranges let go of, int holes in them
 * ranges   long from, long to of each range, then of each hole               (if there are any)
 * tokens   of each head the key, the value, and their scales, as far as they have some
 *                                              (256 tokens a block; none of those in holes)
 * </pre>
 */
final class SequenceFormat {

  /** "LWCACHE" and a 0, read as a little-endian long. */
  private static final long MAGIC = 0x0045_4843_4143_574CL;

  private static final int VERSION = 1;

  /** The elements by their numbers, which never change. */
  private static final Element[] ELEMENTS = {
    Element.FLOAT32, Element.BFLOAT16, Element.FLOAT16, Element.INT8
  };

  private static final int TOKENS_PER_BLOCK = Arithmetic.CHUNK;

  private SequenceFormat() {}

  /** Writes what a snapshot shows of a sequence; the stream stays open. */
  static void save(CacheSnapshot cache, int sequence, OutputStream out) throws IOException {
    BlockWriter writer = new BlockWriter(out);
    PageLayout layout = cache.layout();
    ReleasedTokens released = cache.released(sequence);
    writer.putLong(MAGIC);
    writer.putInt(VERSION);
    writer.putInt(Arrays.asList(ELEMENTS).indexOf(layout.keyElement));
    writer.putInt(Arrays.asList(ELEMENTS).indexOf(layout.valueElement));
    writer.putInt(layout.keyHeads);
    writer.putInt(layout.headDim);
    writer.putInt(layout.valueDim);
    writer.putInt(layout.pageLength);
    writer.putLong(cache.length(sequence));
    writer.putInt(released.ranges());
    writer.putInt(released.holes());
    writer.endBlock();
    for (int range = 0; range < released.ranges(); range++) {
      writer.putLong(released.rangeFrom(range));
      writer.putLong(released.rangeTo(range));
    }
    for (int hole = 0; hole < released.holes(); hole++) {
      writer.putLong(released.holeFrom(hole));
      writer.putLong(released.holeTo(hole));
    }
    if (released.ranges() > 0) {
      writer.endBlock();
    }
    int inBlock = 0;
    long end = cache.length(sequence);
    for (long token = released.skipHole(0); token < end; token = released.skipHole(token + 1)) {
      Page page = cache.page(sequence, token);
      StoredTokens.save(layout, page, (int) (token % layout.pageLength), writer);
      if (++inBlock == TOKENS_PER_BLOCK) {
        writer.endBlock();
        inBlock = 0;
      }
    }
    if (inBlock > 0) {
      writer.endBlock();
    }
    writer.flush();
  }

  /**
   * Reads a sequence, and not a byte more, to pages that a table prepares; the stream stays open.
   *
   * @return the length of the sequence
   * @throws IOException if that is not what the bytes are, or if they end too early
   * @throws IllegalArgumentException if it is one of another shape or storage, or too long
   */
  static long load(InputStream in, PageLayout layout, long capacity, PageTable table)
      throws IOException {
    BlockReader reader = new BlockReader(in, "the saved sequence");
    if (reader.getLong() != MAGIC) {
      throw new IOException("these bytes are no saved sequence: they begin with others");
    }
    int version = reader.getInt();
    if (version != VERSION) {
      throw new IOException(
          "the saved sequence has version " + version + ", but this library reads " + VERSION);
    }
    int[] header = new int[6];
    for (int i = 0; i < header.length; i++) {
      header[i] = reader.getInt();
    }
    long length = reader.getLong();
    int ranges = reader.getInt();
    int holes = reader.getInt();
    reader.endBlock();
    requireSame(element(header[0]), layout.keyElement, "keyStorage()");
    requireSame(element(header[1]), layout.valueElement, "valueStorage()");
    requireSame(header[2], layout.keyHeads, "keyHeads()");
    requireSame(header[3], layout.headDim, "headDim()");
    requireSame(header[4], layout.valueDim, "valueDim()");
    if (length < 0 || length > Arithmetic.POSITIONS || ranges < 0 || holes < 0 || holes > ranges) {
      throw new IOException(
          "the saved sequence has "
              + length
              + " tokens, "
              + ranges
              + " ranges, "
              + holes
              + " holes");
    }
    if (holes > 0) {
      requireSame(header[5], layout.pageLength, "pageLength(), of which released ones are whole,");
    }
    table.beginRewriting(0);
    if (ranges > 0) {
      loadReleased(reader, ranges, holes, length, table);
    }
    long kept = length - table.nextReleased().forgotten();
    if (kept > capacity) {
      throw new IllegalArgumentException(
          "the saved sequence holds " + kept + " tokens, but the capacity is " + capacity);
    }
    loadTokens(reader, layout, length, table);
    return length;
  }

  private static void loadReleased(
      BlockReader reader, int ranges, int holes, long length, PageTable table) throws IOException {
    long[] rangeEnds = longs(reader, ranges);
    long[] holeEnds = longs(reader, holes);
    reader.endBlock();
    if (!table.restoreReleased(rangeEnds, holeEnds, length)) {
      throw new IOException(
          "the saved sequence has impossible ranges: "
              + Arrays.toString(rangeEnds)
              + " with holes "
              + Arrays.toString(holeEnds));
    }
  }

  /** Pairs; the array grows with what is there: an announced number alone takes no memory. */
  private static long[] longs(BlockReader reader, int pairs) throws IOException {
    long[] longs = new long[(int) Math.min(2L * pairs, 1024)];
    for (long i = 0; i < 2L * pairs; i++) {
      if (i == longs.length) {
        longs = Arrays.copyOf(longs, Math.toIntExact(Math.min(2L * pairs, 2L * longs.length)));
      }
      longs[(int) i] = reader.getLong();
    }
    return longs;
  }

  private static void loadTokens(
      BlockReader reader, PageLayout layout, long length, PageTable table) throws IOException {
    ReleasedTokens released = table.nextReleased();
    int inBlock = 0;
    for (long token = released.skipHole(0); token < length; token = released.skipHole(token + 1)) {
      Page page = table.rewritten(token);
      StoredTokens.load(layout, page, (int) (token % layout.pageLength), reader);
      if (++inBlock == TOKENS_PER_BLOCK) {
        reader.endBlock();
        inBlock = 0;
      }
    }
    if (inBlock > 0) {
      reader.endBlock();
    }
  }

  private static Element element(int number) throws IOException {
    if (number < 0 || number >= ELEMENTS.length) {
      throw new IOException("the saved sequence has elements of kind " + number);
    }
    return ELEMENTS[number];
  }

  private static void requireSame(Object saved, Object own, String name) {
    if (!saved.equals(own)) {
      throw new IllegalArgumentException(
          "the saved sequence's " + name + " is " + saved + ", but this cache's is " + own);
    }
  }
}
