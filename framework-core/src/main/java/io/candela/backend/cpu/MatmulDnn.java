package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import org.bytedeco.dnnl.matmul;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;

/** float32 matrix products by oneDNN, cut along rows or columns of the result so that every thread has a part. */
final class MatmulDnn {
    /** Below so many multiplications a Java loop is done before oneDNN has started. */
    static final long SMALLEST = 8 << 10;
    /** Multiplications per thread below which sharing costs more than it saves. */
    private static final long SHARE = 512 << 10;
    private static final int GRAIN = 16; // columns per cache line, and rows per tile of oneDNN's kernels

    private MatmulDnn() {}

    /** Everything a primitive depends on; strides in elements, the result's rows are {@code ldc} apart. */
    private record Key(int m, int k, int n, int aRow, int aColumn, int bRow, int bColumn, int ldc, boolean bias, boolean accumulate) {}

    /**
     * {@code c = a b (+ bias)} on addresses. The result has rows {@code ldc} elements apart; a or b must have one stride of 1.
     *
     * @param bias address of {@code n} floats, or 0 for none
     */
    static void matmul(int m, int k, int n, long a, int aRow, int aColumn, long b, int bRow, int bColumn, long bias, long c, int ldc) {
        long work = (long) m * k * n;
        int parts = (int) Math.min(Workers.threads(), Math.max(1, work / SHARE));
        boolean rows = aRow == 1 && aColumn != 1 || m >= n; // measured: a transposed left operand is better cut along its rows
        int size = rows ? m : n;
        int step = ((size + parts - 1) / parts + GRAIN - 1) / GRAIN * GRAIN;
        int count = (size + step - 1) / step;
        Workers.run(count, i -> {
            int from = i * step;
            int length = Math.min(step, size - from);
            if (rows) {
                run(length, k, n, a + 4L * from * aRow, aRow, aColumn, b, bRow, bColumn, bias, c + 4L * from * ldc, ldc, false);
            } else {
                run(m, k, length, a, aRow, aColumn, b + 4L * from * bColumn, bRow, bColumn, bias == 0 ? 0 : bias + 4L * from, c + 4L * from, ldc,
                        false);
            }
        });
    }

    /**
     * As {@link #matmul}, on this thread alone.
     *
     * @param accumulate whether the product is added to what is in {@code c}
     */
    static void run(int m, int k, int n, long a, int aRow, int aColumn, long b, int bRow, int bColumn, long bias, long c, int ldc,
            boolean accumulate) {
        Dnn dnn = HostThread.current().dnn();
        Key key = new Key(m, k, n, aRow, aColumn, bRow, bColumn, ldc, bias != 0, accumulate);
        Dnn.Primitive p = dnn.primitive(key, () -> build(key));
        if (bias == 0) {
            dnn.run(p, a, b, c);
        } else {
            dnn.run(p, a, b, c, bias);
        }
    }

    private static Dnn.Primitive build(Key k) {
        memory.desc a = matrix(k.m, k.k, k.aRow, k.aColumn);
        memory.desc b = matrix(k.k, k.n, k.bRow, k.bColumn);
        memory.desc c = matrix(k.m, k.n, k.ldc, 1);
        primitive_attr attributes = new primitive_attr();
        if (k.accumulate) {
            post_ops sum = new post_ops();
            sum.append_sum();
            attributes.set_post_ops(sum);
        }
        if (!k.bias) {
            var description = new matmul.primitive_desc(Dnn.engine(), a, b, c, attributes, false);
            return new Dnn.Primitive("matmul", new matmul(description), new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST}, a, b, c);
        }
        memory.desc bias = matrix(1, k.n, k.n, 1);
        var description = new matmul.primitive_desc(Dnn.engine(), a, b, bias, c, attributes, false);
        return new Dnn.Primitive("matmul", new matmul(description), new int[] {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS}, a,
                b, c, bias);
    }

    private static memory.desc matrix(int rows, int columns, int rowStride, int columnStride) {
        return new memory.desc(new long[] {rows, columns}, memory.data_type.f32, new long[] {rowStride, columnStride});
    }
}
