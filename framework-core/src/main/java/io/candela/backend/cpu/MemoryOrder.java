package io.candela.backend.cpu;

import io.candela.tensor.Shape;
import io.candela.tensor.Tensor;

/** The order in which a tensor's dimensions lie in memory, and tensors seen in that order. */
final class MemoryOrder {
    private MemoryOrder() {}

    /** The dimensions from the outermost to the innermost one in memory; null if they stand in that order already. */
    static int[] of(Tensor t) {
        if (t.isContiguous()) {
            return null;
        }
        int[] strides = t.strides();
        int[] dims = t.shape().dims();
        int[] order = new int[strides.length];
        boolean moved = false;
        for (int i = 0; i < order.length; i++) {
            int k = i;
            for (; k > 0; k--) {
                int around = Math.abs(strides[order[k - 1]]);
                int stride = Math.abs(strides[i]);
                if (around > stride || around == stride && dims[order[k - 1]] >= dims[i]) {
                    break;
                }
                order[k] = order[k - 1];
            }
            order[k] = i;
            moved |= k < i;
        }
        return moved ? order : null;
    }

    /** The same elements with the dimensions in another order. A tensor of fewer dimensions broadcasts. */
    static Tensor arrange(Tensor t, int... order) {
        int[] own = t.shape().dims();
        int rank = order.length;
        int[] sizes = new int[rank];
        int[] strides = new int[rank];
        int missing = rank - own.length;
        for (int i = 0; i < rank; i++) {
            int dim = order[i] - missing;
            sizes[i] = dim < 0 ? 1 : own[dim];
            strides[i] = dim < 0 ? 0 : t.strides()[dim];
        }
        return t.viewOf(Shape.of(sizes), strides, t.offset());
    }
}
