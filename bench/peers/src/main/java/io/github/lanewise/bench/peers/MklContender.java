package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.mkl.global.mkl_rt;

/** Intel's Math Kernel Library by itself: exp of its vector mathematics, products of its BLAS. */
public final class MklContender implements Contender {
  /** High accuracy (below 1 ULP); errors are neither looked for nor reported. */
  private static final long EXP_MODE = mkl_rt.VML_HA | mkl_rt.VML_ERRMODE_IGNORE;

  @Override
  public String name() {
    return "MKL";
  }

  @Override
  public String description() {
    return "Intel oneMKL "
        + JavaCpp.version("mkl")
        + ": vmsExp (VML_HA: below 1 ULP, errors ignored), cblas_sgemm; sequential layer for one"
        + " thread, Intel's OpenMP for more; code path by MKL's own choice for this CPU";
  }

  @Override
  public boolean answers(Question question) {
    switch (question.operation()) {
      case EXP:
      case QK:
      case PV:
        return true;
      default:
        return false;
    }
  }

  @Override
  public List<String> jvmArguments() {
    return JavaCpp.jvmArguments();
  }

  @Override
  public Run prepare(Question question, QuestionData data) {
    JavaCpp.load("MKL", mkl_rt.class);
    Mkl.setThreads(question.threads());
    switch (question.operation()) {
      case EXP:
        return new Exp(data);
      case QK:
        return new Product(question, data, mkl_rt.CblasTrans, question.depth());
      case PV:
        return new Product(question, data, mkl_rt.CblasNoTrans, question.columns());
      default:
        throw new IllegalArgumentException("MKL does not answer " + question);
    }
  }

  /** y = exp(x). */
  private static final class Exp implements Run {
    private final int length;
    private final NativeFloats x;
    private final NativeFloats y;
    private final FloatPointer from;
    private final FloatPointer to;

    Exp(QuestionData data) {
      length = data.a().length;
      x = NativeFloats.copyOf(data.a());
      y = new NativeFloats(length);
      from = x.pointer();
      to = y.pointer();
    }

    @Override
    public void run() {
      mkl_rt.vmsExp(length, from, to, EXP_MODE);
    }

    @Override
    public void spoil() {
      y.fillWithNaN();
    }

    @Override
    public float[] result() {
      return y.toArray();
    }

    @Override
    public void close() {
      x.close();
      y.close();
    }
  }

  /** C = A·B or A·Bᵀ. */
  private static final class Product implements Run {
    private final int rows;
    private final int columns;
    private final int depth;
    private final int transposed;
    private final int stride;
    private final NativeFloats a;
    private final NativeFloats b;
    private final NativeFloats c;

    Product(Question question, QuestionData data, int transposed, int stride) {
      this.rows = question.rows();
      this.columns = question.columns();
      this.depth = question.depth();
      this.transposed = transposed;
      this.stride = stride;
      a = NativeFloats.copyOf(data.a());
      b = NativeFloats.copyOf(data.b());
      c = new NativeFloats((long) rows * columns);
    }

    @Override
    public void run() {
      mkl_rt.cblas_sgemm(
          mkl_rt.CblasRowMajor,
          mkl_rt.CblasNoTrans,
          transposed,
          rows,
          columns,
          depth,
          1f,
          a.pointer(),
          depth,
          b.pointer(),
          stride,
          0f,
          c.pointer(),
          columns);
    }

    @Override
    public void spoil() {
      c.fillWithNaN();
    }

    @Override
    public float[] result() {
      return c.toArray();
    }

    @Override
    public void close() {
      a.close();
      b.close();
      c.close();
    }
  }
}
