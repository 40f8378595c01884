package io.github.lanewise.bench.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TokensTest {
  private HuggingFaceTokenizer tokenizer;

  @BeforeAll
  void load() {
    tokenizer = Tokens.tokenizer();
  }

  @AfterAll
  void close() {
    tokenizer.close();
  }

  @Test
  void wordsAreCutIntoPiecesOfTheVocabulary() {
    Tokens tokens = Tokens.of("Hello, embeddings!", tokenizer);
    assertEquals(
        List.of("[CLS]", "hello", ",", "em", "##bed", "##ding", "##s", "!", "[SEP]"),
        tokens.pieces());
    assertArrayEquals(new int[] {101, 7592, 1010, 7861, 8270, 4667, 2015, 999, 102}, tokens.ids());
  }

  @Test
  void longTextIsCutAt128TokensAndShortTextIsNotPadded() {
    assertEquals(MiniLm.MAX_TOKENS, Tokens.of("word ".repeat(300), tokenizer).count());
    assertEquals(3, Tokens.of("word", tokenizer).count());
  }

  @Test
  void truncationKeepsTheEnd() {
    Tokens cut = Tokens.of("one two three four", tokenizer).truncated(4);
    assertEquals(List.of("[CLS]", "one", "two", "[SEP]"), cut.pieces());
    assertArrayEquals(new int[] {101, 2028, 2048, 102}, cut.ids());
    assertThrows(IllegalArgumentException.class, () -> cut.truncated(5));
    assertThrows(IllegalArgumentException.class, () -> cut.truncated(1));
  }
}
