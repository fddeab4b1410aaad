package io.candela.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.candela.autograd.Autograd;
import io.candela.nn.Layer;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.io.IOException;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;

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
        Path file = Files.createTempFile("candela", ".onnx");
        try {
            OnnxExport.save(layer, inputs[0], file);
            layer.eval();
            for (Tensor x : inputs) {
                assertClose(Autograd.noGrad(() -> layer.forward(x)), run(file, x));
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

    /** Runs a file on one input. */
    static Tensor run(Path file, Tensor x) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        long[] shape = Arrays.stream(x.shape().toArray()).asLongStream().toArray();
        try (OrtSession session = environment.createSession(file.toString(), new OrtSession.SessionOptions());
                OnnxTensor input = switch (x.dtype()) {
                    case FLOAT32 -> OnnxTensor.createTensor(environment, FloatBuffer.wrap(x.toFloatArray()), shape);
                    case FLOAT64 -> OnnxTensor.createTensor(environment, DoubleBuffer.wrap(x.toDoubleArray()), shape);
                    default -> OnnxTensor.createTensor(environment, LongBuffer.wrap(x.toLongArray()), shape);
                };
                OrtSession.Result result = session.run(Map.of(session.getInputNames().iterator().next(), input))) {
            OnnxTensor output = (OnnxTensor) result.get(0);
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
