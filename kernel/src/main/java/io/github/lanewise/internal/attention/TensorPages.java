package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;

import io.github.lanewise.internal.cache.Page;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.mask.RowGroup;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.StridedFloats;

/**
 * Keys and values in tensors. They are read where they lie if the kernels can: in an array, in rows
 * of whole groups. Else a chunk of one head's at a time is brought into groups of lanes: it stays
 * in the cache until the products have read it. Keys are read where they lie only if values are.
 */
final class TensorPages extends DecodePages {

  private static final int GROUP = TileKernels.GROUP;

  /** Floats of a token's key and value up to which this way is taken: 4 MB for a chunk. */
  static final long MOST_PER_TOKEN = 1L << 12;

  private final PackedChunk chunk = new PackedChunk();
  private final RowGroup rows = new RowGroup();
  private final StagedRows staging = new StagedRows();
  private float[] keys = new float[0];
  private float[] values = new float[0];
  private DecodeCall call;
  private TensorSource source;
  private int sequence;

  @SuppressWarnings("NullAway.Init") // bound before use
  TensorPages() {}

  /** Whether keys or values can be read where they lie, all {@code width} columns of them. */
  static boolean areInRows(StridedFloats t, int width) {
    return t.arrayOrNull() != null && t.size(t.rank() - 1) == width;
  }

  void bind(DecodeCall call, TensorSource source, int sequence) {
    this.call = call;
    this.source = source;
    this.sequence = sequence;
    inRows = areInRows(source.values(), call.width);
    keysInRows = inRows && areInRows(source.keys(), call.headDim) && call.headDim % GROUP == 0;
    if (!keysInRows && keys.length < CHUNK * call.headDim) {
      keys = new float[CHUNK * call.headDim];
    }
    if (!inRows && values.length < CHUNK * call.width) {
      values = new float[CHUNK * call.width];
    }
  }

  @Override
  boolean areLoaded() {
    return true;
  }

  @Override
  void load(int head, long chunk0, int from, int end) {
    if (keysInRows) {
      source.bringScatteredKeysNear(sequence, head, chunk0 + from, chunk0 + end, staging);
      return;
    }
    rows.set(call.mask, sequence, head * call.group, call.group, 0, call.queries(sequence));
    rows.findSeen(chunk0, chunk0 + end);
    chunk.set(0, sequence, head, chunk0 / CHUNK, chunk0 + from, chunk0 + end, call.headDim);
    int first = from / GROUP * GROUP;
    chunk.keys = keys;
    chunk.keysAt = first * call.headDim;
    chunk.values = values;
    chunk.valuesAt = first * GROUP;
    chunk.valueGroupStride = CHUNK * GROUP;
    source.pack(chunk, rows, staging);
  }

  @Override
  boolean hold(long token) {
    return true;
  }

  @Override
  void findKeys(int head, long token, int groups) {
    float[] own = source.keys().arrayOrNull();
    if (keysInRows && own != null) {
      array = own;
      from = (int) source.keyAt(sequence, head, token);
      stride = source.keyStride();
      return;
    }
    array = keys;
    from = (int) (token % CHUNK) * call.headDim;
    stride = call.headDim * GROUP;
  }

  @Override
  void findValues(int head, long token, int tokens) {
    float[] own = source.values().arrayOrNull();
    if (inRows && own != null) {
      array = own;
      from = (int) source.valueAt(sequence, head, token);
      stride = source.valueStride();
      return;
    }
    array = values;
    from = (int) (token % CHUNK) * GROUP;
    stride = CHUNK * GROUP;
  }

  @Override
  boolean areFinite(long token) {
    return !inRows && chunk.finite;
  }

  @Override
  Page page(long token) {
    throw new AssertionError("floats have no scales");
  }

  @Override
  @SuppressWarnings("NullAway") // at rest it holds nothing of the caller's
  void release() {
    super.release();
    chunk.release();
    staging.release();
    call = null;
    source = null;
  }
}
