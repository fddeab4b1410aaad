package io.candela.ops;

import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/**
 * The order in memory of what is computed element by element: dense, with the dimensions in the order of the operands' strides, as PyTorch's
 * {@code TensorIterator} has it. The result of a transposed operand is itself transposed, that of a channels-last one channels-last, so that kernels walk
 * through both without gaps.
 */
final class ResultOrder {
    private ResultOrder() {}

    /** Strides of a dense tensor in the order of an operand that broadcasts to {@code shape}. */
    static int[] strides(Shape shape, Tensor x) {
        return leads(shape, x) ? shape.contiguousStrides() : dense(shape, x);
    }

    /** As {@link #strides(Shape, Tensor)}, of two operands: the first decides, the second where the first leaves it open. */
    static int[] strides(Shape shape, Tensor a, Tensor b) {
        return leads(shape, a) || a.numel() == 1 && leads(shape, b) ? shape.contiguousStrides() : dense(shape, a, b);
    }

    /** As {@link #strides(Shape, Tensor, Tensor)}, of three. */
    static int[] strides(Shape shape, Tensor a, Tensor b, Tensor c) {
        return leads(shape, a) ? shape.contiguousStrides() : dense(shape, a, b, c);
    }

    /** A view of the same elements, with the dimensions in the order in which they lie: the innermost is the last. */
    static Tensor outermostFirst(Tensor x) {
        if (x.isContiguous()) {
            return x;
        }
        int[] order = new int[x.dim()];
        int[] dense = dense(x.shape(), x);
        for (int i = 0; i < order.length; i++) { // insertion sort, so that sizes of 1 stay where they are
            int k = i;
            for (; k > 0 && dense[order[k - 1]] < dense[i]; k--) {
                order[k] = order[k - 1];
            }
            order[k] = i;
        }
        int[] sizes = new int[order.length];
        int[] strides = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            sizes[i] = x.size(order[i]);
            strides[i] = x.strides()[order[i]];
        }
        return x.viewOf(Shape.of(sizes), strides, x.offset());
    }

    /** The short way to row-major order: whether an operand leaves no other. */
    private static boolean leads(Shape shape, Tensor x) {
        return x.isContiguous() && (x.shape() == shape || x.shape().equals(shape));
    }

    private static int[] dense(Shape shape, Tensor... operands) {
        int[] dims = shape.dims();
        int rank = dims.length;
        int[][] steps = new int[operands.length][];
        for (int k = 0; k < steps.length; k++) {
            steps[k] = steps(shape, operands[k]);
        }
        int[] order = new int[rank]; // from the innermost dimension
        for (int i = 0; i < rank; i++) {
            order[i] = rank - 1 - i;
        }
        for (int i = 1; i < rank; i++) { // insertion sort: the comparison may leave two dimensions open, and then looks at the next
            int moving = i;
            for (int k = i - 1; k >= 0; k--) {
                int c = compare(order[k], order[moving], dims, steps);
                if (c > 0) {
                    int swap = order[k];
                    order[k] = order[moving];
                    order[moving] = swap;
                    moving = k;
                } else if (c < 0) {
                    break;
                }
            }
        }
        int[] strides = new int[rank];
        int stride = 1;
        for (int dim : order) {
            strides[dim] = stride;
            stride *= Math.max(dims[dim], 1);
        }
        return strides;
    }

    /** An operand's strides as it broadcasts to {@code shape}: 0 where it is repeated. */
    private static int[] steps(Shape shape, Tensor x) {
        int[] own = x.strides();
        if (x.shape().equals(shape)) {
            return own;
        }
        int shift = shape.rank() - own.length;
        int[] steps = new int[shape.rank()];
        for (int i = 0; i < own.length; i++) {
            steps[i + shift] = x.shape().dims()[i] == shape.dims()[i + shift] ? own[i] : 0;
        }
        return steps;
    }

    /** Whether dimension {@code a} lies inside of {@code b} (negative) or around it (positive); 0 if no operand tells. */
    private static int compare(int a, int b, int[] dims, int[][] steps) {
        for (int[] s : steps) {
            if (s[a] == 0 || s[b] == 0) {
                continue;
            }
            if (s[a] != s[b]) {
                return Math.abs(s[a]) < Math.abs(s[b]) ? -1 : 1; // negative ones lie in the order of their size
            }
            if (dims[a] > dims[b]) {
                return 1;
            }
        }
        return 0;
    }
}
