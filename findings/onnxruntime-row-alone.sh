#!/usr/bin/env bash
# ONNX Runtime 1.29.0 (Java package, CPU), seen on an Intel Xeon with AVX-512.
#
# One would guess: a row of MatMul's result depends on that row of A and on B, in every bit. Nothing else goes into it, and the
#   operation is one of the specification's simplest; one thread, graph optimisations off.
# What happens: the same row has other bits alone than as the first of 16. A product of one row goes another way through the
#   library, which adds up in another order.
# Why it matters here: a service that batches its requests answers otherwise when it is busy, so a test that compares an answer
#   with a stored one passes or fails by load. Lanewise gives a row alone the bits that it has among others (RowInvarianceTest),
#   and a comparison with this peer needs a tolerance.
#
# Needs Java 17 or newer, and Maven. About 100 MB of downloads. Ends with 0 if it still is so.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

mvn -B -ntp -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy \
  -Dartifact=com.microsoft.onnxruntime:onnxruntime:1.29.0 -DoutputDirectory="$folder"

cat >RowAlone.java <<'JAVA'
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Random;

public class RowAlone {
  static final int DEPTH = 256;
  static final int COLUMNS = 64;

  public static void main(String[] arguments) throws Exception {
    Random random = new Random(1);
    float[][] a = numbers(16, DEPTH, random);
    float[][] b = numbers(DEPTH, COLUMNS, random);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setOptimizationLevel(SessionOptions.OptLevel.NO_OPT);
      try (OrtSession session = environment.createSession(model(), options)) {
        float[] among = firstRow(environment, session, a, b);
        float[] again = firstRow(environment, session, a, b);
        float[] alone = firstRow(environment, session, new float[][] {a[0]}, b);
        System.out.println(
            "among 16 twice: "
                + (different(among, again) == 0 ? "the same bits" : "other bits")
                + "; alone: "
                + (different(among, alone) == 0 ? "the same bits" : "other bits"));
        System.err.println(different(among, alone) + " of " + COLUMNS + " elements differ");
      }
    }
  }

  static float[][] numbers(int rows, int columns, Random random) {
    float[][] x = new float[rows][columns];
    for (float[] row : x) {
      for (int i = 0; i < columns; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    return x;
  }

  static float[] firstRow(OrtEnvironment environment, OrtSession session, float[][] a, float[][] b)
      throws Exception {
    try (OnnxTensor left = OnnxTensor.createTensor(environment, a);
        OnnxTensor right = OnnxTensor.createTensor(environment, b);
        OrtSession.Result result = session.run(Map.of("a", left, "b", right))) {
      return ((float[][]) result.get(0).getValue())[0];
    }
  }

  static int different(float[] x, float[] y) {
    int count = 0;
    for (int i = 0; i < x.length; i++) {
      count += Float.floatToRawIntBits(x[i]) == Float.floatToRawIntBits(y[i]) ? 0 : 1;
    }
    return count;
  }

  /** A model of one node, c = MatMul(a, b), in the wire format of protocol buffers. */
  static byte[] model() {
    byte[] node = message(text(1, "a"), text(1, "b"), text(2, "c"), text(4, "MatMul"));
    byte[] graph =
        message(
            field(1, node), text(2, "g"), matrix(11, "a"), matrix(11, "b"), matrix(12, "c"));
    return message(number(1, 8), field(7, graph), field(8, message(text(1, ""), number(2, 13))));
  }

  /** A matrix of float32 whose sizes are left open. */
  static byte[] matrix(int field, String name) {
    byte[] rows = field(1, message(text(2, name + "_rows")));
    byte[] columns = field(1, message(text(2, name + "_columns")));
    byte[] tensor = message(number(1, 1), field(2, message(rows, columns)));
    return field(field, message(text(1, name), field(2, message(field(1, tensor)))));
  }

  static byte[] number(int field, int value) {
    return new byte[] {(byte) (field << 3), (byte) value};
  }

  static byte[] text(int field, String value) {
    return field(field, value.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  static byte[] field(int field, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(field << 3 | 2);
    for (int length = content.length; ; length >>>= 7) {
      out.write(length < 128 ? length : length & 127 | 128);
      if (length < 128) {
        break;
      }
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  static byte[] message(byte[]... fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] field : fields) {
      out.writeBytes(field);
    }
    return out.toByteArray();
  }
}
JAVA

text=$(ORT_DISABLE_TELEMETRY=1 java -cp "$folder/onnxruntime-1.29.0.jar" RowAlone.java)
printf 'ONNX Runtime 1.29.0, MatMul: %s\n' "$text"
expected="among 16 twice: the same bits; alone: other bits"
if [ "$text" != "$expected" ]; then
  printf '  That has changed; it was: %s\n' "$expected"
  exit 1
fi
