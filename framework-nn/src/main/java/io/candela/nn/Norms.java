package io.candela.nn;

import io.candela.tensor.Tensor;

/** p-norms of any order. */
final class Norms {
    private Norms() {}

    /** The norm over dimensions, all without any; its gradient at 0 is 0. 0 counts elements that are not 0. */
    static Tensor of(Tensor x, double p, boolean keepDim, int... dims) {
        if (p == 2) {
            return x.norm(keepDim, dims);
        }
        Tensor size = x.abs();
        if (p == 1) {
            return size.sum(keepDim, dims);
        }
        if (Double.isInfinite(p)) {
            return p > 0 ? size.amax(keepDim, dims) : size.amin(keepDim, dims);
        }
        if (p == 0) {
            return x.ne(0).to(x.dtype()).sum(keepDim, dims);
        }
        Tensor sum = powered(size, p).sum(keepDim, dims);
        return p < 0 ? sum.pow(1 / p) : powered(sum, 1 / p);
    }

    /** x to a power, with 0 as gradient at 0: a power below 1 has an infinite one. */
    private static Tensor powered(Tensor x, double p) {
        if (p < 0) {
            return x.pow(p);
        }
        Tensor zero = x.eq(0);
        return x.maskedFill(zero, 1).pow(p).maskedFill(zero, 0);
    }
}
