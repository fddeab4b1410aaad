package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;
import static org.bytedeco.dnnl.global.dnnl.dnnl_backward;
import static org.bytedeco.dnnl.global.dnnl.dnnl_backward_data;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_mul;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_global_stats;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_scale;
import static org.bytedeco.dnnl.global.dnnl.dnnl_use_shift;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.layer_normalization_backward;
import org.bytedeco.dnnl.layer_normalization_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;

/** oneDNN's normalization of the rows of a dense float32 matrix, as primitives of one thread; see {@link NormRows} for what is made of them. */
final class NormDnn {
    private static final memory.data_type FLOAT = memory.data_type.f32;

    private NormDnn() {}

    /** @param given whether mean and variance are read instead of written; scale and shift have one element per column */
    private record Forward(int rows, int columns, float eps, boolean given, boolean scale, boolean shift) {}

    private record PerRow(int algorithm, int rows, int columns, boolean factor) {}

    private record Backward(int rows, int columns, boolean scale, boolean shift) {}

    /**
     * Writes (x − mean) / √(variance + eps) · scale + shift, and means and variances unless they are given.
     *
     * @param scale address of one number per column, or 0; likewise {@code shift}
     */
    static void forward(Dnn dnn, int rows, int columns, float eps, boolean given, long x, long mean, long variance, long scale, long shift, long out) {
        Forward key = new Forward(rows, columns, eps, given, scale != 0, shift != 0);
        dnn.run(dnn.primitive(key, () -> build(key)), present(x, mean, variance, out, scale, shift));
    }

    /**
     * Writes the gradient of the input, and with it those of scale and shift over these rows.
     *
     * @param variance    with nothing to be added
     * @param scale       address of one number per column, or 0
     * @param gradScale   0 without a scale
     * @param gradShift   or 0
     */
    static void backward(Dnn dnn, int rows, int columns, long g, long x, long mean, long variance, long scale, long out, long gradScale, long gradShift) {
        Backward key = new Backward(rows, columns, scale != 0, gradShift != 0);
        dnn.run(dnn.primitive(key, () -> build(key)), present(x, mean, variance, out, g, scale, gradScale, gradShift));
    }

    /**
     * Writes {@code x algorithm number} with one number per row.
     *
     * @param factor address of a matrix by which the result is multiplied, or 0
     */
    static void perRow(Dnn dnn, int algorithm, int rows, int columns, long x, long numbers, long factor, long out) {
        PerRow key = new PerRow(algorithm, rows, columns, factor != 0);
        dnn.run(dnn.primitive(key, () -> build(key)), present(x, numbers, out, factor));
    }

    private static long[] present(long... addresses) {
        int used = 0;
        for (long address : addresses) {
            if (address != 0) {
                addresses[used++] = address;
            }
        }
        return Arrays.copyOf(addresses, used);
    }

    private static memory.desc dense(long... sizes) {
        long[] strides = new long[sizes.length];
        long stride = 1;
        for (int i = sizes.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= sizes[i];
        }
        return new memory.desc(sizes, FLOAT, strides);
    }

    private static int flags(boolean given, boolean scale, boolean shift) {
        return (given ? dnnl_use_global_stats : 0) | (scale ? dnnl_use_scale : 0) | (shift ? dnnl_use_shift : 0);
    }

    private static layer_normalization_forward.primitive_desc forward(int rows, int columns, float eps, int flags) {
        memory.desc x = dense(rows, columns);
        return new layer_normalization_forward.primitive_desc(Dnn.engine(), dnnl_forward_training, x, x, dense(rows), eps, flags);
    }

    private static Dnn.Primitive build(PerRow k) {
        memory.desc x = dense(1, k.rows, k.columns); // of three dimensions: with two, oneDNN has no vectors for it
        memory.desc numbers = dense(1, k.rows, 1);
        post_ops factor = new post_ops();
        if (k.factor) {
            factor.append_binary(dnnl_binary_mul, x);
        }
        primitive_attr attributes = new primitive_attr();
        attributes.set_post_ops(factor);
        int[] ids = {DNNL_ARG_SRC_0, DNNL_ARG_SRC_1, DNNL_ARG_DST, DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE | DNNL_ARG_SRC_1};
        var description = new binary.primitive_desc(Dnn.engine(), k.algorithm, x, numbers, x, attributes, false);
        return k.factor ? new Dnn.Primitive("binary", new binary(description), ids, x, numbers, x, x)
                : new Dnn.Primitive("binary", new binary(description), Arrays.copyOf(ids, 3), x, numbers, x);
    }

    private static Dnn.Primitive build(Forward k) {
        Arguments a = new Arguments(k.rows, k.columns);
        a.add(DNNL_ARG_DST, a.matrix);
        a.addIf(k.scale, DNNL_ARG_SCALE);
        a.addIf(k.shift, DNNL_ARG_SHIFT);
        return a.build("layer normalization", new layer_normalization_forward(forward(k.rows, k.columns, k.eps, flags(k.given, k.scale, k.shift))));
    }

    private static Dnn.Primitive build(Backward k) {
        Arguments a = new Arguments(k.rows, k.columns);
        a.add(DNNL_ARG_DIFF_SRC, a.matrix);
        a.add(DNNL_ARG_DIFF_DST, a.matrix);
        a.addIf(k.scale, DNNL_ARG_SCALE);
        a.addIf(k.scale, DNNL_ARG_DIFF_SCALE);
        a.addIf(k.shift, DNNL_ARG_DIFF_SHIFT);
        int flags = flags(false, k.scale, k.shift);
        var description = new layer_normalization_backward.primitive_desc(Dnn.engine(), k.scale || k.shift ? dnnl_backward : dnnl_backward_data, a.matrix,
                a.matrix, a.matrix, dense(k.rows), 0, flags, forward(k.rows, k.columns, 0, flags));
        return a.build("layer normalization's gradient", new layer_normalization_backward(description));
    }

    /** Arguments of both, of which input, means and variances come first. */
    private static final class Arguments {
        final memory.desc matrix;
        private final memory.desc perColumn;
        private final List<Integer> ids = new ArrayList<>();
        private final List<memory.desc> descs = new ArrayList<>();

        Arguments(int rows, int columns) {
            matrix = dense(rows, columns);
            perColumn = dense(columns);
            add(DNNL_ARG_SRC, matrix);
            add(DNNL_ARG_MEAN, dense(rows));
            add(DNNL_ARG_VARIANCE, dense(rows));
        }

        void add(int id, memory.desc desc) {
            ids.add(id);
            descs.add(desc);
        }

        void addIf(boolean there, int id) {
            if (there) {
                add(id, perColumn);
            }
        }

        Dnn.Primitive build(String name, primitive primitive) {
            return new Dnn.Primitive(name, primitive, ids.stream().mapToInt(Integer::intValue).toArray(), descs.toArray(new memory.desc[0]));
        }
    }
}
