package io.candela.export;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.NodeProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.TensorProto;
import onnx.Onnx.TensorShapeProto;
import onnx.Onnx.TypeProto;
import onnx.Onnx.ValueInfoProto;
import org.nd4j.shade.protobuf.ByteString;

/**
 * An ONNX graph that is being written: nodes, and constants, which ONNX calls initializers. The classes of its protocol buffers are those that come
 * with ND4J.
 */
final class OnnxGraph {
    /** The operators' versions: the first with all that is used here, old enough for the runtimes in use, and the last that was tried. */
    static final int OLDEST_OPSET = 17;
    static final int NEWEST_OPSET = 22;
    private static final int MOST_BYTES = Integer.MAX_VALUE - (64 << 20); // a protocol buffer ends at 2 GiB

    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final Set<String> names = new HashSet<>();
    private final Map<Recording.View, String> constants = new HashMap<>();
    private final Map<String, String> numbers = new HashMap<>();
    private final int opset;
    private long bytes;

    OnnxGraph(String name, int opset) {
        this.opset = opset;
        graph.setName(name.isEmpty() ? "model" : name);
    }

    /** The version of the operators. */
    int opset() {
        return opset;
    }

    /** A name that is not used yet. */
    String fresh(String wanted) {
        String name = wanted;
        for (int i = 1; !names.add(name); i++) {
            name = wanted + "_" + i;
        }
        return name;
    }

    /**
     * Adds a node with one result.
     *
     * @param attributes names and values in turn
     * @return the result's name
     */
    String node(String type, List<String> inputs, Object... attributes) {
        return nodes(type, 1, inputs, attributes)[0];
    }

    /** Adds a node with several results. */
    String[] nodes(String type, int results, List<String> inputs, Object... attributes) {
        NodeProto.Builder node = NodeProto.newBuilder().setOpType(type).setName(fresh("node_" + type)).addAllInput(inputs);
        String[] outputs = new String[results];
        for (int i = 0; i < results; i++) {
            outputs[i] = fresh(type.toLowerCase(java.util.Locale.ROOT));
            node.addOutput(outputs[i]);
        }
        for (int i = 0; i < attributes.length; i += 2) {
            node.addAttribute(attribute((String) attributes[i], attributes[i + 1]));
        }
        graph.addNode(node);
        return outputs;
    }

    private static AttributeProto attribute(String name, Object value) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
        if (value instanceof Integer || value instanceof Long) {
            return attribute.setType(AttributeProto.AttributeType.INT).setI(((Number) value).longValue()).build();
        }
        if (value instanceof Float f) {
            return attribute.setType(AttributeProto.AttributeType.FLOAT).setF(f).build();
        }
        if (value instanceof int[] all) {
            attribute.setType(AttributeProto.AttributeType.INTS);
            for (int i : all) {
                attribute.addInts(i);
            }
            return attribute.build();
        }
        if (value instanceof TensorProto tensor) {
            return attribute.setType(AttributeProto.AttributeType.TENSOR).setT(tensor).build();
        }
        if (value instanceof List<?> strings) {
            attribute.setType(AttributeProto.AttributeType.STRINGS);
            strings.forEach(text -> attribute.addStrings(ByteString.copyFromUtf8((String) text)));
            return attribute.build();
        }
        return attribute.setType(AttributeProto.AttributeType.STRING).setS(ByteString.copyFromUtf8((String) value)).build();
    }

    /** The name of a constant with a tensor's elements; a tensor that was seen before is not written again. */
    String constant(String wanted, Tensor t) {
        return constants.computeIfAbsent(Recording.View.of(t), view -> {
            String name = fresh(wanted);
            TensorProto.Builder tensor = tensor(t).setName(name);
            bytes += tensor.getRawData().size();
            if (bytes > MOST_BYTES) {
                throw new IllegalArgumentException("OnnxExport: the model's parameters take more than the 2 GiB that one ONNX file can hold");
            }
            graph.addInitializer(tensor);
            return name;
        });
    }

    /** A 0-d constant. */
    String number(double value, DType dtype) {
        return numbers.computeIfAbsent(dtype + " " + value, key -> constant("number", Tensor.scalar(value).to(dtype)));
    }

    /** A 0-d constant of int64. */
    String integer(long value) {
        return numbers.computeIfAbsent("scalar " + value, key -> constant("integer", Tensor.of(new long[] {value}).reshape()));
    }

    /** A constant of int64 and one dimension. */
    String integers(long... values) {
        return numbers.computeIfAbsent(java.util.Arrays.toString(values), key -> constant("integers", Tensor.of(values)));
    }

    static TensorProto.Builder tensor(Tensor t) {
        TensorProto.Builder proto = TensorProto.newBuilder().setDataType(type(t.dtype()).getNumber());
        for (int size : t.shape().toArray()) {
            proto.addDims(size);
        }
        ByteBuffer raw = ByteBuffer.allocate(Math.multiplyExact(t.numel(), t.dtype().bytes())).order(ByteOrder.LITTLE_ENDIAN);
        switch (t.dtype()) {
            case FLOAT32 -> raw.asFloatBuffer().put(t.toFloatArray());
            case FLOAT64 -> raw.asDoubleBuffer().put(t.toDoubleArray());
            case BOOL -> {
                for (boolean b : t.toBooleanArray()) {
                    raw.put((byte) (b ? 1 : 0));
                }
            }
            default -> {
                for (long value : t.toLongArray()) {
                    switch (t.dtype().bytes()) {
                        case 1 -> raw.put((byte) value);
                        case 2 -> raw.putShort((short) value);
                        case 4 -> raw.putInt((int) value);
                        default -> raw.putLong(value);
                    }
                }
            }
        }
        return proto.setRawData(ByteString.copyFrom(raw.rewind()));
    }

    /** @throws DTypeException for the half types, in which runtimes differ */
    static TensorProto.DataType type(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> TensorProto.DataType.FLOAT;
            case FLOAT64 -> TensorProto.DataType.DOUBLE;
            case BOOL -> TensorProto.DataType.BOOL;
            case UINT8 -> TensorProto.DataType.UINT8;
            case INT8 -> TensorProto.DataType.INT8;
            case INT16 -> TensorProto.DataType.INT16;
            case INT32 -> TensorProto.DataType.INT32;
            case INT64 -> TensorProto.DataType.INT64;
            default -> throw new DTypeException("OnnxExport: tensors of %s cannot be exported; convert the model with to(DType.FLOAT32)", dtype);
        };
    }

    /** @param batch the size of the batch in {@code shape} */
    void input(String name, Tensor x, Shape other, int batch) {
        graph.addInput(info(name, x.dtype(), x.shape(), other, batch));
    }

    /** An output: something that was computed, under a name of its own. */
    void output(String name, String value, Tensor x, Shape other, int batch) {
        graph.addNode(NodeProto.newBuilder().setOpType("Identity").setName("node_" + name).addInput(value).addOutput(name));
        graph.addOutput(info(name, x.dtype(), x.shape(), other, batch));
    }

    /** Sizes that differ between two shapes of it are left open. */
    private static ValueInfoProto info(String name, DType dtype, Shape shape, Shape other, int batch) {
        TensorShapeProto.Builder sizes = TensorShapeProto.newBuilder();
        for (int i = 0; i < shape.rank(); i++) {
            TensorShapeProto.Dimension.Builder size = TensorShapeProto.Dimension.newBuilder();
            sizes.addDim(shape.dim(i) == other.dim(i) ? size.setDimValue(shape.dim(i)) : size.setDimParam(shape.dim(i) == batch ? "batch" : name + "_" + i));
        }
        TypeProto.Tensor type = TypeProto.Tensor.newBuilder().setElemType(type(dtype).getNumber()).setShape(sizes).build();
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(type)).build();
    }

    /** The finished file. */
    byte[] finish() {
        int irVersion = opset <= 18 ? 8 : opset <= 20 ? 9 : 10; // the one of the opset's time
        return ModelProto.newBuilder().setIrVersion(irVersion).setProducerName("Candela")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset)).setGraph(graph).build().toByteArray();
    }
}
