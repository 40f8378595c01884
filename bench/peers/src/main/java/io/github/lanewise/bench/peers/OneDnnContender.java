package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.BufferRun;
import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.FloatBuffer;
import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;
import org.bytedeco.dnnl.stream;
import org.jspecify.annotations.Nullable;

/** oneDNN, what PyTorch and others compute with on CPUs: primitives that are created once. */
public final class OneDnnContender implements Contender {
  private static final int COLUMN_AXIS = 1;

  /** Already loaded by oneDNN, so that the system's linker answers with the one that it uses. */
  private static final String OPEN_MP = "libgomp.so.1";

  @Override
  public String name() {
    return "oneDNN";
  }

  @Override
  public String description() {
    return "oneDNN "
        + JavaCpp.version("dnnl")
        + ": softmax_accurate, softmax_log and their backward, eltwise_exp, matmul on plain row-major"
        + " memory (both factors are new in every call, so neither is packed beforehand; Bᵀ by"
        + " strides); GNU's OpenMP; a primitive is created once and executed in place of a call. Its"
        + " softmax keeps a NaN from most of its row's other weights (0 instead, on an Intel Xeon)"
        + " and flushes weights below 1.66e-38, normal ones among them, to 0; its log-softmax can be"
        + " above 0";
  }

  @Override
  public boolean answers(Question question) {
    return switch (question.operation()) {
      case EXP, QK, PV -> true;
      case SOFTMAX ->
          switch (question.variant()) {
            case PLAIN, LOGARITHMIC, BACKWARD -> true;
            default -> false;
          };
      default -> false;
    };
  }

  @Override
  public List<String> jvmArguments() {
    return JavaCpp.jvmArguments();
  }

  @Override
  public Run prepare(Question question, QuestionData data) {
    JavaCpp.load("oneDNN", dnnl.class);
    Execution execution = new Execution(question, data);
    return new BufferRun(execution.output, execution::run, execution.pointers::close);
  }

  /** A primitive with its memory. Calls go through the C interface: it makes no garbage. */
  private static final class Execution {
    final JavaCpp.Pointers pointers = new JavaCpp.Pointers();
    final FloatBuffer output;
    private final int threads;
    private final engine cpu;
    private final dnnl_stream stream;
    private final dnnl_exec_arg_t arguments;
    private int argumentCount;
    private final dnnl_primitive primitive;
    private @Nullable Thread prepared;

    Execution(Question question, QuestionData data) {
      threads = question.threads();
      setThreads(); // before a primitive is created: it plans for as many
      cpu = pointers.keep(new engine(engine.kind.cpu, 0));
      stream = pointers.keep(pointers.keep(new stream(cpu)).get());
      arguments = pointers.keep(new dnnl_exec_arg_t(3));
      output = NativeMemory.floats(question.resultLength());
      primitive = pointers.keep(pointers.keep(create(question, data)).get());
      arguments.position(0);
    }

    private void setThreads() {
      setOpenMpThreads(threads);
      prepared = Thread.currentThread();
    }

    void run() {
      if (Thread.currentThread() != prepared) {
        setThreads();
      }
      int status = dnnl.dnnl_primitive_execute(primitive, stream, argumentCount, arguments);
      if (status != dnnl.dnnl_success) {
        throw new IllegalStateException("oneDNN answers with status " + status);
      }
      dnnl.dnnl_stream_wait(stream);
    }

    private primitive create(Question question, QuestionData data) {
      long rows = question.rows();
      long columns = question.columns();
      long depth = question.depth();
      memory.desc result = strided(rows, columns, columns, 1);
      return switch (question.operation()) {
        case EXP -> {
          input(dnnl.DNNL_ARG_SRC, result, data.a());
          argument(dnnl.DNNL_ARG_DST, result, output);
          yield new eltwise_forward(
              pointers.keep(
                  new eltwise_forward.primitive_desc(
                      cpu,
                      dnnl.prop_kind.forward_inference,
                      dnnl.algorithm.eltwise_exp,
                      result,
                      result)));
        }
        case SOFTMAX ->
            switch (question.variant()) {
              case BACKWARD -> softmaxBackward(result, data);
              case LOGARITHMIC -> softmax(result, data, dnnl.algorithm.softmax_log);
              default -> softmax(result, data, dnnl.algorithm.softmax_accurate);
            };
        case QK -> product(rows, strided(depth, columns, 1, depth), result, data);
        case PV -> product(rows, strided(depth, columns, columns, 1), result, data);
        default -> throw new IllegalArgumentException("oneDNN does not answer " + question);
      };
    }

    private primitive softmax(memory.desc rows, QuestionData data, dnnl.algorithm form) {
      input(dnnl.DNNL_ARG_SRC, rows, data.a());
      argument(dnnl.DNNL_ARG_DST, rows, output);
      return new softmax_forward(softmaxForward(rows, dnnl.prop_kind.forward_inference, form));
    }

    private primitive softmaxBackward(memory.desc rows, QuestionData data) {
      input(dnnl.DNNL_ARG_DST, rows, data.a());
      input(dnnl.DNNL_ARG_DIFF_DST, rows, data.b());
      argument(dnnl.DNNL_ARG_DIFF_SRC, rows, output);
      dnnl.algorithm form = dnnl.algorithm.softmax_accurate;
      softmax_forward.primitive_desc forward =
          softmaxForward(rows, dnnl.prop_kind.forward_training, form);
      return new softmax_backward(
          pointers.keep(
              new softmax_backward.primitive_desc(
                  cpu, form, rows, rows, rows, COLUMN_AXIS, forward)));
    }

    private softmax_forward.primitive_desc softmaxForward(
        memory.desc rows, dnnl.prop_kind kind, dnnl.algorithm form) {
      return pointers.keep(
          new softmax_forward.primitive_desc(cpu, kind, form, rows, rows, COLUMN_AXIS));
    }

    private primitive product(long rows, memory.desc b, memory.desc c, QuestionData data) {
      long depth = data.a().length / rows;
      memory.desc a = strided(rows, depth, depth, 1);
      input(dnnl.DNNL_ARG_SRC, a, data.a());
      input(dnnl.DNNL_ARG_WEIGHTS, b, data.b());
      argument(dnnl.DNNL_ARG_DST, c, output);
      return new matmul(pointers.keep(new matmul.primitive_desc(cpu, a, b, c)));
    }

    private memory.desc strided(long rows, long columns, long rowStride, long columnStride) {
      return pointers.keep(
          new memory.desc(
              new long[] {rows, columns},
              memory.data_type.f32,
              new long[] {rowStride, columnStride}));
    }

    private void input(int name, memory.desc shape, float[] values) {
      argument(name, shape, NativeMemory.copyOf(values));
    }

    private void argument(int name, memory.desc shape, FloatBuffer floats) {
      memory described = pointers.keep(new memory(shape, cpu, pointers.to(floats)));
      arguments.position(argumentCount++).arg(name).memory(pointers.keep(described.get()));
    }
  }

  /**
   * How many threads GNU's OpenMP takes for what the calling thread starts: OMP_NUM_THREADS can
   * only be set before a process begins, and oneDNN has no call for it.
   */
  @SuppressWarnings("restricted") // the programs here run with --enable-native-access
  private static void setOpenMpThreads(int threads) {
    try {
      SymbolLookup library = SymbolLookup.libraryLookup(OPEN_MP, Arena.global());
      MethodHandle set =
          Linker.nativeLinker()
              .downcallHandle(
                  library.find("omp_set_num_threads").orElseThrow(),
                  FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
      set.invokeExact(threads);
    } catch (Throwable e) {
      throw new IllegalStateException("The number of threads cannot be set by " + OPEN_MP, e);
    }
  }
}
