#!/usr/bin/env bash
# JDK Vector API (jdk.incubator.vector), seen on x86-64 in OpenJDK 25.0.3 (Temurin) and 25.0.5.0.3 of Debian.
#
# One would guess: v.lanewise(VectorOperators.EXP) gives the same bits for the same numbers as long as the JVM runs.
# What happens: the first call, not compiled yet, and a later one of the same loop differ in 38 of 4096 floats between -20 and
#   0, by no more than 2 ULP. The interpreter rounds Math.exp of each lane, and compiled code calls a vector routine of the
#   JDK's own library, in float. The API's documentation promises the accuracy of Math.exp, widened
#   to double and narrowed again, and says nothing of equal bits.
# Why it matters here: a result would change in the midst of a process, and a query row with it. So exp is a polynomial of the
#   library's own (docs/arithmetic.md), and DigestTest can hold one digest for cold and for compiled code.
#
# Needs root on a Debian for amd64, for chroot. About 60 MB of downloads. Ends with 0 if it still is so.
set -euo pipefail

packages=$(realpath "$(dirname "$0")/../.ci/jdks")
folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
cd "$folder"

cat >ExpBits.java <<'JAVA'
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

public class ExpBits {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  static void exp(float[] x, float[] y) {
    for (int i = 0; i < x.length; i += FLOATS.length()) {
      FloatVector.fromArray(FLOATS, x, i).lanewise(VectorOperators.EXP).intoArray(y, i);
    }
  }

  public static void main(String[] arguments) {
    float[] x = new float[4096];
    for (int i = 0; i < x.length; i++) {
      x[i] = -20f * i / x.length;
    }
    float[] cold = new float[x.length];
    exp(x, cold);
    float[] compiled = new float[x.length];
    for (long start = System.nanoTime(); System.nanoTime() - start < 5_000_000_000L; ) {
      exp(x, compiled);
    }
    int different = 0;
    for (int i = 0; i < x.length; i++) {
      if (Math.abs(cold[i] - compiled[i]) > 2 * Math.ulp(cold[i])) {
        throw new AssertionError(x[i] + ": " + cold[i] + " and " + compiled[i]);
      }
      different += cold[i] == compiled[i] ? 0 : 1;
    }
    System.out.println("cold and compiled: " + (different == 0 ? "same bits" : "other bits"));
    System.err.println(Runtime.version() + ": " + different + " of " + x.length + " differ");
  }
}
JAVA

"$packages/packages" amd64 "$folder/25" openjdk-25-jre-headless
text=$("$packages/chroot" "$folder/25" /usr/lib/jvm/java-25-openjdk-amd64/bin/java \
  --add-modules jdk.incubator.vector ExpBits.java)
printf 'JDK 25: %s\n' "$text"
expected="cold and compiled: other bits"
if [ "$text" != "$expected" ]; then
  printf '  That has changed; it was: %s\n' "$expected"
  exit 1
fi
