package io.github.lanewise.bench.peers;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * How many threads GNU's OpenMP takes for what the calling thread starts: OMP_NUM_THREADS can only
 * be set before a process begins, and oneDNN has no call for it.
 */
final class OpenMp {
  /** Already loaded by a peer, so that the system's linker answers with the peer's own. */
  private static final String LIBRARY = "libgomp.so.1";

  private OpenMp() {}

  @SuppressWarnings("restricted") // the programs here run with --enable-native-access
  static void setThreads(int threads) {
    SymbolLookup library;
    try {
      library = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException("The number of threads cannot be set without " + LIBRARY, e);
    }
    MethodHandle set =
        Linker.nativeLinker()
            .downcallHandle(
                library.find("omp_set_num_threads").orElseThrow(),
                FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
    try {
      set.invokeExact(threads);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
