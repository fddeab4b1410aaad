package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_div;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_sub;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_abs;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_logistic;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_relu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_round;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_sqrt;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_square;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_swish;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_tanh;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;

import io.candela.backend.BinaryKernel;
import io.candela.backend.UnaryKernel;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.memory;

/** Large contiguous float32 work, element by element, by oneDNN. */
final class EltwiseDnn {
    private static final int CHUNK = 16 << 10;

    private EltwiseDnn() {}

    private record Key(int algorithm, int length, float alpha, boolean binary) {}

    /** Does the work if oneDNN has the function and takes the tensors; false if not. */
    static boolean unary(UnaryKernel kernel, Tensor x, Tensor out) {
        if (!fits(x, out)) {
            return false;
        }
        int algorithm = switch (kernel) { // not exp, which makes NaN infinite, and not log, which is off by 5e-6 near 1
            case SIGMOID -> dnnl_eltwise_logistic;
            case TANH -> dnnl_eltwise_tanh;
            case ABS -> dnnl_eltwise_abs;
            case SQRT -> dnnl_eltwise_sqrt;
            case SQUARE -> dnnl_eltwise_square;
            case ROUND -> dnnl_eltwise_round;
            case SILU -> dnnl_eltwise_swish;
            default -> -1;
        };
        if (algorithm < 0) {
            return false;
        }
        unary(algorithm, 1, x, out);
        return true;
    }

    /** Does the work if oneDNN has the function of a number and takes the tensors; false if not. */
    static boolean withNumber(BinaryKernel kernel, Tensor x, double number, Tensor out) {
        if (kernel != BinaryKernel.LEAKY_RELU || number == 0 || !fits(x, out)) { // of slope 0, NaN would become 0
            return false;
        }
        unary(dnnl_eltwise_relu, (float) number, x, out);
        return true;
    }

    private static void unary(int algorithm, float alpha, Tensor x, Tensor out) {
        long from = HostStorage.floatsAddress(x);
        long to = HostStorage.floatsAddress(out);
        forChunks(out.numel(), (start, length) -> {
            Dnn dnn = HostThread.current().dnn();
            Key key = new Key(algorithm, length, alpha, false);
            dnn.run(dnn.primitive(key, () -> build(key)), from + 4L * start, to + 4L * start);
        });
    }

    /** Does the work if oneDNN has the function and takes the tensors; false if not. */
    static boolean binary(BinaryKernel kernel, Tensor a, Tensor b, Tensor out) {
        if (!fits(a, out) || !fits(b, out)) {
            return false;
        }
        int algorithm = switch (kernel) {
            case ADD -> dnnl_binary_add;
            case SUB -> dnnl_binary_sub;
            case MUL -> dnnl_binary_mul;
            case DIV -> dnnl_binary_div;
            default -> -1;
        };
        if (algorithm < 0) {
            return false;
        }
        long left = HostStorage.floatsAddress(a);
        long right = HostStorage.floatsAddress(b);
        long to = HostStorage.floatsAddress(out);
        forChunks(out.numel(), (start, length) -> {
            Dnn dnn = HostThread.current().dnn();
            Key key = new Key(algorithm, length, 0, true);
            dnn.run(dnn.primitive(key, () -> build(key)), left + 4L * start, right + 4L * start, to + 4L * start);
        });
        return true;
    }

    private interface Chunk {
        void run(int start, int length);
    }

    /** All chunks but the last have one length, so that two primitives serve any size. */
    private static void forChunks(int n, Chunk chunk) {
        Workers.run((n + CHUNK - 1) / CHUNK, i -> chunk.run(i * CHUNK, Math.min(CHUNK, n - i * CHUNK)));
    }

    private static boolean fits(Tensor x, Tensor out) {
        return x.numel() == out.numel() && x.dtype() == DType.FLOAT32 && out.dtype() == DType.FLOAT32
                && x.isContiguous() && out.isContiguous();
    }

    private static Dnn.Primitive build(Key key) {
        memory.desc line = new memory.desc(new long[] {key.length}, memory.data_type.f32, new long[] {1});
        if (key.binary) {
            var description = new binary.primitive_desc(Dnn.engine(), key.algorithm, line, line, line);
            return new Dnn.Primitive("binary", new binary(description), new int[] {DNNL_ARG_SRC_0, DNNL_ARG_SRC_1, DNNL_ARG_DST}, line, line, line);
        }
        var description = new eltwise_forward.primitive_desc(Dnn.engine(), dnnl_forward_inference, key.algorithm, line, line, key.alpha, 0);
        return new Dnn.Primitive("eltwise", new eltwise_forward(description), new int[] {DNNL_ARG_SRC, DNNL_ARG_DST}, line, line);
    }
}
