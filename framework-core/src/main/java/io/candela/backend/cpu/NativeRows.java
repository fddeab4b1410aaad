package io.candela.backend.cpu;

import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;

/** Numbers everywhere, softmax, logarithms of sums of exponentials, and running sums and products of float32 in C: along rows, or down columns. */
final class NativeRows {
    /** Elements per chunk when threads share the work. */
    private static final int CHUNK = 32 << 10;
    /** Columns per chunk, at least: a few cache lines of each row. */
    private static final int LEAST_DOWN = 64;

    /** A kernel, in the two directions. */
    private record Kernel(long along, long down) {
        Kernel(String name) {
            this(NativeKernels.find(name + " along"), NativeKernels.find(name + " down"));
        }
    }

    private static final Kernel SOFTMAX = new Kernel("SOFTMAX");
    private static final Kernel LOG_SOFTMAX = new Kernel("LOG_SOFTMAX");
    private static final Kernel LOG_SUM_EXP = new Kernel("LOG_SUM_EXP");
    private static final Kernel SUM = new Kernel("CUMSUM");
    private static final Kernel PRODUCT = new Kernel("CUMPROD");
    private static final long FILL = NativeKernels.find("FILL along");

    // Each pair holds x's elements from one to the next, and the result's.
    private final int n; // elements that belong together
    private long step;
    private long outStep;
    private int count = 1; // groups of them beside each other
    private long next;
    private long outNext;
    private int batches = 1;
    private long batch;
    private long outBatch;

    private NativeRows(int n) {
        this.n = n;
    }

    /**
     * The last dimensions as what belongs together, the others merged to two; null if they do not merge so.
     *
     * @param reduces whether the result is dense and has one element for what belongs together
     */
    private static NativeRows of(Tensor x, int dims, Tensor out, boolean reduces) {
        int outer = x.dim() - dims;
        int n = 1;
        long step = 1;
        long outStep = 1;
        for (int d = x.dim() - 1; d >= outer; d--) {
            int size = x.size(d);
            if (size == 1) {
                continue;
            }
            long outOwn = reduces ? n : out.strides()[d];
            if (n == 1) {
                step = x.strides()[d];
                outStep = outOwn;
            } else if (x.strides()[d] != step * n || outOwn != outStep * n) {
                return null;
            }
            n *= size;
        }
        NativeRows rows = new NativeRows(n);
        rows.step = step;
        rows.outStep = outStep;
        long[] outStrides = new long[outer];
        long dense = 1;
        for (int d = outer - 1; d >= 0; d--) {
            outStrides[d] = reduces ? dense : out.strides()[d];
            dense *= x.size(d);
        }
        return n > 1 && rows.merge(x, outStrides) ? rows : null;
    }

    /** Merges the outer dimensions, from the one with the least stride on; false if more than two are left. */
    private boolean merge(Tensor x, long... outStrides) {
        int outer = outStrides.length;
        boolean[] done = new boolean[outer];
        for (int k = 0; k < outer; k++) {
            int least = -1;
            for (int d = 0; d < outer; d++) {
                least = !done[d] && (least < 0 || x.strides()[d] < x.strides()[least] || x.strides()[d] == x.strides()[least] && d > least) ? d : least;
            }
            done[least] = true;
            int size = x.size(least);
            long stride = x.strides()[least];
            long outStride = outStrides[least];
            if (size == 1) {
                continue;
            }
            if (count == 1) {
                count = size;
                next = stride;
                outNext = outStride;
            } else if (batches == 1 && stride == next * count && outStride == outNext * count) {
                count *= size;
            } else if (batches == 1) {
                batches = size;
                batch = stride;
                outBatch = outStride;
            } else if (stride == batch * batches && outStride == outBatch * batches) {
                batches *= size;
            } else {
                return false;
            }
        }
        return true;
    }

    /** Runs the kernel in the direction in which the elements lie; false if they lie in none. */
    private boolean run(Kernel kernel, Tensor x, Tensor out, boolean reduces) {
        boolean down = next == 1 && outNext == 1 && step != 1;
        if (!down && (outStep != 1 || reduces && (step != 1 || count > 1 && outNext != 1))) {
            return false;
        }
        long from = HostStorage.floatsAddress(x);
        long to = HostStorage.floatsAddress(out);
        int width = down ? Math.max(LEAST_DOWN, (count + Workers.threads() - 1) / Workers.threads() + LEAST_DOWN - 1 & -LEAST_DOWN) : Math.max(1, CHUNK / n);
        int together = Math.min(count, (long) count * n <= CHUNK ? count : width);
        int across = (count + together - 1) / together;
        Workers.run(batches * across, c -> {
            int first = c % across * together;
            int part = Math.min(together, count - first);
            long in = from + 4 * (c / across * batch + first * next);
            long result = to + 4 * (c / across * outBatch + first * outNext);
            if (down) {
                NativeKernels.matrix(kernel.down, in, n, part, step, 1, result, outStep, 0);
            } else {
                NativeKernels.matrix(kernel.along, in, part, n, next, step, result, outNext, 0);
            }
        });
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(out);
        return true;
    }

    private static boolean run(Kernel kernel, Tensor x, int dims, Tensor out, boolean reduces) {
        if (kernel.along == 0 || !NativeKernels.on || x.numel() == 0 || x.dim() == 0 || x.dtype() != DType.FLOAT32 || out.dtype() != DType.FLOAT32) {
            return false;
        }
        NativeRows rows = of(x, dims, out, reduces);
        return rows != null && rows.run(kernel, x, out, reduces);
    }

    /** One number everywhere, if the elements follow each other. */
    static boolean fill(Tensor out, double value) {
        if (FILL == 0 || !NativeKernels.on || out.dtype() != DType.FLOAT32 || !out.isContiguous()) {
            return false;
        }
        int all = out.numel();
        long to = HostStorage.floatsAddress(out);
        Workers.run((all + CHUNK - 1) / CHUNK, c -> NativeKernels.matrix(FILL, 0, 1, Math.min(CHUNK, all - c * CHUNK), 0, 1, to + 4L * c * CHUNK, 0, value));
        Reference.reachabilityFence(out);
        return true;
    }

    /** Softmax along the last dimension, if the elements lie in a regular order; false if not, as the others. */
    static boolean softmax(boolean logarithm, Tensor x, Tensor out) {
        return run(logarithm ? LOG_SOFTMAX : SOFTMAX, x, 1, out, false);
    }

    /** ln Σ eˣ over the last dimensions. */
    static boolean logSumExp(Tensor x, int dims, Tensor out) {
        return run(LOG_SUM_EXP, x, dims, out, true);
    }

    /** The running sum or product along the last dimension. */
    static boolean scan(boolean product, Tensor x, Tensor out) {
        return run(product ? PRODUCT : SUM, x, 1, out, false);
    }
}
