package io.candela.nn;

import io.candela.tensor.Tensor;

/** Distance of vectors along the last dimension; see {@link F#pairwiseDistance(Tensor, Tensor, double, double, boolean)}. */
public final class PairwiseDistance extends Module {
    private final double p;
    private final double eps;
    private final boolean keepDim;

    /** Euclidean, with an eps of 1e-6, without the last dimension. */
    public PairwiseDistance() {
        this(2, 1e-6, false);
    }

    /**
     * With all options.
     *
     * @param p       of the p-norm; infinite for the largest element
     * @param eps     is added to each difference
     * @param keepDim whether the last dimension stays, with size 1
     */
    public PairwiseDistance(double p, double eps, boolean keepDim) {
        this.p = p;
        this.eps = eps;
        this.keepDim = keepDim;
    }

    /** The distances. */
    public Tensor forward(Tensor x1, Tensor x2) {
        return F.pairwiseDistance(x1, x2, p, eps, keepDim);
    }
}
