package io.candela.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.candela.autograd.Autograd;
import io.candela.nn.Layer;
import io.candela.nn.Module;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Runs exported files with ONNX Runtime and compares with what the layer computes itself. */
final class Onnx {
    private static final double TOLERANCE = 1e-5;

    private Onnx() {}

    /** A function as a layer. */
    static Layer layer(UnaryOperator<Tensor> function) {
        return new Layer() {
            @Override
            public Tensor forward(Tensor x) {
                return function.apply(x);
            }
        };
    }

    /** Exports with the first input, then runs the file on all of them. */
    static void check(Layer layer, Tensor... inputs) throws IOException, OrtException {
        check(layer, OnnxExport.options(), inputs);
    }

    /** The same with options. */
    static void check(Layer layer, OnnxExport.Options options, Tensor... inputs) throws IOException, OrtException {
        check(layer, in -> List.of(layer.forward(in.get(0))), options, Stream.of(inputs).map(List::of).toList());
    }

    /** The same for several inputs and outputs: exports with the first of these inputs, then runs the file on all of them. */
    static void check(Module module, UnaryOperator<List<Tensor>> forward, OnnxExport.Options options, List<List<Tensor>> inputs)
            throws IOException, OrtException {
        Path file = Files.createTempFile("candela", ".onnx");
        try {
            OnnxExport.save(module, forward, inputs.get(0), file, options);
            module.eval();
            for (List<Tensor> x : inputs) {
                List<Tensor> expected = Autograd.noGrad(() -> forward.apply(x));
                List<Tensor> actual = run(file, x);
                assertEquals(expected.size(), actual.size());
                for (int i = 0; i < expected.size(); i++) {
                    assertClose(expected.get(i), actual.get(i));
                }
            }
        } finally {
            Files.delete(file);
        }
    }

    private static void assertClose(Tensor expected, Tensor actual) {
        assertEquals(expected.dtype(), actual.dtype());
        assertEquals(expected.shape(), actual.shape());
        double[] a = expected.to(DType.FLOAT64).toDoubleArray();
        double[] b = actual.to(DType.FLOAT64).toDoubleArray();
        for (int i = 0; i < a.length; i++) {
            int at = i;
            boolean close = Math.abs(a[i] - b[i]) <= TOLERANCE * Math.max(1, Math.abs(a[i])) || a[i] == b[i] || Double.isNaN(a[i]) && Double.isNaN(b[i]);
            assertTrue(close, () -> "element " + at + " of " + expected.shape() + ": " + a[at] + " here, " + b[at] + " in ONNX Runtime");
        }
    }

    private static List<Tensor> run(Path file, List<Tensor> inputs) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Map<String, OnnxTensor> given = new LinkedHashMap<>();
        try (OrtSession session = environment.createSession(file.toString(), new OrtSession.SessionOptions())) {
            Iterator<String> names = session.getInputNames().iterator();
            for (Tensor x : inputs) {
                given.put(names.next(), tensor(environment, x));
            }
            try (OrtSession.Result result = session.run(given)) {
                List<Tensor> outputs = new ArrayList<>();
                for (Map.Entry<String, OnnxValue> output : result) {
                    outputs.add(tensor((OnnxTensor) output.getValue()));
                }
                return outputs;
            }
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor tensor(OrtEnvironment environment, Tensor x) throws OrtException {
        long[] shape = Arrays.stream(x.shape().toArray()).asLongStream().toArray();
        return switch (x.dtype()) {
            case FLOAT32 -> OnnxTensor.createTensor(environment, FloatBuffer.wrap(x.toFloatArray()), shape);
            case FLOAT64 -> OnnxTensor.createTensor(environment, DoubleBuffer.wrap(x.toDoubleArray()), shape);
            case BOOL -> OnnxTensor.createTensor(environment, x.toByteBuffer(), shape, OnnxJavaType.BOOL);
            default -> OnnxTensor.createTensor(environment, LongBuffer.wrap(x.toLongArray()), shape);
        };
    }

    private static Tensor tensor(OnnxTensor output) {
        TensorInfo info = output.getInfo();
        int[] sizes = Arrays.stream(info.getShape()).mapToInt(Math::toIntExact).toArray();
        return switch (info.type) {
            case FLOAT -> Tensor.of(array(output.getFloatBuffer())).reshape(sizes);
            case DOUBLE -> Tensor.of(array(output.getDoubleBuffer())).reshape(sizes);
            case INT64 -> Tensor.of(array(output.getLongBuffer())).reshape(sizes);
            case BOOL -> {
                var bytes = output.getByteBuffer();
                boolean[] all = new boolean[bytes.remaining()];
                for (int i = 0; i < all.length; i++) {
                    all[i] = bytes.get() != 0;
                }
                yield Tensor.of(all).reshape(sizes);
            }
            default -> throw new AssertionError(info.type);
        };
    }

    private static float[] array(FloatBuffer buffer) {
        float[] all = new float[buffer.remaining()];
        buffer.get(all);
        return all;
    }

    private static double[] array(DoubleBuffer buffer) {
        double[] all = new double[buffer.remaining()];
        buffer.get(all);
        return all;
    }

    private static long[] array(LongBuffer buffer) {
        long[] all = new long[buffer.remaining()];
        buffer.get(all);
        return all;
    }
}
