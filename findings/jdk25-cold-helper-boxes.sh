#!/usr/bin/env bash
# JDK Vector API (jdk.incubator.vector), seen on x86-64 in OpenJDK 25.0.3 (Temurin) and 25.0.5.0.3 of Debian.
#
# One would guess: a loop that calls a method with a vector and gets one back makes no objects once it is compiled; at the
#   latest after a million calls the JVM has noticed what is hot.
# What happens: that depends on the rows that came before. Where nine of ten were shorter than a vector while C2 compiled the
#   loop, the method was not inlined (its call was not frequent enough, and it has more than 35 bytecodes). Vectors go in and
#   come back as objects, 96 bytes a call at 128 bits, for as long as the process runs: nothing makes C2 compile the loop
#   anew, a million calls with whole vectors do not. The methods of the Vector API itself are inlined always.
# Why it matters here: decoding allocated 576 bytes a step in some processes and nothing in others. So no method of the
#   library takes or gives a vector, and a test holds it to that (KernelSizeTest).
#
# Needs root on a Debian for amd64, for chroot. About 60 MB of downloads. Ends with 0 if it still is so.
set -euo pipefail

packages=$(realpath "$(dirname "$0")/../.ci/jdks")
folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
cd "$folder"

cat >ColdHelper.java <<'JAVA'
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

public class ColdHelper {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_128;

  /** A polynomial: more than 35 bytecodes, which C2 inlines where they are called often. */
  static FloatVector polynomial(FloatVector v) {
    FloatVector p = FloatVector.broadcast(FLOATS, 0.1f);
    p = p.fma(v, FloatVector.broadcast(FLOATS, 0.2f));
    p = p.fma(v, FloatVector.broadcast(FLOATS, 0.3f));
    return p.fma(v, FloatVector.broadcast(FLOATS, 0.4f));
  }

  /** The whole vectors of a row; the rest would be done by scalar code. */
  static void row(float[] x, int length) {
    for (int i = 0; i + FLOATS.length() <= length; i += FLOATS.length()) {
      polynomial(FloatVector.fromArray(FLOATS, x, i)).intoArray(x, i);
    }
  }

  static void rowInOne(float[] x, int length) {
    for (int i = 0; i + FLOATS.length() <= length; i += FLOATS.length()) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, i);
      FloatVector p = FloatVector.broadcast(FLOATS, 0.1f);
      p = p.fma(v, FloatVector.broadcast(FLOATS, 0.2f));
      p = p.fma(v, FloatVector.broadcast(FLOATS, 0.3f));
      p.fma(v, FloatVector.broadcast(FLOATS, 0.4f)).intoArray(x, i);
    }
  }

  interface Kernel {
    void row(float[] x, int length);
  }

  /** Bytes a call after two million calls: with rows of one length then, and of another before. */
  static long garbage(Kernel kernel, int before, int then) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    float[] x = new float[8];
    for (int n = 0; n < 1_000_000; n++) {
      kernel.row(x, n % 10 == 0 ? then : before);
    }
    for (int n = 0; n < 1_000_000; n++) {
      kernel.row(x, then);
    }
    long start = threads.getCurrentThreadAllocatedBytes();
    for (int n = 0; n < 1000; n++) {
      kernel.row(x, then);
    }
    return (threads.getCurrentThreadAllocatedBytes() - start) / 1000;
  }

  public static void main(String[] arguments) {
    int before = Integer.parseInt(arguments[0]);
    boolean one = arguments[1].equals("one");
    long bytes = garbage(one ? ColdHelper::rowInOne : ColdHelper::row, before, 4);
    System.out.println(bytes + " bytes a call");
  }
}
JAVA

"$packages/packages" amd64 "$folder/25" openjdk-25-jre-headless
run() {
  "$packages/chroot" "$folder/25" /usr/lib/jvm/java-25-openjdk-amd64/bin/java \
    --add-modules jdk.incubator.vector ColdHelper.java "$@"
}
text="whole vectors before: $(run 4 helper); short rows before: $(run 3 helper); in one method: $(run 3 one)"
printf 'JDK 25: %s\n' "$text"
expected="whole vectors before: 0 bytes a call; short rows before: 96 bytes a call; in one method: 0 bytes a call"
if [ "$text" != "$expected" ]; then
  printf '  That has changed; it was: %s\n' "$expected"
  exit 1
fi
