/**
 * Softmax and attention on the CPU's vector lanes: the same bits on every machine, for every lane
 * width and thread count, and in the scalar fallback.
 */
module io.github.lanewise.kernel {
  // Not static: on the module path this line alone resolves the incubator module, without a flag.
  // The class path ignores it, so that the scalar fallback loads where the module is absent.
  requires jdk.incubator.vector;
  // The implementation is chosen by the virtual machine's own flags (C2, UseFMA, MaxVectorSize).
  requires java.management;
  requires jdk.management;
  requires static org.jspecify;

  exports io.github.lanewise;
  exports io.github.lanewise.attention;
  exports io.github.lanewise.classification;
  exports io.github.lanewise.sampling;
}
