package io.candela.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_accurate;
import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_log;

import io.candela.tensor.DType;
import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;

/** Softmax over rows of contiguous float32, and its gradient, by oneDNN, from a size on where its start pays. */
final class SoftmaxDnn {
    private static final int CHUNK = 16 << 10;

    private SoftmaxDnn() {}

    /** Columns that are done at once where a matrix is normalized downwards: a few cache lines of each row. */
    private static final int STRIP = 64;

    private static final int MOST_ROWS = 64 << 10;

    private record Key(int rows, int n, boolean logarithm, boolean backward) {}

    private record DownKey(int rows, int columns, boolean logarithm) {}

    /** Does the work if it takes these tensors; false if not. */
    static boolean forward(Tensor x, int n, boolean logarithm, Tensor out) {
        if (!fits(x, out) || !isFinite(x)) {
            return false;
        }
        long from = HostStorage.floatsAddress(x);
        long to = HostStorage.floatsAddress(out);
        forChunks(out.numel() / n, n, (start, rows) -> {
            Dnn dnn = HostThread.current().dnn();
            Key key = new Key(rows, n, logarithm, false);
            dnn.run(dnn.primitive(key, () -> build(key)), from + start, to + start);
        });
        return true;
    }

    /** Down the columns of a row-major matrix, given as its transpose; false if it does not take the tensors. */
    static boolean down(Tensor x, boolean logarithm, Tensor out) {
        if (!isTransposed(x) || !isTransposed(out) || out.dtype() != DType.FLOAT32 || x.strides()[1] != out.strides()[1] || x.size(1) > MOST_ROWS || !isFinite(rows(x))) {
            return false;
        }
        int columns = x.size(0);
        int stride = x.strides()[1];
        long from = HostStorage.floatsAddress(x);
        long to = HostStorage.floatsAddress(out);
        Workers.run((columns + STRIP - 1) / STRIP, i -> {
            HostThread thread = HostThread.current();
            Dnn dnn = thread.dnn();
            int rows = x.size(1);
            int width = Math.min(STRIP, columns - i * STRIP);
            long strip = thread.scratchBlock(4 * rows * STRIP).address(); // oneDNN has vectors for dense matrices alone
            ReorderDnn.rows(rows, width, stride, from + 4L * i * STRIP, width, strip);
            DownKey key = new DownKey(rows, width, logarithm);
            dnn.run(dnn.primitive(key, () -> build(key)), strip, strip);
            ReorderDnn.rows(rows, width, width, strip, stride, to + 4L * i * STRIP);
        });
        return true;
    }

    private static boolean isTransposed(Tensor x) {
        return x.dtype() == DType.FLOAT32 && x.dim() == 2 && x.strides()[0] == 1 && x.strides()[1] >= x.size(0) && x.size(0) >= STRIP;
    }

    private static Tensor rows(Tensor x) {
        return x.viewOf(Shape.of(x.size(1), x.size(0)), new int[] {x.strides()[1], 1}, x.offset());
    }

    /** Does the work if it takes these tensors; false if not. */
    static boolean backward(Tensor g, Tensor y, int n, boolean logarithm, Tensor out) {
        if (!fits(g, out) || !fits(y, out) || !isFinite(y)) {
            return false;
        }
        long gradient = HostStorage.floatsAddress(g);
        long result = HostStorage.floatsAddress(y);
        long to = HostStorage.floatsAddress(out);
        forChunks(out.numel() / n, n, (start, rows) -> {
            Dnn dnn = HostThread.current().dnn();
            Key key = new Key(rows, n, logarithm, true);
            dnn.run(dnn.primitive(key, () -> build(key)), result + start, gradient + start, to + start);
        });
        return true;
    }

    private interface Chunk {
        void run(long start, int rows);
    }

    private static void forChunks(int rows, int n, Chunk chunk) {
        int step = Math.max(1, CHUNK / n);
        Workers.run((rows + step - 1) / step, i -> chunk.run(4L * i * step * n, Math.min(step, rows - i * step)));
    }

    private static boolean fits(Tensor x, Tensor out) {
        return x.numel() == out.numel() && x.dtype() == DType.FLOAT32 && x.isContiguous() && out.isContiguous();
    }

    /** oneDNN overlooks NaN, whose row must become NaN, and rows of infinities. */
    private static boolean isFinite(Tensor x) {
        Blocks in = new Blocks(x, x.shape());
        boolean[] special = new boolean[1]; // set by whoever finds one
        BlockLoops.forRange(x.numel(), (thread, from, end) -> {
            int[] block = thread.ints(0);
            for (int p = from; p < end && !special[0]; p += block.length) {
                int n = Math.min(block.length, end - p);
                in.readBits(p, block, n);
                if (FloatBits.outOfRange(block, FloatBits.INFINITY - 1, n) < 0) {
                    special[0] = true;
                }
            }
        });
        return !special[0];
    }

    private static Dnn.Primitive build(DownKey k) {
        memory.desc matrix = new memory.desc(new long[] {k.rows, k.columns}, memory.data_type.f32, new long[] {k.columns, 1});
        int algorithm = k.logarithm ? dnnl_softmax_log : dnnl_softmax_accurate;
        var description = new softmax_forward.primitive_desc(Dnn.engine(), dnnl_forward_training, algorithm, matrix, matrix, 0);
        return new Dnn.Primitive("softmax", new softmax_forward(description), new int[] {DNNL_ARG_SRC, DNNL_ARG_DST}, matrix, matrix);
    }

    private static Dnn.Primitive build(Key k) {
        memory.desc rows = new memory.desc(new long[] {k.rows, k.n}, memory.data_type.f32, new long[] {k.n, 1});
        int algorithm = k.logarithm ? dnnl_softmax_log : dnnl_softmax_accurate;
        var forward = new softmax_forward.primitive_desc(Dnn.engine(), dnnl_forward_training, algorithm, rows, rows, 1);
        if (!k.backward) {
            return new Dnn.Primitive("softmax", new softmax_forward(forward), new int[] {DNNL_ARG_SRC, DNNL_ARG_DST}, rows, rows);
        }
        var description = new softmax_backward.primitive_desc(Dnn.engine(), algorithm, rows, rows, rows, 1, forward);
        return new Dnn.Primitive("softmaxBackward", new softmax_backward(description),
                new int[] {DNNL_ARG_DST, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_SRC}, rows, rows, rows);
    }
}
