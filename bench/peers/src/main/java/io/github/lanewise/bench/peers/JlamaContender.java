package io.github.lanewise.bench.peers;

import com.github.tjake.jlama.math.VectorMath;
import com.github.tjake.jlama.tensor.FloatBufferTensor;
import com.github.tjake.jlama.tensor.operations.PanamaTensorOperations;
import com.github.tjake.jlama.util.MachineSpec;
import com.github.tjake.jlama.util.PhysicalCoreExecutor;
import io.github.lanewise.bench.comparison.BufferRun;
import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Operation;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Jlama: language models on the JVM, by the Vector API. Parts of a question that are independent of
 * each other are on the calling thread or on Jlama's own pool.
 *
 * <p>Jlama multiplies a query by all keys three to five times as fast as some queries at once, in
 * time per query (512 keys of 64: 2.0 us, but 5.0 in blocks of 64; 2.1 in blocks of 64 by its
 * native library, 4.6 one at a time), so one at a time it is, as Jlama itself does it.
 */
public final class JlamaContender implements Contender {
  /** Its products have no tails: the lanes of the widest vectors divide what they go along. */
  private static final int LANES = 16;

  @Override
  public String name() {
    return "Jlama";
  }

  @Override
  public String description() {
    return "Jlama 0.8.4, its Vector API operations, which for one query at a time are faster than"
        + " its own native library and its own products of matrices; in the order of its"
        + " CausalSelfAttention: batchDotProduct, scale, softMax, saxpy. Its softMax works in place:"
        + " the time includes a copy of the logits. Its dot product takes multiples of 16 only";
  }

  @Override
  public boolean answers(Question question) {
    return switch (question.operation()) {
      case SOFTMAX -> question.variant() == Variant.PLAIN;
      case QK, ATTENTION -> question.variant() != Variant.SOFTCAP && question.depth() % LANES == 0;
      case PV -> question.columns() % LANES == 0;
      default -> false;
    };
  }

  /** What Jlama sets itself, but only when its first class is loaded. */
  @Override
  public List<String> jvmArguments() {
    return List.of("-Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0");
  }

  @Override
  public Run prepare(Question question, QuestionData data) {
    boolean pool = question.threads() > 1;
    if (pool) {
      setThreads(question.threads());
    }
    boolean attention = question.operation() == Operation.ATTENTION;
    int heads = question.batch() * question.heads();
    int rows = question.rows();
    int parts = attention ? heads : rows;
    JlamaAttention.Matrix output =
        attention
            ? new JlamaAttention.Matrix(heads * rows, question.depth())
            : new JlamaAttention.Matrix(rows, question.columns());
    IntConsumer part = part(question, data, output);
    Runnable work =
        () -> {
          if (pool) {
            VectorMath.pfor(0, parts, part);
            return;
          }
          for (int i = 0; i < parts; i++) {
            part.accept(i);
          }
        };
    // The pool is Jlama's own and of the whole JVM; its idle threads end by themselves.
    return new BufferRun(output.elements(), work, () -> {});
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

  /** A row of the result, or a head of attention. */
  private static IntConsumer part(
      Question question, QuestionData data, JlamaAttention.Matrix output) {
    PanamaTensorOperations operations = new PanamaTensorOperations(MachineSpec.VECTOR_TYPE);
    int rows = question.rows();
    int columns = question.columns();
    int depth = question.depth();
    return switch (question.operation()) {
      case SOFTMAX -> {
        JlamaAttention.Matrix x = new JlamaAttention.Matrix(data.a(), rows, columns);
        yield i -> {
          FloatBufferTensor y = output.row(i);
          y.copyFrom(x.row(i), 0, 0, columns);
          VectorMath.softMax(y, 0, columns);
        };
      }
      case QK -> {
        JlamaAttention.Matrix a = new JlamaAttention.Matrix(data.a(), rows, depth);
        FloatBufferTensor b = new JlamaAttention.Matrix(data.b(), columns, depth).block(0, columns);
        yield i ->
            operations.batchDotProduct(output.row(i), a.row(i), b, 0, 0, depth, 0, 0, columns);
      }
      case PV -> {
        JlamaAttention.Matrix a = new JlamaAttention.Matrix(data.a(), rows, depth);
        FloatBufferTensor b = new JlamaAttention.Matrix(data.b(), depth, columns).block(0, depth);
        yield i -> {
          output.row(i).clear();
          operations.saxpy(a.row(i), b, output.row(i), 0, 0, columns, 0, 0, depth);
        };
      }
      default -> new JlamaAttention(question, data, operations, output)::head;
    };
  }
}
