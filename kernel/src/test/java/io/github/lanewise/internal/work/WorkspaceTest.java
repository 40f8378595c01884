package io.github.lanewise.internal.work;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorkspaceTest {

  private final Workspace workspace = new Workspace();

  @Test
  void buffersAreKeptAndGrow() {
    float[] floats = workspace.floats(3, 10);
    assertTrue(floats.length >= 10);
    assertSame(floats, workspace.floats(3, 9));
    assertNotSame(floats, workspace.floats(2, 10));
    assertNotSame(floats, workspace.floats(30, 10));
    assertSame(floats, workspace.floats(3, 10));
    assertTrue(workspace.floats(3, 11).length >= 15, "a row that grows by one settles soon");
    assertEquals(0, workspace.floats(9, 0).length);

    long[] longs = workspace.longs(3, 10);
    assertSame(longs, workspace.longs(3, 10));
    assertNotSame(longs, workspace.longs(20, 10));
    assertTrue(workspace.longs(3, 1000).length >= 1000);
  }

  @Test
  void objectsAreMadeOnce() {
    List<String> made = workspace.reuse(4, ArrayList::new);
    assertSame(made, workspace.<List<String>>reuse(4, ArrayList::new));
    assertNotSame(made, workspace.<List<String>>reuse(5, ArrayList::new));
  }

  @Test
  void thePoolKeepsAsManyAsWereInUseAtOnceUpToItsCapacity() {
    WorkspacePool pool = new WorkspacePool();
    Workspace only = pool.acquire();
    for (int n = 0; n < 10; n++) {
      pool.release(only);
      assertSame(only, pool.acquire());
    }
    Set<Workspace> inUse = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int n = 0; n < WorkspacePool.CAPACITY + 5; n++) {
      assertTrue(inUse.add(pool.acquire()));
    }
    inUse.forEach(pool::release);
    int kept = 0;
    for (int n = 0; n < WorkspacePool.CAPACITY + 5; n++) {
      kept += inUse.contains(pool.acquire()) ? 1 : 0;
    }
    assertEquals(WorkspacePool.CAPACITY, kept);
    pool.release(only);
    pool.clear();
    assertNotSame(only, pool.acquire());
  }

  @Test
  void thePoolIsAtLeastTwiceTheProcessors() {
    int processors = Runtime.getRuntime().availableProcessors();
    assertTrue(WorkspacePool.CAPACITY >= 2 * processors);
    assertTrue(WorkspacePool.CAPACITY <= Math.max(8, 4 * processors));
    assertEquals(1, Integer.bitCount(WorkspacePool.CAPACITY));
  }
}
