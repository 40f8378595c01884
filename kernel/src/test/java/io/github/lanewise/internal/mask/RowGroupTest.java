package io.github.lanewise.internal.mask;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.internal.mask.DrawnMask.Operand;
import io.github.lanewise.internal.mask.QueryRows.VisibleLanes;
import io.github.lanewise.testing.Draw;
import io.github.lanewise.testing.Property;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a group of rows sees is what its rows see by the mask's definition. */
@Tag("property")
class RowGroupTest {

  private final MaskPlan plan = new MaskPlan();
  private final RowGroup group = new RowGroup();
  private final QueryRows rows = new QueryRows();
  private final VisibleLanes lanes = new VisibleLanes();

  /** Which keys each row sees, and whether any does. */
  private boolean[][] visible = {};

  private boolean[] any = {};

  @Test
  void agreesWithTheDefinition() {
    int[] states = new int[3];
    Property.check(
        2000,
        draw -> {
          draw(draw);
          group.findHull();
          checkHull(group);
          checkHull(rows);
          for (int key = 0; key < any.length; key += 1 + key / 3) {
            checkNext(key);
            checkFirstRow(key, key + draw.integer("released", 0, 300));
          }
          for (int chunk0 = 0; chunk0 < any.length; chunk0 += CHUNK) {
            int length = Math.min(CHUNK, any.length - chunk0);
            checkSeen(chunk0, length);
            checkRows(chunk0, length);
            states[checkLanes(chunk0, length)]++;
          }
        });
    System.out.printf("groups: %d none, %d all, %d some%n", states[0], states[1], states[2]);
    assertTrue(states[0] > 50 && states[1] > 100 && states[2] > 100);
  }

  private void draw(Draw draw) {
    int batch = draw.integer("batch", 1, 2);
    int heads = draw.integer("heads", 1, 4);
    int queries = draw.integer("queries", 1, 8);
    int keys = draw.oneOf("keys", 1, 2, 17, 64, 65, 130, 255, 256, 257, 600, 1025);
    Operand operand = new Operand(batch, heads, queries, keys, 4, false);
    long offset = draw.integer("offset", -queries - 3, keys + 3);
    DrawnMask drawn = DrawnMask.draw(draw, "m", operand, offset, 2);
    int b = draw.integer("b", 0, batch - 1);
    int firstHead = draw.integer("firstHead", 0, heads - 1);
    int endHead = draw.integer("endHead", firstHead + 1, heads);
    int firstQuery = draw.integer("firstQuery", 0, queries - 1);
    int endQuery = draw.integer("endQuery", firstQuery + 1, queries);
    plan.bind(drawn.mask(), batch, heads, queries, keys);
    group.set(plan, b, firstHead, endHead - firstHead, firstQuery, endQuery - firstQuery);
    rows.set(plan, b, firstHead, endHead - firstHead, firstQuery, endQuery - firstQuery);
    visible = new boolean[(endHead - firstHead) * (endQuery - firstQuery)][keys];
    any = new boolean[keys];
    assertEquals(visible.length, rows.count);
    for (int r = 0; r < visible.length; r++) {
      int h = firstHead + r / (endQuery - firstQuery);
      int i = firstQuery + r % (endQuery - firstQuery);
      assertEquals(h, rows.head[r]);
      assertEquals(i, rows.query[r]);
      for (int j = 0; j < keys; j++) {
        visible[r][j] = drawn.meaning().visible(b, h, i, j);
        any[j] |= visible[r][j];
      }
    }
  }

  private void checkHull(RowGroup of) {
    assertTrue(0 <= of.firstKey() && of.firstKey() <= of.endKey() && of.endKey() <= any.length);
    for (int j = 0; j < any.length; j++) {
      assertTrue(!any[j] || (of.firstKey() <= j && j < of.endKey()), "key " + j);
    }
    if (plan.rangesOnly() && of.firstKey() < of.endKey()) {
      assertTrue(any[(int) of.firstKey()] && any[(int) of.endKey() - 1], "a wider hull");
    }
  }

  private void checkNext(int key) {
    long next = group.next(key);
    assertTrue(next == key || (next > key && !plan.rangesOnly()), "next is " + next);
    for (int j = key; j < Math.min(next, any.length); j++) {
      assertFalse(any[j], "next from " + key + " is " + next + ", beyond " + j);
    }
  }

  private void checkFirstRow(int from, int end) {
    int expected = -1;
    for (int r = 0; r < visible.length && expected < 0; r++) {
      for (int j = from; j < Math.min(end, any.length); j++) {
        expected = visible[r][j] ? r : expected;
      }
    }
    assertEquals(expected, group.firstRowThatSees(from, end), from + " to " + end);
  }

  private void checkSeen(int chunk0, int length) {
    boolean seen = plan.rangesOnly();
    group.findSeen(chunk0, chunk0 + length);
    for (int k = 0; k < length; k++) {
      boolean expected = plan.rangesOnly() || any[chunk0 + k];
      assertEquals(expected, group.nextSeen(k, length) == k, "key " + (chunk0 + k));
      assertEquals(expected, group.endOfSeen(k, length) != k, "key " + (chunk0 + k));
      seen |= expected;
    }
    assertEquals(seen, group.seesAny(chunk0, chunk0 + length));
  }

  private void checkRows(int chunk0, int length) {
    boolean found = rows.findVisible(chunk0, length);
    boolean expected = false;
    for (int k = 0; k < length; k++) {
      expected |= any[chunk0 + k];
      assertTrue(!any[chunk0 + k] || (rows.from() <= k && k < rows.to()), "key " + (chunk0 + k));
    }
    assertEquals(expected, found);
    for (int r = 0; r < rows.count && found; r++) {
      int count = 0;
      for (int k = 0; k < length; k++) {
        boolean sees = visible[r][chunk0 + k];
        count += sees ? 1 : 0;
        if (rows.state(r) == MaskPlan.SOME) {
          assertEquals(sees, (rows.bits()[QueryRows.bitsAt(r, k)] >>> k & 1) != 0);
        }
      }
      assertEquals(state(count, length), rows.state(r));
    }
  }

  private int checkLanes(int chunk0, int length) {
    int state = lanes.fill(rows, chunk0, chunk0, chunk0 + length);
    int count = 0;
    for (int k = 0; k < length; k++) {
      for (int c = 0; c < rows.count; c++) {
        boolean sees = visible[c][chunk0 + k];
        count += sees ? 1 : 0;
        if (state == MaskPlan.SOME) {
          assertEquals(sees, (lanes.words[k] >>> c & 1) != 0, "key " + (chunk0 + k));
        }
      }
    }
    assertEquals(state(count, length * rows.count), state);
    return state;
  }

  private static int state(int count, int of) {
    return count == 0 ? MaskPlan.NONE : count == of ? MaskPlan.ALL : MaskPlan.SOME;
  }
}
