package io.github.lanewise.bench.peers;

import org.bytedeco.mkl.global.mkl_rt;

/** How MKL works, for those who compute with it. */
final class Mkl {
  private Mkl() {}

  /** To be called before anything is computed: the layer of the first call stays for good. */
  static void setThreads(int threads) {
    // GNU's runtime is the one of PyTorch, too: two runtimes in a process spin against each other.
    mkl_rt.MKL_Set_Threading_Layer(mkl_rt.MKL_THREADING_GNU);
    mkl_rt.MKL_Set_Dynamic(0); // else it takes fewer threads as it sees fit
    mkl_rt.MKL_Set_Num_Threads(threads);
    if (mkl_rt.MKL_Get_Max_Threads() != threads) {
      throw new IllegalStateException(
          "MKL works with "
              + mkl_rt.MKL_Get_Max_Threads()
              + " threads, but the question is for "
              + threads);
    }
  }
}
