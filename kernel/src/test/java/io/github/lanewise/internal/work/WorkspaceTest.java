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

  private final Workspace.Pool pool = new Workspace.Pool();
  private final Workspace workspace = pool.acquire();

  @Test
  void buffersAreKeptAndGrow() {
    Workspace.Floats key = Workspace.floats();
    float[] floats = workspace.get(key, 10);
    assertTrue(floats.length >= 10);
    assertSame(floats, workspace.get(key, 9));
    for (int n = 0; n < 20; n++) {
      assertNotSame(floats, workspace.get(Workspace.floats(), 10));
    }
    assertSame(floats, workspace.get(key, 10));
    assertTrue(workspace.get(key, 11).length >= 15, "a row that grows by one settles soon");
    assertEquals(0, workspace.get(Workspace.floats(), 0).length);
  }

  @Test
  void whatComesBackAfterTheEndIsNotKept() {
    pool.close();
    workspace.close();
    assertNotSame(workspace, pool.acquire());
  }

  @Test
  void objectsAreMadeOnce() {
    Workspace.Key<List<String>> key = Workspace.key(ArrayList::new);
    List<String> made = workspace.get(key);
    assertSame(made, workspace.get(key));
    assertNotSame(made, workspace.get(Workspace.<List<String>>key(ArrayList::new)));
    assertNotSame(made, pool.acquire().get(key), "each workspace has objects of its own");
  }

  @Test
  void thePoolKeepsAsManyAsWereInUseAtOnceUpToItsCapacity() {
    Workspace only = pool.acquire();
    for (int n = 0; n < 10; n++) {
      only.close();
      assertSame(only, pool.acquire());
    }
    Set<Workspace> inUse = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int n = 0; n < Workspace.Pool.CAPACITY + 5; n++) {
      assertTrue(inUse.add(pool.acquire()));
    }
    inUse.forEach(Workspace::close);
    int kept = 0;
    for (int n = 0; n < Workspace.Pool.CAPACITY + 5; n++) {
      kept += inUse.contains(pool.acquire()) ? 1 : 0;
    }
    assertEquals(Workspace.Pool.CAPACITY, kept);
    only.close();
    pool.close();
    assertNotSame(only, pool.acquire());
  }

  @Test
  void thePoolIsAtLeastTwiceTheProcessors() {
    int processors = Runtime.getRuntime().availableProcessors();
    assertTrue(Workspace.Pool.CAPACITY >= 2 * processors);
    assertTrue(Workspace.Pool.CAPACITY <= Math.max(8, 4 * processors));
    assertEquals(1, Integer.bitCount(Workspace.Pool.CAPACITY));
  }
}
