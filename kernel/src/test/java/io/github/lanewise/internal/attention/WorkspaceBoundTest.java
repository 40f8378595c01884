package io.github.lanewise.internal.attention;

import static io.github.lanewise.internal.kernel.Arithmetic.CHUNK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.lanewise.FloatTensor;
import io.github.lanewise.Mask;
import io.github.lanewise.RowStatistics;
import io.github.lanewise.Workers;
import io.github.lanewise.attention.Attention;
import io.github.lanewise.internal.kernel.TileKernels;
import io.github.lanewise.internal.work.TaskRunner;
import io.github.lanewise.internal.work.Workspace;
import io.github.lanewise.testing.Footprint;
import java.lang.foreign.Arena;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What workers keep between calls of attention is bounded, and gone when they are closed. */
class WorkspaceBoundTest {
  private static final Workspace.Floats KEY = Workspace.floats();

  private static final long MOST_PER_WORKER = 2L << 20;

  /** An executor that runs its tasks at once, so that one thread is caller and helper in turn. */
  private static final int PARALLELISM = 2;

  @ParameterizedTest
  @CsvSource({
    // heads, queries, keys, headDim, valueDim, native, options
    "1, 1, 1, 1, 1, false, false",
    "8, 1, 1, 64, 64, false, false",
    "4, 3, 17, 33, 65, false, true",
    "8, 64, 64, 512, 512, false, false",
    "2, 64, 8192, 512, 512, true, false",
    "2, 70, 3000, 512, 512, true, true",
    "1, 40, 100000, 64, 64, false, false",
    "2, 513, 513, 512, 1, true, true",
    "16, 33, 300, 1, 512, false, true"
  })
  void whatWorkersKeepIsBounded(
      int heads,
      int queries,
      int keys,
      int headDim,
      int valueDim,
      boolean offHeap,
      boolean options) {
    try (Arena arena = Arena.ofShared();
        Workers one = Workers.threads(1);
        Workers two = Workers.on(Runnable::run, PARALLELISM)) {
      Arena from = offHeap ? arena : Arena.ofAuto();
      FloatTensor q = filled(from, offHeap, heads, queries, headDim);
      FloatTensor k = filled(from, offHeap, heads, keys, headDim);
      FloatTensor v = filled(from, offHeap, heads, keys, valueDim);
      FloatTensor out = filled(from, offHeap, heads, queries, valueDim);
      for (Workers workers : List.of(one, two)) {
        attention(options, heads, keys).forward(q, k, v, out, RowStatistics.none(), workers);
        // Native tensors hold no array, so that whatever is counted is kept by the workspace.
        check(workers, heads, keys, headDim, valueDim);
      }
    }
  }

  private static Attention attention(boolean options, int heads, int keys) {
    Attention.Builder builder = Attention.builder();
    if (options) {
      builder
          .mask(Mask.prefix(4).or(Mask.window(700, 5)))
          .bias(FloatTensor.allocate(1, keys))
          .alibi(new float[heads])
          .sinks(new float[heads]);
    }
    return builder.build();
  }

  private static FloatTensor filled(Arena arena, boolean offHeap, int heads, int rows, int dim) {
    return offHeap
        ? FloatTensor.allocate(arena, 1, heads, rows, dim)
        : FloatTensor.allocate(1, heads, rows, dim);
  }

  private static void check(Workers workers, int heads, int keys, int headDim, int valueDim) {
    TaskRunner runner = TaskRunner.of(workers);
    List<Workspace> kept = new ArrayList<>();
    for (int worker = 0; worker < PARALLELISM; worker++) {
      kept.add(runner.acquire());
    }
    long headBytes = rounded(keys) * (headDim + rounded(valueDim)) * Float.BYTES;
    long mostHeads = runner.parallelism() == 1 ? 1 : heads;
    long packedBytes = 0;
    for (Workspace workspace : kept) {
      long own = Footprint.of(workspace);
      if (own > 0 && holdsCall(workspace)) {
        PackedHeads packed = Footprint.find(workspace, PackedHeads.class);
        packedBytes += Footprint.of(packed);
        own = Footprint.of(workspace, packed);
      }
      assertTrue(own <= MOST_PER_WORKER, own + " bytes");
      workspace.close();
    }
    // Beside keys and values, a few numbers for each head and chunk.
    long table = 4096 + 64L * mostHeads * (keys / CHUNK + 1);
    assertTrue(
        packedBytes <= mostHeads * headBytes + table,
        packedBytes + " bytes of packed heads, but keys and values have " + headBytes + " a head");
  }

  private static boolean holdsCall(Workspace workspace) {
    try {
      Footprint.find(workspace, PackedHeads.class);
      return true;
    } catch (AssertionError none) {
      return false;
    }
  }

  /** Tiles are made of groups of 16 keys and of 16 value columns. */
  private static long rounded(long size) {
    return (size + TileKernels.GROUP - 1) / TileKernels.GROUP * TileKernels.GROUP;
  }

  @Test
  void aCallKeepsNoArrayOfTheCallers() {
    try (Workers workers = Workers.threads(1)) {
      int length = 1 << 20; // more than all buffers of so small a call
      FloatTensor big = FloatTensor.allocate(1, 1, length / 64, 64);
      FloatTensor few = big.slice(2, 0, 5);
      FloatTensor bias = FloatTensor.of(new float[length], 1, length).slice(1, 0, 5);
      Attention.builder()
          .mask(Mask.allowed(new boolean[5], 5))
          .bias(bias)
          .build()
          .forward(few, few, few, FloatTensor.allocate(1, 1, 5, 64), RowStatistics.none(), workers);
      Workspace workspace = TaskRunner.of(workers).acquire();
      long bytes = Footprint.of(workspace);
      assertTrue(bytes > 0 && bytes < (long) length * Float.BYTES, bytes + " bytes");
    }
  }

  @Test
  @Timeout(300)
  void closeReleasesEverything() throws InterruptedException {
    for (Workers workers : List.of(Workers.threads(2), Workers.on(Runnable::run, 3))) {
      List<WeakReference<Workspace>> kept = new ArrayList<>();
      TaskRunner runner = TaskRunner.of(workers);
      Workspace own = runner.acquire();
      runner.run(
          64,
          (index, workspace) -> {
            workspace.get(KEY, 1000);
            synchronized (kept) {
              kept.add(new WeakReference<>(workspace));
            }
          },
          own);
      own.close();
      own = null;
      assertNull(own);
      assertEquals(64, kept.size());
      workers.close();
      for (WeakReference<Workspace> reference : kept) {
        while (reference.get() != null) {
          System.gc();
          Thread.sleep(10);
        }
      }
    }
  }
}
