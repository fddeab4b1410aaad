package io.candela.backend.cpu;

import io.candela.backend.ReduceKernels.Fused;
import io.candela.backend.Reduction;
import io.candela.tensor.DType;
import io.candela.tensor.Tensor;
import java.lang.ref.Reference;
import java.util.function.DoubleBinaryOperator;

/**
 * Reductions of float32 in C: of everything, along rows, or down columns. Parts are the same whatever the number of threads, so that the results are, too.
 */
final class NativeReduce {
    /** Elements per row from which this pays. */
    private static final int LEAST_ALONG = 64;
    /** Columns from which this pays, per thread. */
    private static final int LEAST_DOWN = 64;
    /** Elements per chunk when threads share a reduction. */
    private static final int CHUNK = 64 << 10;

    /** A reduction, in the two directions. */
    private record Kernel(long along, long down, DoubleBinaryOperator join) {
        Kernel(String name, DoubleBinaryOperator join) {
            this(NativeKernels.find(name + " along"), NativeKernels.find(name + " down"), join);
        }
    }

    private static final Kernel SUM = new Kernel("SUM", Double::sum);
    private static final Kernel PROD = new Kernel("PROD", (a, b) -> a * b);
    private static final Kernel MAX = new Kernel("MAX", Math::max);
    private static final Kernel MIN = new Kernel("MIN", Math::min);
    private static final Kernel SQUARES = new Kernel("SQUARES", Double::sum);
    private static final Kernel MAGNITUDES = new Kernel("MAGNITUDES", Double::sum);
    private static final Kernel ARGMAX = new Kernel("ARGMAX", null);
    private static final Kernel ARGMIN = new Kernel("ARGMIN", null);

    private final long address;
    private final int outer;
    private final int inner;
    private final long row; // elements from one result's elements to the next result's
    private final long step;

    private NativeReduce(Tensor x, int outer, int inner, long row, long step) {
        address = HostStorage.floatsAddress(x);
        this.outer = outer;
        this.inner = inner;
        this.row = row;
        this.step = step;
    }

    /** The last dimensions as rows' elements, the others as rows, if each make one dimension; else null. */
    private static NativeReduce of(Tensor x, int dims, int outer, int inner) {
        long step = stride(x, x.dim() - dims, x.dim());
        long row = stride(x, 0, x.dim() - dims);
        return step < 0 || row < 0 ? null : new NativeReduce(x, outer, inner, row, step);
    }

    /** Elements from one index of some dimensions, in row-major order, to the next; −1 if it differs, or is negative. */
    private static long stride(Tensor x, int from, int end) {
        long stride = -1;
        long next = 0;
        for (int d = end - 1; d >= from; d--) {
            int size = x.size(d);
            if (size == 1) {
                continue;
            }
            if (stride >= 0 && x.strides()[d] != next || x.strides()[d] < 0) {
                return -1;
            }
            stride = stride < 0 ? x.strides()[d] : stride;
            next = (long) x.strides()[d] * size;
        }
        return Math.max(stride, 0);
    }

    /** Does the work over the last dimensions if C has the reduction, and the elements lie in a regular order; false if not. */
    static boolean reduce(Reduction reduction, Tensor x, int dims, int outer, int inner, Tensor out) {
        Kernel kernel = switch (reduction) {
            case SUM, MEAN -> SUM;
            case PROD -> PROD;
            case MAX -> MAX;
            case MIN -> MIN;
            default -> null;
        };
        if (kernel == null || kernel.along == 0 || !NativeKernels.on || out.dtype() != DType.FLOAT32 || inner < 2) {
            return false;
        }
        NativeReduce work = of(x, dims, outer, inner);
        boolean done = work != null && work.run(kernel, HostStorage.floatsAddress(out), Float.BYTES, reduction == Reduction.MEAN ? inner : 1, out);
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(out);
        return done;
    }

    /** As {@link #reduce}, but everything: without rows or columns of many elements nothing is gained. */
    static boolean fused(Fused reduction, Tensor x, int dims, Tensor out) {
        Kernel kernel = reduction == Fused.EUCLIDEAN_NORM ? SQUARES : MAGNITUDES;
        if (kernel.along == 0 || !NativeKernels.on || x.dtype() != DType.FLOAT32 || out.numel() != 1) {
            return false;
        }
        NativeReduce work = of(x, dims, 1, x.numel());
        if (work == null) {
            return false;
        }
        double sum = work.whole(kernel);
        new Blocks(out, out.shape()).write(0, new double[] {reduction == Fused.EUCLIDEAN_NORM ? Math.sqrt(sum) : sum}, 1);
        Reference.reachabilityFence(x);
        return true;
    }

    private boolean run(Kernel kernel, long to, int bytes, double divisor, Tensor out) {
        if (outer == 1) {
            new Blocks(out, out.shape()).write(0, new double[] {whole(kernel) / divisor}, 1);
        } else if (isDown()) {
            down(kernel, to, bytes, divisor);
        } else if (inner >= LEAST_ALONG && (row != 1 || step == 1)) { // not a few long columns
            along(kernel, to, bytes, divisor);
        } else {
            return false;
        }
        return true;
    }

    /** Whether results' elements lie beside each other, enough of them for every thread if threads share the work. */
    private boolean isDown() {
        return row == 1 && step != 1 && (outer >= LEAST_DOWN * Workers.threads() || (long) outer * inner <= CHUNK);
    }

    /** Of all elements: parts, joined in order. */
    private double whole(Kernel kernel) {
        if (inner <= CHUNK) {
            return part(kernel, 0);
        }
        double[] parts = new double[(inner + CHUNK - 1) / CHUNK];
        Workers.run(parts.length, c -> parts[c] = part(kernel, c));
        double result = parts[0];
        for (int c = 1; c < parts.length; c++) {
            result = kernel.join.applyAsDouble(result, parts[c]);
        }
        return result;
    }

    private double part(Kernel kernel, int c) {
        return NativeKernels.matrix(kernel.along, address + 4 * step * c * CHUNK, 1, Math.min(CHUNK, inner - c * CHUNK), 0, step, 0, 0, 1);
    }

    private void along(Kernel kernel, long to, int bytes, double divisor) {
        int height = Math.max(1, CHUNK / inner);
        Workers.run((outer + height - 1) / height, c -> {
            long first = (long) c * height;
            NativeKernels.matrix(kernel.along, address + 4 * row * first, Math.min(height, outer - first), inner, row, step, to + bytes * first, bytes, divisor);
        });
    }

    private void down(Kernel kernel, long to, int bytes, double divisor) {
        int width = Math.max(LEAST_DOWN, (outer + Workers.threads() - 1) / Workers.threads() + LEAST_DOWN - 1 & -LEAST_DOWN);
        int across = (long) outer * inner <= CHUNK ? outer : Math.min(outer, width);
        Workers.run((outer + across - 1) / across, c -> {
            long first = (long) c * across;
            NativeKernels.matrix(kernel.down, address + 4 * first, inner, Math.min(across, outer - first), step, 1, to + bytes * first, bytes, divisor);
        });
    }

    /** Does the work along the last dimension as {@link #reduce} does; {@code out} is int64. */
    static boolean argExtreme(boolean largest, Tensor x, int outer, int inner, Tensor out) {
        Kernel kernel = largest ? ARGMAX : ARGMIN;
        if (kernel.along == 0 || !NativeKernels.on || x.dtype() != DType.FLOAT32) {
            return false;
        }
        NativeReduce work = of(x, 1, outer, inner);
        if (work == null || outer == 1 && inner > CHUNK) { // one long row is shared by the threads in Java
            return false;
        }
        long to = HostStorage.of(out).address() + 8L * out.offset();
        if (work.isDown()) {
            work.down(kernel, to, Long.BYTES, 1);
        } else {
            work.along(kernel, to, Long.BYTES, 1);
        }
        Reference.reachabilityFence(x);
        Reference.reachabilityFence(out);
        return true;
    }
}
