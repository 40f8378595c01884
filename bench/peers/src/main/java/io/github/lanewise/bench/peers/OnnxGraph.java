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
import ai.onnxruntime.OnnxJavaType;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** An ONNX model of a few nodes, made in memory, with its inputs; all shapes are fixed. */
final class OnnxGraph {
  private static final String MICROSOFT = "com.microsoft";
  private static final int OPERATOR_SET = 23; // the first with Attention
  private static final int IR_VERSION = 10;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("question");
  private final Map<String, Input> inputs = new LinkedHashMap<>();
  private final Map<String, long[]> outputs = new LinkedHashMap<>();
  private UnaryOperator<float[]> order = values -> values;

  /** The elements of an input, row-major. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Input(ByteBuffer elements, OnnxJavaType type, long[] shape) {}

  OnnxGraph input(String name, float[] values, long... shape) {
    ByteBuffer elements = NativeMemory.bytes(values.length);
    elements.asFloatBuffer().put(values);
    inputs.put(name, new Input(elements, OnnxJavaType.FLOAT, shape));
    graph.addInput(value(name, TensorProto.DataType.FLOAT, shape));
    return this;
  }

  OnnxGraph input(String name, int[] values, long... shape) {
    ByteBuffer elements = NativeMemory.bytes(values.length);
    elements.asIntBuffer().put(values);
    inputs.put(name, new Input(elements, OnnxJavaType.INT32, shape));
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

  /** A node with an operator of ONNX itself. */
  OnnxGraph node(String operator, List<String> from, String to, Map<String, Integer> attributes) {
    return node("", operator, from, List.of(to), attributes);
  }

  /** One with an operator of ONNX Runtime's own; an input that it leaves out is an empty name. */
  OnnxGraph ownNode(
      String operator, List<String> from, List<String> to, Map<String, Integer> attributes) {
    return node(MICROSOFT, operator, from, to, attributes);
  }

  private OnnxGraph node(
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

  /**
   * An output of floats. The first ones are the answer, one after another; those beyond its length
   * are not read.
   */
  OnnxGraph output(String name, long... shape) {
    outputs.put(name, shape);
    graph.addOutput(value(name, TensorProto.DataType.FLOAT, shape));
    return this;
  }

  /** How the outputs' elements become the answer's, where they lie in another order. */
  OnnxGraph rowMajorBy(UnaryOperator<float[]> change) {
    order = change;
    return this;
  }

  float[] rowMajor(float[] values) {
    return order.apply(values);
  }

  /** What the nodes read, by name. */
  Map<String, Input> inputs() {
    return inputs;
  }

  /** Shapes of the outputs, by name and in order. */
  Map<String, long[]> outputs() {
    return outputs;
  }

  /** The model file. */
  byte[] bytes() {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .addOpsetImport(operatorSet("", OPERATOR_SET))
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
