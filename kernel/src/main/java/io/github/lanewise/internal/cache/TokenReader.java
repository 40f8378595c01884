package io.github.lanewise.internal.cache;

import io.github.lanewise.internal.tensor.StridedFloats;
import io.github.lanewise.internal.work.Workspace;

/** Copies tokens of a snapshot to tensors, as they are stored, widened to float32. */
final class TokenReader {
  private static final Workspace.Floats ROW = Workspace.floats();

  private TokenReader() {}

  /**
   * Copies the tokens of a sequence from {@code from} on; if one of them is not there, none.
   *
   * @param k [keyHeads, tokens, headDim]
   * @param v [keyHeads, tokens, valueDim]
   */
  static void read(
      CacheSnapshot snapshot,
      PageLayout layout,
      int sequence,
      long from,
      StridedFloats k,
      StridedFloats v,
      Workspace workspace) {
    CacheChecks.requireReadable(snapshot, sequence, from, from + k.size(1));
    float[] row = workspace.get(ROW, Math.max(layout.headDim, layout.valueDim));
    for (long i = 0; i < k.size(1); i++) {
      Page page = snapshot.page(sequence, from + i);
      int token = (int) ((from + i) % layout.pageLength);
      for (int h = 0; h < layout.keyHeads; h++) {
        StoredTokens.readKey(layout, page, h, token, row);
        k.write(row, 0, k.offset() + h * k.stride(0) + i * k.stride(1), layout.headDim);
        StoredTokens.readValue(layout, page, h, token, row);
        v.write(row, 0, v.offset() + h * v.stride(0) + i * v.stride(1), layout.valueDim);
      }
    }
  }
}
