package io.github.lanewise.bench.peers;

import com.github.tjake.jlama.math.VectorMath;
import com.github.tjake.jlama.tensor.FloatBufferTensor;
import com.github.tjake.jlama.tensor.operations.PanamaTensorOperations;
import com.github.tjake.jlama.util.MachineSpec;
import com.github.tjake.jlama.util.PhysicalCoreExecutor;
import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import java.util.function.IntConsumer;

/**
 * Parts that are independent of each other, on the calling thread or on Jlama's own pool.
 *
 * <p>Jlama multiplies a query by all keys three to five times as fast as some queries at once, in
 * time per query (512 keys of 64: 2.0 us, but 5.0 in blocks of 64; 2.1 in blocks of 64 by its
 * native library, 4.6 one at a time), so one at a time it is, as Jlama itself does it.
 */
final class JlamaRun implements Contender.Run {
  private final PanamaTensorOperations operations =
      new PanamaTensorOperations(MachineSpec.VECTOR_TYPE);
  private final int threads;
  private final int parts;
  private final IntConsumer part;
  private final JlamaMatrix output;

  private JlamaRun(Question question, QuestionData data) {
    int rows = question.rows();
    int columns = question.columns();
    int depth = question.depth();
    threads = question.threads();
    switch (question.operation()) {
      case SOFTMAX -> {
        parts = rows;
        JlamaMatrix x = new JlamaMatrix(data.a(), rows, columns);
        output = new JlamaMatrix(rows, columns);
        part = i -> softmax(x.row(i), output.row(i), columns);
      }
      case QK -> {
        parts = rows;
        JlamaMatrix a = new JlamaMatrix(data.a(), rows, depth);
        JlamaMatrix b = new JlamaMatrix(data.b(), columns, depth);
        output = new JlamaMatrix(rows, columns);
        part =
            i ->
                operations.batchDotProduct(
                    output.row(i), a.row(i), b.block(0, columns), 0, 0, depth, 0, 0, columns);
      }
      case PV -> {
        parts = rows;
        JlamaMatrix a = new JlamaMatrix(data.a(), rows, depth);
        JlamaMatrix b = new JlamaMatrix(data.b(), depth, columns);
        output = new JlamaMatrix(rows, columns);
        part =
            i -> {
              output.row(i).clear();
              operations.saxpy(
                  a.row(i), b.block(0, depth), output.row(i), 0, 0, columns, 0, 0, depth);
            };
      }
      default -> {
        JlamaAttention attention = new JlamaAttention(question, data, operations);
        parts = question.batch() * question.heads();
        output = attention.output();
        part = attention::head;
      }
    }
  }

  static JlamaRun of(Question question, QuestionData data) {
    if (question.threads() > 1) {
      setThreads(question.threads());
    }
    return new JlamaRun(question, data);
  }

  /** Jlama's pool has half as many threads as processors, unless that is set before its start. */
  private static void setThreads(int threads) {
    if (threads <= Runtime.getRuntime().availableProcessors()) {
      try {
        PhysicalCoreExecutor.overrideThreadCount(threads);
      } catch (IllegalStateException e) {
        // It has started; if with as many threads, then all is well.
      }
    }
    int found = PhysicalCoreExecutor.instance.get().getCoreCount();
    if (found != threads) {
      throw new IllegalStateException(
          "Jlama's pool has " + found + " threads, but " + threads + " are asked for");
    }
  }

  private static void softmax(FloatBufferTensor x, FloatBufferTensor y, int columns) {
    y.copyFrom(x, 0, 0, columns);
    VectorMath.softMax(y, 0, columns);
  }

  @Override
  public void run() {
    if (threads > 1) {
      VectorMath.pfor(0, parts, part);
      return;
    }
    for (int i = 0; i < parts; i++) {
      part.accept(i);
    }
  }

  @Override
  public void spoil() {
    output.fill(Float.NaN);
  }

  @Override
  public float[] result() {
    return output.values();
  }

  /** Nothing: the pool is Jlama's own and of the whole JVM, its idle threads end by themselves. */
  @Override
  public void close() {}
}
