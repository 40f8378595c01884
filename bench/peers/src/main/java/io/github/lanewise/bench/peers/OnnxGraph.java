package io.github.lanewise.bench.peers;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An ONNX model of a few nodes, made in memory, with its inputs; all shapes are fixed. */
final class OnnxGraph {
  /** The operators of ONNX itself. */
  static final String ONNX = "";

  /** ONNX Runtime's own operators. */
  static final String MICROSOFT = "com.microsoft";

  private static final int OPERATOR_SET = 23; // the first with Attention
  private static final int IR_VERSION = 10;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("question");
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, long[]> outputs = new LinkedHashMap<>();

  /** The elements of an input, row-major: of the two arrays one is empty. */
  static final class Tensor {
    final float[] floats;
    final int[] ints;
    final long[] shape;

    private Tensor(float[] floats, int[] ints, long[] shape) {
      this.floats = floats;
      this.ints = ints;
      this.shape = shape;
    }
  }

  OnnxGraph input(String name, float[] values, long... shape) {
    inputs.put(name, new Tensor(values, new int[0], shape));
    graph.addInput(value(name, TensorProto.DataType.FLOAT, shape));
    return this;
  }

  OnnxGraph input(String name, int[] values, long... shape) {
    inputs.put(name, new Tensor(new float[0], values, shape));
    graph.addInput(value(name, TensorProto.DataType.INT32, shape));
    return this;
  }

  /** A scalar of the model itself. */
  OnnxGraph constant(String name, float value) {
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .addFloatData(value));
    return this;
  }

  /** A node; an input that it leaves out is an empty name. */
  OnnxGraph node(
      String domain,
      String operator,
      List<String> from,
      List<String> to,
      Map<String, Integer> attributes) {
    NodeProto.Builder node =
        NodeProto.newBuilder()
            .setDomain(domain)
            .setOpType(operator)
            .setName(operator + " " + graph.getNodeCount())
            .addAllInput(from)
            .addAllOutput(to);
    attributes.forEach(
        (name, value) ->
            node.addAttribute(
                AttributeProto.newBuilder()
                    .setName(name)
                    .setType(AttributeProto.AttributeType.INT)
                    .setI(value)));
    graph.addNode(node);
    return this;
  }

  OnnxGraph output(String name, long... shape) {
    outputs.put(name, shape);
    graph.addOutput(value(name, TensorProto.DataType.FLOAT, shape));
    return this;
  }

  /** What the nodes read, by name. */
  Map<String, Tensor> inputs() {
    return inputs;
  }

  /** Shapes of the outputs, all of them floats, by name and in order. */
  Map<String, long[]> outputs() {
    return outputs;
  }

  /** The model file. */
  byte[] bytes() {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .addOpsetImport(operatorSet(ONNX, OPERATOR_SET))
        .addOpsetImport(operatorSet(MICROSOFT, 1))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  private static OperatorSetIdProto operatorSet(String domain, int version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type, long... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long size : shape) {
      dimensions.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(size));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(type.getNumber())
                        .setShape(dimensions)))
        .build();
  }
}
