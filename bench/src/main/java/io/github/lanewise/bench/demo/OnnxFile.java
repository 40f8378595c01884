package io.github.lanewise.bench.demo;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.github.lanewise.bench.stage.Failure;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The float tensors of an ONNX file, by name or by the matrix product that uses them. The weights
 * of linear layers are anonymous in such files (a number given by the exporter), while the product
 * that reads them is named after the layer.
 */
final class OnnxFile {
  private final Map<String, TensorProto> tensors = new HashMap<>();
  private final Map<String, NodeProto> products = new HashMap<>();

  private OnnxFile(GraphProto graph) {
    for (TensorProto tensor : graph.getInitializerList()) {
      tensors.put(tensor.getName(), tensor);
    }
    for (NodeProto node : graph.getNodeList()) {
      if (node.getOpType().equals("MatMul")) {
        products.put(node.getName(), node);
      }
    }
  }

  /** Parses a file; its bytes may be dropped afterwards. */
  static OnnxFile parse(byte[] bytes) {
    try {
      return new OnnxFile(ModelProto.parseFrom(bytes).getGraph());
    } catch (InvalidProtocolBufferException e) {
      throw new Failure("the model file is not an ONNX file: " + e.getMessage(), e);
    }
  }

  /** Returns a copy of the tensor of this name, row-major. */
  float[] tensor(String name, long... shape) {
    return floats(tensors.get(name), "tensor " + name, shape);
  }

  /** Returns a copy of W [in, out] of the product y = x·W of this name. */
  float[] weightOf(String product, long in, long out) {
    NodeProto node = products.get(product);
    if (node == null || node.getInputCount() < 2) {
      throw new Failure("the model file has no MatMul node " + product);
    }
    return floats(tensors.get(node.getInput(1)), "weight of " + product, in, out);
  }

  private static float[] floats(@Nullable TensorProto tensor, String what, long... shape) {
    if (tensor == null) {
      throw new Failure("the model file has no " + what);
    }
    List<Long> found = tensor.getDimsList();
    if (!found.equals(Arrays.stream(shape).boxed().toList())) {
      throw new Failure(
          what + " has shape " + found + ", but " + Arrays.toString(shape) + " is needed");
    }
    if (tensor.getDataType() != TensorProto.DataType.FLOAT.getNumber()) {
      throw new Failure(what + " has data type " + tensor.getDataType() + ", but 1 is needed");
    }
    ByteBuffer data = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    float[] copy = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact))];
    if (data.remaining() != (long) copy.length * Float.BYTES) {
      throw new Failure(
          what + " has " + data.remaining() + " bytes, but " + copy.length + " floats");
    }
    // The file does not align its tensors to 4 bytes: a view would be refused, so copy.
    data.asFloatBuffer().get(copy);
    return copy;
  }
}
