package io.github.lanewise.bench.demo.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoTextTest {
  @Test
  void atLeastTwoHundredDifferentSentencesAndThreeSearches() {
    List<String> sentences = DemoText.sentences();
    assertTrue(sentences.size() >= 200, sentences.size() + " sentences");
    assertEquals(sentences.size(), new HashSet<>(sentences).size());
    assertEquals(3, DemoText.queries().size());
    assertTrue(DemoText.passage().split(" ").length > 128);
  }
}
