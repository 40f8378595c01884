#!/usr/bin/env bash
# oneDNN 3.11 (bytedeco's Java package), softmax in float32 on the CPU, seen on an Intel Xeon with AVX-512.
#
# One would guess: a row with a NaN among its scores becomes NaN, as exp, sum and division of IEEE 754 have it; a weight that is
#   a normal float is not zero.
# What happens: of 32 scores the fourth of which is NaN, only the fourth weight is NaN; the others are 0, so that the row adds up
#   to nothing. (With the NaN elsewhere a few others were NaN, too.) A score 87.2 below the largest gets exactly 0 where its
#   weight, 1.3e-38, is above the smallest normal float, 1.18e-38.
# Why it matters here: a test that looks at a few elements for NaN does not see a broken activation, and results can be compared
#   with this peer's only where there is none; the report of mvn -Pbench,peers says so. Lanewise makes the whole row NaN
#   (docs/semantics.md).
#
# Needs Java 17 or newer, and Maven. About 60 MB of downloads. Ends with 0 if it still is so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

for package in javacpp:1.5.13 javacpp:1.5.13:jar:linux-x86_64 dnnl:3.11-1.5.13 dnnl:3.11-1.5.13:jar:linux-x86_64 \
  opencl:3.0-1.5.13 opencl:3.0-1.5.13:jar:linux-x86_64; do
  mvn -B -ntp -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
    -Dartifact="org.bytedeco:$package" -DoutputDirectory="$folder/jars"
done

cat >Special.java <<'JAVA'
import java.util.Arrays;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_forward;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;

public class Special {
  static final int LENGTH = 32;

  public static void main(String[] arguments) {
    float[] scores = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      scores[i] = i % 5;
    }
    scores[3] = Float.NaN;
    float[] weights = softmax(scores);
    int broken = 0;
    for (float weight : weights) {
      broken += Float.isNaN(weight) ? 1 : 0;
    }
    float[] far = new float[LENGTH];
    Arrays.fill(far, Float.NEGATIVE_INFINITY);
    far[0] = 0;
    far[1] = -87.2f;
    System.out.printf(
        java.util.Locale.ROOT,
        "a NaN makes %d of %d weights NaN; a weight of %.2g becomes %s%n",
        broken,
        LENGTH,
        Math.exp(-87.2f),
        softmax(far)[1]);
    System.err.println(Arrays.toString(weights));
  }

  static float[] softmax(float[] scores) {
    engine cpu = new engine(engine.kind.cpu, 0);
    stream stream = new stream(cpu);
    memory.desc row =
        new memory.desc(new long[] {1, LENGTH}, memory.data_type.f32, new long[] {LENGTH, 1});
    FloatPointer x = new FloatPointer(scores);
    FloatPointer y = new FloatPointer(LENGTH);
    memory from = new memory(row, cpu, x);
    memory to = new memory(row, cpu, y);
    softmax_forward primitive =
        new softmax_forward(
            new softmax_forward.primitive_desc(
                cpu,
                dnnl.prop_kind.forward_inference,
                dnnl.algorithm.softmax_accurate,
                row,
                row,
                1));
    dnnl_exec_arg_t operands = new dnnl_exec_arg_t(2);
    operands.position(0).arg(dnnl.DNNL_ARG_SRC).memory(from.get());
    operands.position(1).arg(dnnl.DNNL_ARG_DST).memory(to.get());
    operands.position(0);
    int status = dnnl.dnnl_primitive_execute(primitive.get(), stream.get(), 2, operands);
    if (status != dnnl.dnnl_success) {
      throw new IllegalStateException("status " + status);
    }
    dnnl.dnnl_stream_wait(stream.get());
    float[] weights = new float[LENGTH];
    y.get(weights);
    return weights;
  }
}
JAVA

text=$(java -cp "$folder/jars/*" Special.java)
printf 'oneDNN 3.11, softmax: %s\n' "$text"
expected="a NaN makes 1 of 32 weights NaN; a weight of 1.3e-38 becomes 0.0"
if [ "$text" != "$expected" ]; then
  printf '  That has changed; it was: %s\n' "$expected"
  exit 1
fi
