package io.github.lanewise.bench.demo;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.github.lanewise.bench.stage.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * One text as the model sees it: cut at {@link MiniLm#MAX_TOKENS} tokens, and not padded.
 *
 * @param ids numbers in the vocabulary; the first is [CLS], the last [SEP]
 * @param pieces the same as text, a continued word beginning with ##
 */
@SuppressWarnings("ArrayRecordComponent") // read in the hot loop, never compared
record Tokens(int[] ids, List<String> pieces) {
  /** Loads the artifact's own tokenizer. It holds native memory: close it. */
  static HuggingFaceTokenizer tokenizer() {
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(DemoFiles.tokenizer()), Map.of("padding", "false"));
    } catch (IOException e) {
      throw new Failure("cannot load the tokenizer: " + e.getMessage(), e);
    }
  }

  /** Returns the tokens of a text between [CLS] and [SEP]. */
  static Tokens of(String text, HuggingFaceTokenizer tokenizer) {
    Encoding encoding = tokenizer.encode(text, true, false);
    int[] ids = Arrays.stream(encoding.getIds()).mapToInt(Math::toIntExact).toArray();
    return new Tokens(ids, List.of(encoding.getTokens()));
  }

  /** Returns the number of tokens. */
  int count() {
    return ids.length;
  }

  /** Returns the first {@code count - 1} tokens and the last one, which is [SEP]. */
  Tokens truncated(int count) {
    if (count < 2 || count > ids.length) {
      throw new IllegalArgumentException(
          "cannot cut " + ids.length + " tokens down to " + count + ", but to 2.." + ids.length);
    }
    int[] cut = Arrays.copyOf(ids, count);
    cut[count - 1] = ids[ids.length - 1];
    List<String> cutPieces = new ArrayList<>(pieces.subList(0, count - 1));
    cutPieces.add(pieces.get(ids.length - 1));
    return new Tokens(cut, List.copyOf(cutPieces));
  }
}
