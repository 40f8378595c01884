#!/usr/bin/env bash
# JDK Vector API (jdk.incubator.vector), seen in OpenJDK 27.0.1.0.3 of Debian unstable, 25.0.5.0.3 next to it.
#
# One would guess: v.reinterpretAsInts() and v.reinterpretAsFloats() keep a vector in its register, as they do in 25, 26
#   and 28-ea, and as v.convert(VectorOperators.REINTERPRET_F2I, 0) and REINTERPRET_I2F do, which say the same.
# What happens: in 27 compiled code makes objects of the vectors, in each turn of a loop, however long it runs. The
#   conversions by operator do not, in either JDK.
# Why it matters here: exp needs both for each vector of results. With them it took 106 us for 4096 elements in 27,
#   instead of 0.6, and left 40,960 bytes behind, and all that is made of exp lost its speed with it.
#
# Needs root on a Debian, for chroot: 27 wants a newer C library than stable Debian's. About 120 MB of downloads.
# Ends with 0 if it still is so.
set -euo pipefail

packages=$(realpath "$(dirname "$0")/../.ci/jdks")
folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
cd "$folder"

cat >Boxes.java <<'JAVA'
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

public class Boxes {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  static final float[] X = new float[4096];
  static final float[] Y = new float[4096];

  /** y = 2x, by adding 1 to the exponent. */
  static void methods() {
    for (int i = 0; i < X.length; i += FLOATS.length()) {
      FloatVector v = FloatVector.fromArray(FLOATS, X, i);
      v.reinterpretAsInts().add(1 << 23).reinterpretAsFloats().intoArray(Y, i);
    }
  }

  /** The same. */
  static void operators() {
    for (int i = 0; i < X.length; i += FLOATS.length()) {
      FloatVector v = FloatVector.fromArray(FLOATS, X, i);
      IntVector bits = (IntVector) v.convert(VectorOperators.REINTERPRET_F2I, 0);
      ((FloatVector) bits.add(1 << 23).convert(VectorOperators.REINTERPRET_I2F, 0)).intoArray(Y, i);
    }
  }

  /** Garbage of a call, the least of many, when the compiler is done. */
  static long bytes(Runnable call) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (long start = System.nanoTime(); System.nanoTime() - start < 5_000_000_000L; ) {
      long before = threads.getCurrentThreadAllocatedBytes();
      call.run();
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  public static void main(String[] arguments) {
    java.util.Arrays.fill(X, 1.5f);
    long methods = bytes(Boxes::methods);
    long operators = bytes(Boxes::operators);
    if (Y[7] != 3f) {
      throw new AssertionError(Y[7]);
    }
    System.out.println(
        "reinterpretAs: " + (methods == 0 ? "nothing" : "garbage")
            + ", REINTERPRET: " + (operators == 0 ? "nothing" : "garbage"));
    System.err.println(
        Runtime.version() + ": " + methods + " and " + operators + " bytes for "
            + X.length / FLOATS.length() + " vectors");
  }
}
JAVA

seen() { # JDK
  local architecture
  architecture=$(dpkg --print-architecture)
  "$packages/packages" "$architecture" "$folder/$1" "openjdk-$1-jre-headless"
  "$packages/chroot" "$folder/$1" "/usr/lib/jvm/java-$1-openjdk-$architecture/bin/java" \
    --add-modules jdk.incubator.vector Boxes.java
}

result=0
expect() { # JDK TEXT
  local text
  text=$(seen "$1")
  printf 'JDK %s: %s\n' "$1" "$text"
  if [ "$text" != "$2" ]; then
    printf '  That has changed; it was: %s\n' "$2"
    result=1
  fi
}

expect 25 "reinterpretAs: nothing, REINTERPRET: nothing"
expect 27 "reinterpretAs: garbage, REINTERPRET: nothing"
exit $result
