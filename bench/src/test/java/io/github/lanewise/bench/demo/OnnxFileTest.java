package io.github.lanewise.bench.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import io.github.lanewise.bench.stage.Failure;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OnnxFileTest {
  @Test
  void weightsAreFoundByTheirProductAndNotByTheirNumber() {
    OnnxFile file =
        OnnxFile.parse(
            model(
                tensor("onnx::MatMul_1", 10, 2, 3),
                tensor("onnx::MatMul_2", 20, 2, 3),
                product("/second/MatMul", "onnx::MatMul_1"),
                product("/first/MatMul", "onnx::MatMul_2")));
    assertArrayEquals(new float[] {20, 21, 22, 23, 24, 25}, file.weightOf("/first/MatMul", 2, 3));
    assertArrayEquals(new float[] {10, 11, 12, 13, 14, 15}, file.weightOf("/second/MatMul", 2, 3));
    assertArrayEquals(new float[] {10, 11, 12, 13, 14, 15}, file.tensor("onnx::MatMul_1", 2, 3));
  }

  @Test
  void whatIsMissingOrMisshapenIsNamed() {
    OnnxFile file = OnnxFile.parse(model(tensor("w", 0, 2, 3), product("/a/MatMul", "gone")));
    assertMessage("the model file has no tensor v", () -> file.tensor("v", 1));
    assertMessage("tensor w has shape [2, 3], but [3, 2] is needed", () -> file.tensor("w", 3, 2));
    assertMessage(
        "the model file has no MatMul node /b/MatMul", () -> file.weightOf("/b/MatMul", 2, 3));
    assertMessage(
        "the model file has no weight of /a/MatMul", () -> file.weightOf("/a/MatMul", 2, 3));
  }

  @Test
  void otherFilesAreRefused() {
    byte[] text = "not a model".getBytes(StandardCharsets.UTF_8);
    Failure failure = assertThrows(Failure.class, () -> OnnxFile.parse(text));
    assertTrue(String.valueOf(failure.getMessage()).contains("not an ONNX file"));
  }

  private static void assertMessage(String expected, Runnable work) {
    assertEquals(expected, assertThrows(Failure.class, work::run).getMessage());
  }

  private static byte[] model(Object... parts) {
    GraphProto.Builder graph = GraphProto.newBuilder();
    for (Object part : parts) {
      if (part instanceof TensorProto tensor) {
        graph.addInitializer(tensor);
      } else {
        graph.addNode((NodeProto) part);
      }
    }
    return ModelProto.newBuilder().setGraph(graph).build().toByteArray();
  }

  /** A tensor of first, first + 1, … */
  private static TensorProto tensor(String name, float first, long... shape) {
    int length = 1;
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name);
    for (long size : shape) {
      tensor.addDims(size);
      length *= Math.toIntExact(size);
    }
    ByteBuffer bytes = ByteBuffer.allocate(4 * length).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < length; i++) {
      bytes.putFloat(first + i);
    }
    return tensor
        .setDataType(TensorProto.DataType.FLOAT.getNumber())
        .setRawData(ByteString.copyFrom(bytes.flip()))
        .build();
  }

  private static NodeProto product(String name, String weight) {
    return NodeProto.newBuilder()
        .setOpType("MatMul")
        .setName(name)
        .addInput("x")
        .addInput(weight)
        .addOutput("y")
        .build();
  }
}
