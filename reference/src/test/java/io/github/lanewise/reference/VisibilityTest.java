package io.github.lanewise.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class VisibilityTest {
  @Test
  void causal() {
    assertEquals("#... ##.. ###.", picture(Visibility.causal(0), 0, 0));
    assertEquals("##.. ###. ####", picture(Visibility.causal(1), 0, 0));
    assertEquals(".... #... ##..", picture(Visibility.causal(-1), 0, 0));
    assertEquals("#### #### ####", picture(Visibility.causal(Long.MAX_VALUE), 0, 0));
    assertEquals(".... .... ....", picture(Visibility.causal(Long.MIN_VALUE), 0, 0));
  }

  @Test
  void window() {
    assertEquals("##.. ###. .###", picture(Visibility.window(1, 1, 0), 0, 0));
    assertEquals("#... .#.. ..#.", picture(Visibility.window(0, 0, 0), 0, 0));
    assertEquals(".#.. .##. .###", picture(Visibility.window(2, 0, 1).and(notFirst()), 0, 0));
    assertEquals("#### .### ..##", picture(Visibility.window(0, Long.MAX_VALUE, 0), 0, 0));
    long huge = Long.MAX_VALUE;
    assertEquals("#### .### ..##", picture(Visibility.window(huge, huge, huge), 0, 0));
    assertEquals("#### #### ####", picture(Visibility.window(huge, huge, 0), 0, 0));
  }

  @Test
  void prefixAndLengths() {
    assertEquals("##.. ##.. ##..", picture(Visibility.prefix(2), 0, 0));
    assertEquals("###. ###. ###.", picture(Visibility.keyLengths(0, 3), 1, 0));
    assertEquals(".... .... ....", picture(Visibility.keyLengths(0, 3), 0, 0));
    assertEquals(
        "#... ##.. #.#.", picture(Visibility.prefix(1).or(Visibility.window(0, 0, 0)), 0, 0));
  }

  @Test
  void allowedIsAlignedToTheRight() {
    boolean[] keys = {true, false, false, true};
    assertEquals("#..# #..# #..#", picture(Visibility.allowed(keys, 4), 1, 1));
    boolean[] queries = {true, false, true};
    assertEquals("#### .... ####", picture(Visibility.allowed(queries, 3, 1), 1, 1));
    boolean[] batches = {false, true};
    assertEquals("#### #### ####", picture(Visibility.allowed(batches, 2, 1, 1, 1), 1, 0));
    assertEquals(".... .... ....", picture(Visibility.allowed(batches, 2, 1, 1, 1), 0, 1));
    boolean[] headsByKeys = {true, true, true, true, false, false, true, false};
    assertEquals("..#. ..#. ..#.", picture(Visibility.allowed(headsByKeys, 2, 1, 4), 0, 1));
  }

  private static Visibility notFirst() {
    return (batch, head, query, key) -> key > 0;
  }

  /** Three queries by four keys. */
  private static String picture(Visibility visibility, int batch, int head) {
    StringBuilder picture = new StringBuilder();
    for (int query = 0; query < 3; query++) {
      picture.append(query == 0 ? "" : " ");
      for (int key = 0; key < 4; key++) {
        picture.append(visibility.visible(batch, head, query, key) ? '#' : '.');
      }
    }
    return picture.toString();
  }
}
