package io.github.lanewise.bench.demo.minilm;

import java.util.List;

/**
 * One text as the model sees it.
 *
 * @param ids numbers in the vocabulary; the first is [CLS], the last [SEP]
 * @param pieces the same as text, a continued word beginning with ##
 */
@SuppressWarnings("ArrayRecordComponent") // read in the hot loop, never compared
public record Tokens(int[] ids, List<String> pieces) {
  /** Returns the number of tokens. */
  public int count() {
    return ids.length;
  }

  /** Returns the first {@code count - 1} tokens and the last one, which is [SEP]. */
  public Tokens truncated(int count) {
    if (count < 2 || count > ids.length) {
      throw new IllegalArgumentException(
          "cannot cut " + ids.length + " tokens down to " + count + ", but to 2.." + ids.length);
    }
    int[] cut = java.util.Arrays.copyOf(ids, count);
    cut[count - 1] = ids[ids.length - 1];
    List<String> cutPieces = new java.util.ArrayList<>(pieces.subList(0, count - 1));
    cutPieces.add(pieces.get(ids.length - 1));
    return new Tokens(cut, List.copyOf(cutPieces));
  }
}
