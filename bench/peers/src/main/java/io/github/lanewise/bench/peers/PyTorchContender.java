package io.github.lanewise.bench.peers;

import io.github.lanewise.bench.comparison.Contender;
import io.github.lanewise.bench.comparison.Operation;
import io.github.lanewise.bench.comparison.Question;
import io.github.lanewise.bench.comparison.QuestionData;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.mkl.global.mkl_rt;
import org.bytedeco.pytorch.global.torch;

/** PyTorch on the CPU, with MKL for its products, called from Java without Python in between. */
public final class PyTorchContender implements Contender {
  private static final String BLAS = "org.bytedeco.openblas.load";

  @Override
  public String name() {
    return "PyTorch";
  }

  @Override
  public String description() {
    return "PyTorch "
        + JavaCpp.version("pytorch")
        + " with MKL "
        + JavaCpp.version("mkl")
        + ", C++ calls in inference mode: exp, sum, max, div, softmax, log_softmax, matmul into a"
        + " given output; scaled_dot_product_attention (flash kernel; is_causal, enable_gqa; window"
        + " by a mask, ragged lengths by a call per sequence) into a new tensor, for it has no"
        + " other form; GNU's OpenMP";
  }

  @Override
  public boolean answers(Question question) {
    boolean attention = question.operation() == Operation.ATTENTION;
    return switch (question.variant()) {
      case PLAIN ->
          switch (question.operation()) {
            case SIGMOID, GELU, NORM, SILU, ROPE -> false;
            default -> true;
          };
      case LOGARITHMIC -> question.operation() == Operation.SOFTMAX;
      // is_causal shows key j to query i iff j <= i: ours if there are as many keys as queries
      case CAUSAL, WINDOW -> attention && question.rows() == question.columns();
      case RAGGED -> attention;
      default -> false;
    };
  }

  @Override
  public List<String> jvmArguments() {
    return Stream.concat(JavaCpp.jvmArguments().stream(), Stream.of("-D" + BLAS + "=mkl_rt"))
        .toList();
  }

  @Override
  public Run prepare(Question question, QuestionData data) {
    start(question.threads());
    return question.operation() == Operation.ATTENTION
        ? new PyTorchRun.Attention(question, data)
        : new PyTorchRun.Kernel(question, data);
  }

  /** Loads the libraries, which then work with so many threads. */
  static void start(int threads) {
    // As PyTorch's own builds have it; OpenBLAS, which the preset takes otherwise, is for others.
    System.setProperty(BLAS, "mkl_rt");
    JavaCpp.load("PyTorch (its MKL)", mkl_rt.class);
    MklContender.setThreads(threads);
    JavaCpp.load("PyTorch", torch.class);
    torch.set_num_threads(threads);
    if (torch.get_num_threads() != threads) {
      throw new IllegalStateException(
          "PyTorch works with "
              + torch.get_num_threads()
              + " threads, but the question is for "
              + threads);
    }
  }
}
