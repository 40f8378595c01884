package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.kernel.DecodeKernels.Element;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.runtime.Kernels;
import io.github.lanewise.internal.tensor.StagedRows;
import io.github.lanewise.internal.tensor.StridedFloats;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Writes rows of keys and values to pages, in the layout and the elements of the cache. */
final class PageWriter {

  private static final int GROUP = TileKernels.GROUP;

  private final PageLayout layout;
  private final CacheMemory memory;
  private final StagedRows staging;

  /** The keys of a group of 16 tokens, {@code [headDim][16]}, or a padded row of values. */
  private final float[] block;

  /** The block in the elements of the pages, where those are narrower. */
  private final short[] shorts;

  private final byte[] bytes;

  /** The scales of the staged rows. */
  private final float[] scales;

  PageWriter(PageLayout layout, CacheMemory memory) {
    this.layout = layout;
    this.memory = memory;
    staging = memory.staging();
    int most = Math.max(GROUP * layout.headDim, layout.valueWidth());
    block = memory.floats(most);
    shorts = memory.shorts(holds(Short.BYTES) ? most : 0);
    bytes = memory.bytes(holds(Byte.BYTES) ? most : 0);
    scales = memory.floats(GROUP);
  }

  /** Whether keys or values have elements of that many bytes. */
  private boolean holds(int bytes) {
    return layout.keyElement.bytes == bytes || layout.valueElement.bytes == bytes;
  }

  /** Makes what writing rows of these tensors needs. */
  void prepare(StridedFloats k, StridedFloats v) {
    int most = 0;
    if (k.arrayOrNull() == null) {
      most = GROUP * layout.headDim;
    }
    if (v.arrayOrNull() == null) {
      most = Math.max(most, GROUP * layout.valueDim);
    }
    if (staging.room() < most) {
      staging.makeRoom(memory.floats(most));
    }
  }

  /** Lets go of the tensors after rows that could not be read. */
  void release() {
    staging.release();
  }

  /**
   * Writes tokens to the pages that a table has reserved for them.
   *
   * @param m the table's number among the sequences that take part
   */
  void write(PageTable table, IncomingTokens incoming, int m, StridedFloats k, StridedFloats v) {
    long tokens = incoming.tokens(m);
    long kStride = incoming.tokenStride(k);
    long vStride = incoming.tokenStride(v);
    for (long done = 0; done < tokens; ) {
      long token = table.length() + done;
      int inPage = (int) (token & (layout.pageLength - 1));
      int rows = (int) Math.min(tokens - done, GROUP - inPage % GROUP);
      Page page = table.incoming(token);
      long kRow = incoming.firstRow(m, k) + done * kStride;
      long vRow = incoming.firstRow(m, v) + done * vStride;
      for (int h = 0; h < layout.keyHeads; h++) {
        keys(page, h, inPage, k, kRow + h * incoming.headStride(k), kStride, rows);
        values(page, h, inPage, v, vRow + h * incoming.headStride(v), vStride, rows);
      }
      done += rows;
    }
  }

  /**
   * Writes the keys of some tokens that lie in one group of 16 of a page.
   *
   * @param row index of the first token's key in the tensor's storage
   */
  private void keys(
      Page page, int head, int token, StridedFloats k, long row, long stride, int rows) {
    int dim = layout.headDim;
    int at = layout.keyAt(head, token);
    int lane = token % GROUP;
    staging.load(k, row, stride, rows, dim);
    if (page.keys instanceof float[] own) {
      transpose(rows, own, at);
    } else {
      transpose(rows, block, lane);
      if (layout.keysScaled()) {
        findScales(page.keyScales, layout.scaleAt(head, token), rows, dim);
      }
      for (int d = 0; d < dim; d++) {
        int from = d * GROUP + lane;
        for (int r = 0; r < rows && layout.keysScaled(); r++) {
          block[from + r] = NarrowFloats.quotient(block[from + r], scales[r]);
        }
        store(layout.keyElement, from, rows, page.keys, at + d * layout.keyLanes);
      }
    }
    staging.release();
  }

  /** Whole groups in lanes; a step of decoding brings one row, which lanes do not make faster. */
  private void transpose(int rows, float[] target, int at) {
    if (rows < GROUP) {
      for (int r = 0; r < rows; r++) {
        int from = staging.from + r * staging.stride;
        for (int d = 0; d < layout.headDim; d++) {
          target[at + r + d * GROUP] = staging.array[from + d];
        }
      }
      return;
    }
    Kernels.tiles()
        .transpose(
            staging.array, staging.from, staging.stride, rows, layout.headDim, target, at, GROUP);
  }

  /** Writes the values of some tokens that lie in one group of 16 of a page. */
  private void values(
      Page page, int head, int token, StridedFloats v, long row, long stride, int rows) {
    int dim = layout.valueDim;
    staging.load(v, row, stride, rows, dim);
    if (layout.valuesScaled()) {
      findScales(page.valueScales, layout.scaleAt(head, token), rows, dim);
    }
    if (rows == GROUP && page.values instanceof float[] own) {
      page.allFinite &= pack(own, layout.valueAt(head, token));
    } else {
      for (int r = 0; r < rows; r++) {
        value(page, layout.valueAt(head, token + r), r);
      }
    }
    staging.release();
  }

  /** A whole group of rows, in lanes; returns whether all of them are finite. */
  private boolean pack(float[] target, int to) {
    return Kernels.tiles()
        .packGroups(
            staging.array,
            staging.from,
            staging.stride,
            GROUP,
            layout.valueDim,
            GROUP,
            target,
            to,
            layout.valueGroupStride());
  }

  private void value(Page page, int to, int r) {
    int dim = layout.valueDim;
    int padded = layout.valueWidth();
    System.arraycopy(staging.array, staging.from + r * staging.stride, block, 0, dim);
    Arrays.fill(block, dim, padded, 0f);
    boolean finite = true;
    for (int column = 0; column < dim; column++) {
      finite &= Math.abs(block[column]) <= Float.MAX_VALUE;
    }
    page.allFinite &= finite;
    for (int column = 0; column < dim && layout.valuesScaled(); column++) {
      block[column] = NarrowFloats.quotient(block[column], scales[r]);
    }
    int at = to;
    for (int column = 0; column < padded; column += layout.valueLanes) {
      store(layout.valueElement, column, layout.valueLanes, page.values, at);
      at += layout.valueGroupStride();
    }
  }

  /** Finds the scales of the staged rows, for the page and for the quotients. */
  private void findScales(float[] target, int at, int rows, int dim) {
    for (int r = 0; r < rows; r++) {
      scales[r] = NarrowFloats.int8Scale(staging.array, staging.from + r * staging.stride, dim);
      target[at + r] = scales[r];
    }
  }

  /** Rounds a run of the block to elements of the page, and copies it there. */
  private void store(Element element, int from, int length, Object target, int at) {
    round(element, from, length);
    if (target instanceof float[] floats) {
      System.arraycopy(block, from, floats, at, length);
    } else if (target instanceof short[] array) {
      System.arraycopy(shorts, from, array, at, length);
    } else if (target instanceof byte[] array) {
      System.arraycopy(bytes, from, array, at, length);
    } else {
      storeNative(element, from, length, (MemorySegment) target, at);
    }
  }

  private void round(Element element, int from, int length) {
    switch (element) {
      case FLOAT32 -> {}
      case BFLOAT16 -> {
        for (int i = from; i < from + length; i++) {
          shorts[i] = NarrowFloats.bfloat16(block[i]);
        }
      }
      case FLOAT16 -> {
        for (int i = from; i < from + length; i++) {
          shorts[i] = Float.floatToFloat16(block[i]);
        }
      }
      case INT8 -> {
        for (int i = from; i < from + length; i++) {
          bytes[i] = NarrowFloats.int8(block[i]);
        }
      }
    }
  }

  /** Element by element: a copy of a few allocates where it is not inlined. */
  private void storeNative(Element element, int from, int length, MemorySegment to, long at) {
    switch (element) {
      case FLOAT32 -> {
        for (int i = 0; i < length; i++) {
          to.setAtIndex(ValueLayout.JAVA_FLOAT, at + i, block[from + i]);
        }
      }
      case BFLOAT16, FLOAT16 -> {
        for (int i = 0; i < length; i++) {
          to.setAtIndex(ValueLayout.JAVA_SHORT, at + i, shorts[from + i]);
        }
      }
      case INT8 -> {
        for (int i = 0; i < length; i++) {
          to.set(ValueLayout.JAVA_BYTE, at + i, bytes[from + i]);
        }
      }
    }
  }
}
