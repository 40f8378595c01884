package io.github.lanewise.bench.demo.minilm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WordPieceTokenizerTest {
  private WordPieceTokenizer tokenizer;

  @BeforeAll
  void load() {
    ModelArtifact.keepNativeFilesIn(Path.of("target", "demo", "native"));
    tokenizer = WordPieceTokenizer.load();
  }

  @AfterAll
  void close() {
    tokenizer.close();
  }

  @Test
  void wordsAreCutIntoPiecesOfTheVocabulary() {
    Tokens tokens = tokenizer.tokenize("Hello, embeddings!");
    assertEquals(
        List.of("[CLS]", "hello", ",", "em", "##bed", "##ding", "##s", "!", "[SEP]"),
        tokens.pieces());
    assertArrayEquals(new int[] {101, 7592, 1010, 7861, 8270, 4667, 2015, 999, 102}, tokens.ids());
  }

  @Test
  void longTextIsCutAt128TokensAndShortTextIsNotPadded() {
    assertEquals(MiniLm.MAX_TOKENS, tokenizer.tokenize("word ".repeat(300)).count());
    assertEquals(3, tokenizer.tokenize("word").count());
  }

  @Test
  void truncationKeepsTheEnd() {
    Tokens cut = tokenizer.tokenize("one two three four").truncated(4);
    assertEquals(List.of("[CLS]", "one", "two", "[SEP]"), cut.pieces());
    assertArrayEquals(new int[] {101, 2028, 2048, 102}, cut.ids());
    assertThrows(IllegalArgumentException.class, () -> cut.truncated(5));
    assertThrows(IllegalArgumentException.class, () -> cut.truncated(1));
  }
}
