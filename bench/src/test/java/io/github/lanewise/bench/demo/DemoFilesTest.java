package io.github.lanewise.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoFilesTest {
  @Test
  void atLeastTwoHundredDifferentSentencesAndThreeSearches() {
    List<String> sentences = DemoFiles.sentences();
    assertTrue(sentences.size() >= 200, sentences.size() + " sentences");
    assertEquals(sentences.size(), new HashSet<>(sentences).size());
    assertEquals(3, DemoFiles.queries().size());
    assertTrue(DemoFiles.passage().split(" ").length > 128);
  }
}
