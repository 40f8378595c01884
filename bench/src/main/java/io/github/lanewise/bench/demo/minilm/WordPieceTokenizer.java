package io.github.lanewise.bench.demo.minilm;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import io.github.lanewise.bench.stage.Failure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The artifact's own tokenizer. It holds native memory: close it. A text is cut at {@link
 * MiniLm#MAX_TOKENS} tokens, and is not padded.
 */
public final class WordPieceTokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;

  private WordPieceTokenizer(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Loads the tokenizer's file from the artifact on the class path. */
  public static WordPieceTokenizer load() {
    byte[] file = ModelArtifact.read(MiniLm.TOKENIZER_ENTRY);
    try {
      return new WordPieceTokenizer(
          HuggingFaceTokenizer.newInstance(
              new ByteArrayInputStream(file), Map.of("padding", "false")));
    } catch (IOException e) {
      throw new Failure("cannot load the tokenizer: " + e.getMessage(), e);
    }
  }

  /** Returns the tokens of a text between [CLS] and [SEP]. */
  public Tokens tokenize(String text) {
    Encoding encoding = tokenizer.encode(text, true, false);
    int[] ids = Arrays.stream(encoding.getIds()).mapToInt(Math::toIntExact).toArray();
    return new Tokens(ids, List.of(encoding.getTokens()));
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
