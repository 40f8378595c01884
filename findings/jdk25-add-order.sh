#!/usr/bin/env bash
# JDK Vector API (jdk.incubator.vector), seen on x86-64 in OpenJDK 25.0.3 (Temurin) and 25.0.5.0.3 of Debian.
#
# One would guess: v.reduceLanes(VectorOperators.ADD) adds in some order, and keeps to it as long as the JVM runs.
# What happens: of the lanes 1, 2^25, 1, -2^25 the sum is 0 at first (one after the other), and 2 once the method is compiled
#   (by halves). The API's documentation leaves the order of a floating-point sum open; it "may even vary over time".
# Why it matters here: with it a sum would change in the midst of a process, and with the lane width besides. So a row's sum has
#   16 virtual lanes and a fixed tree at every width (docs/arithmetic.md), and no kernel adds by reduceLanes.
#
# Needs root on a Debian for amd64, for chroot. About 60 MB of downloads. Ends with 0 if it still is so.
set -euo pipefail

packages=$(realpath "$(dirname "$0")/../.ci/jdks")
folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
cd "$folder"

cat >AddOrder.java <<'JAVA'
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

public class AddOrder {
  static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_128;

  static float sum(float[] x) {
    return FloatVector.fromArray(FLOATS, x, 0).reduceLanes(VectorOperators.ADD);
  }

  public static void main(String[] arguments) {
    // one after the other: 0, for 1 + 2^25 is 2^25; by halves: (1 + 1) + (2^25 - 2^25) = 2
    float[] x = {1f, 0x1p25f, 1f, -0x1p25f};
    float cold = sum(x);
    float compiled = cold;
    for (long start = System.nanoTime(); System.nanoTime() - start < 3_000_000_000L; ) {
      compiled = sum(x);
    }
    System.out.println("cold " + cold + ", compiled " + compiled);
    System.err.println(Runtime.version());
  }
}
JAVA

"$packages/packages" amd64 "$folder/25" openjdk-25-jre-headless
text=$("$packages/chroot" "$folder/25" /usr/lib/jvm/java-25-openjdk-amd64/bin/java \
  --add-modules jdk.incubator.vector AddOrder.java)
printf 'JDK 25: %s\n' "$text"
expected="cold 0.0, compiled 2.0"
if [ "$text" != "$expected" ]; then
  printf '  That has changed; it was: %s\n' "$expected"
  exit 1
fi
