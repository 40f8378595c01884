package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import io.github.lanewise.bench.comparison.Variant;
import java.util.ArrayList;
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
import org.bytedeco.dnnl.primitive_desc;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;
import org.bytedeco.dnnl.stream;
import org.jspecify.annotations.Nullable;

/**
 * One primitive of oneDNN with its memory. Calls go through the C interface: it makes no garbage.
 */
final class OneDnnRun implements Contender.Run {
  private static final int COLUMN_AXIS = 1;

  private final Pointers pointers = new Pointers();
  private final List<NativeFloats> arrays = new ArrayList<>();
  private final int threads;
  private final engine cpu;
  private final dnnl_stream stream;
  private final dnnl_exec_arg_t arguments;
  private int argumentCount;
  private final NativeFloats output;
  private final dnnl_primitive primitive;
  private @Nullable Thread prepared;

  private OneDnnRun(Question question, QuestionData data) {
    threads = question.threads();
    setThreads(); // before a primitive is created: it plans for as many
    cpu = pointers.keep(new engine(engine.kind.cpu, 0));
    stream = pointers.keep(pointers.keep(new stream(cpu)).get());
    arguments = pointers.keep(new dnnl_exec_arg_t(3));
    output = allocate(new NativeFloats((long) question.rows() * question.columns()));
    primitive = pointers.keep(pointers.keep(create(question, data)).get());
    arguments.position(0);
  }

  static OneDnnRun of(Question question, QuestionData data) {
    return new OneDnnRun(question, data);
  }

  private void setThreads() {
    OpenMp.setThreads(threads);
    prepared = Thread.currentThread();
  }

  private primitive create(Question question, QuestionData data) {
    long rows = question.rows();
    long columns = question.columns();
    long depth = question.depth();
    memory.desc result = dense(rows, columns);
    switch (question.operation()) {
      case EXP:
        input(dnnl.DNNL_ARG_SRC, dense(rows, columns), data.a());
        argument(dnnl.DNNL_ARG_DST, result, output);
        return new eltwise_forward(
            describe(
                new eltwise_forward.primitive_desc(
                    cpu,
                    dnnl.prop_kind.forward_inference,
                    dnnl.algorithm.eltwise_exp,
                    result,
                    result)));
      case SOFTMAX:
        return question.variant() == Variant.BACKWARD
            ? backward(result, data)
            : softmax(result, data, question.variant() == Variant.LOGARITHMIC);
      case QK:
        return product(
            strided(rows, depth, depth, 1), strided(depth, columns, 1, depth), result, data);
      case PV:
        return product(
            strided(rows, depth, depth, 1), strided(depth, columns, columns, 1), result, data);
      default:
        throw new IllegalArgumentException("oneDNN does not answer " + question);
    }
  }

  private primitive softmax(memory.desc rows, QuestionData data, boolean logarithmic) {
    input(dnnl.DNNL_ARG_SRC, rows, data.a());
    argument(dnnl.DNNL_ARG_DST, rows, output);
    return new softmax_forward(
        describe(
            new softmax_forward.primitive_desc(
                cpu,
                dnnl.prop_kind.forward_inference,
                logarithmic ? dnnl.algorithm.softmax_log : dnnl.algorithm.softmax_accurate,
                rows,
                rows,
                COLUMN_AXIS)));
  }

  private primitive backward(memory.desc rows, QuestionData data) {
    input(dnnl.DNNL_ARG_DST, rows, data.a());
    input(dnnl.DNNL_ARG_DIFF_DST, rows, data.b());
    argument(dnnl.DNNL_ARG_DIFF_SRC, rows, output);
    softmax_forward.primitive_desc forward =
        describe(
            new softmax_forward.primitive_desc(
                cpu,
                dnnl.prop_kind.forward_training,
                dnnl.algorithm.softmax_accurate,
                rows,
                rows,
                COLUMN_AXIS));
    return new softmax_backward(
        describe(
            new softmax_backward.primitive_desc(
                cpu, dnnl.algorithm.softmax_accurate, rows, rows, rows, COLUMN_AXIS, forward)));
  }

  private primitive product(memory.desc a, memory.desc b, memory.desc c, QuestionData data) {
    input(dnnl.DNNL_ARG_SRC, a, data.a());
    input(dnnl.DNNL_ARG_WEIGHTS, b, data.b());
    argument(dnnl.DNNL_ARG_DST, c, output);
    return new matmul(describe(new matmul.primitive_desc(cpu, a, b, c)));
  }

  private memory.desc dense(long rows, long columns) {
    return strided(rows, columns, columns, 1);
  }

  private memory.desc strided(long rows, long columns, long rowStride, long columnStride) {
    return pointers.keep(
        new memory.desc(
            new long[] {rows, columns},
            memory.data_type.f32,
            new long[] {rowStride, columnStride}));
  }

  private <D extends primitive_desc> D describe(D descriptor) {
    return pointers.keep(descriptor);
  }

  private void input(int name, memory.desc shape, float[] values) {
    argument(name, shape, allocate(NativeFloats.copyOf(values)));
  }

  private void argument(int name, memory.desc shape, NativeFloats floats) {
    memory described = pointers.keep(new memory(shape, cpu, floats.pointer()));
    arguments.position(argumentCount++).arg(name).memory(pointers.keep(described.get()));
  }

  private NativeFloats allocate(NativeFloats floats) {
    arrays.add(floats);
    return floats;
  }

  @Override
  public void run() {
    if (Thread.currentThread() != prepared) {
      setThreads();
    }
    int status = dnnl.dnnl_primitive_execute(primitive, stream, argumentCount, arguments);
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException("oneDNN answers with status " + status);
    }
    dnnl.dnnl_stream_wait(stream);
  }

  @Override
  public void spoil() {
    output.fillWithNaN();
  }

  @Override
  public float[] result() {
    return output.toArray();
  }

  @Override
  public void close() {
    pointers.close();
    arrays.forEach(NativeFloats::close);
  }
}
