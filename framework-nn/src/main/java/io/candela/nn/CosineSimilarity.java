package io.candela.nn;

import io.candela.tensor.Tensor;

/** Cosine of the angle between vectors; see {@link F#cosineSimilarity(Tensor, Tensor, int, double)}. */
public final class CosineSimilarity extends Module {
    private final int dim;
    private final double eps;

    /** Along dimension 1, with an eps of 1e-8. */
    public CosineSimilarity() {
        this(1, 1e-8);
    }

    /**
     * With all options.
     *
     * @param dim along which the vectors lie
     * @param eps the least length to divide by
     */
    public CosineSimilarity(int dim, double eps) {
        this.dim = dim;
        this.eps = eps;
    }

    /** The cosines, without the dimension of the vectors. */
    public Tensor forward(Tensor x1, Tensor x2) {
        return F.cosineSimilarity(x1, x2, dim, eps);
    }
}
