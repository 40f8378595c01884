package io.github.lanewise.internal.attention;

import io.github.lanewise.internal.format.BlockReader;
import io.github.lanewise.internal.format.BlockWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * States as bytes, little-endian. Each block ends in the CRC32C of everything before it:
 *
 * <pre>
 * header   "LWSTATE" and a byte 0, int version, long batch, queryHeads, queryLength, valueDim,
 *          int sinks (-1: not known yet, 0: none, else queryHeads), int runs,
 *          float dropout                                                    (version 2 alone)
 * sinks    one float for each query head                                    (if there are any)
 * run      long from, long to, int filled (0: no row sees any of the keys)  (ascending)
 * node     maxima, sums, moments, values, as NodeKernels lays them out      (if filled)
 * </pre>
 */
public final class StateFormat {

  /** "LWSTATE" and a 0, read as a little-endian long. */
  private static final long MAGIC = 0x0045_5441_5453_574CL;

  private static final int VERSION = 1;

  /** Of states with dropout. */
  private static final int DROPOUT_VERSION = 2;

  private static final int UNKNOWN = -1;

  private StateFormat() {}

  /** Writes a state; the stream stays open. */
  public static void save(StateContent content, OutputStream out) throws IOException {
    BlockWriter writer = new BlockWriter(out);
    StateContent.Shape shape = content.shape();
    float[] sinks = content.sinks();
    writer.putLong(MAGIC);
    writer.putInt(content.dropout() == 0f ? VERSION : DROPOUT_VERSION);
    writer.putLong(shape.batch());
    writer.putLong(shape.queryHeads());
    writer.putLong(shape.queryLength());
    writer.putLong(shape.valueDim());
    writer.putInt(sinks == null ? UNKNOWN : sinks.length);
    writer.putInt(content.runs().size());
    if (content.dropout() != 0f) {
      writer.putFloats(new float[] {content.dropout()});
    }
    writer.endBlock();
    if (sinks != null && sinks.length > 0) {
      writer.putFloats(sinks);
      writer.endBlock();
    }
    for (HeldKeys.Run run : content.runs()) {
      float[] node = run.node;
      writer.putLong(run.from);
      writer.putLong(run.to);
      writer.putInt(node == null ? 0 : 1);
      writer.endBlock();
      if (node != null) {
        writer.putFloats(node);
        writer.endBlock();
      }
    }
    writer.flush();
  }

  /**
   * Reads a state and not a byte more; the stream stays open.
   *
   * @throws IOException if that is not what the bytes are, or if they end too early
   */
  public static StateContent load(InputStream in) throws IOException {
    BlockReader reader = new BlockReader(in, "the saved state");
    if (reader.getLong() != MAGIC) {
      throw new IOException("these bytes are no saved AttentionState: they begin with others");
    }
    int version = reader.getInt();
    if (version != VERSION && version != DROPOUT_VERSION) {
      throw new IOException(
          "the saved state has version "
              + version
              + ", but this library reads "
              + VERSION
              + " and "
              + DROPOUT_VERSION);
    }
    long batch = reader.getLong();
    long queryHeads = reader.getLong();
    long queryLength = reader.getLong();
    long valueDim = reader.getLong();
    int sinkCount = reader.getInt();
    int runCount = reader.getInt();
    float dropout = version == VERSION ? 0f : reader.getFloats(1)[0];
    reader.endBlock();
    StateContent.Shape shape = shape(batch, queryHeads, queryLength, valueDim);
    if (runCount < 0 || sinkCount < UNKNOWN || (sinkCount > 0 && sinkCount != queryHeads)) {
      throw new IOException(
          "the saved state has " + sinkCount + " sinks and " + runCount + " runs of keys");
    }
    if (version == DROPOUT_VERSION && !(dropout > 0f && dropout < 1f)) {
      throw new IOException("the saved state has a dropout of " + dropout);
    }
    float[] sinks = sinkCount == UNKNOWN ? null : sinks(reader, sinkCount);
    return StateContent.of(shape, runs(reader, runCount, shape), sinks, dropout);
  }

  private static StateContent.Shape shape(
      long batch, long queryHeads, long queryLength, long valueDim) throws IOException {
    try {
      return new StateContent.Shape(batch, queryHeads, queryLength, valueDim);
    } catch (IllegalArgumentException e) {
      throw new IOException("the saved state has an impossible shape: " + e.getMessage(), e);
    }
  }

  private static float[] sinks(BlockReader reader, int count) throws IOException {
    if (count == 0) {
      return new float[0];
    }
    float[] sinks = reader.getFloats(count);
    reader.endBlock();
    for (float sink : sinks) {
      if (!(sink < Float.POSITIVE_INFINITY)) {
        throw new IOException("the saved state has a sink of " + sink);
      }
    }
    return sinks;
  }

  private static List<HeldKeys.Run> runs(BlockReader reader, int count, StateContent.Shape shape)
      throws IOException {
    List<HeldKeys.Run> runs =
        new ArrayList<>(); // grows with what is there, not with what is announced
    long end = 0;
    for (int r = 0; r < count; r++) {
      long from = reader.getLong();
      long to = reader.getLong();
      int filled = reader.getInt();
      reader.endBlock();
      if (from < end || !HeldKeys.Run.isValid(from, to) || (filled != 0 && filled != 1)) {
        throw new IOException(
            "the saved state has an impossible run of keys: " + from + " to " + to);
      }
      float @Nullable [] node = null;
      if (filled == 1) {
        node = reader.getFloats(shape.nodeLength());
        reader.endBlock();
      }
      runs.add(new HeldKeys.Run(from, to, node));
      end = to;
    }
    return runs;
  }
}
