package io.candela.nn;

import io.candela.tensor.Tensor;

/** Divides each element by a power of the squares around it in the channels: see {@link F#localResponseNorm}. */
public final class LocalResponseNorm extends HookedLayer {
    private final int size;
    private final double alpha;
    private final double beta;
    private final double k;

    /** With an alpha of 1e-4, a beta of 0.75 and a k of 1. */
    public LocalResponseNorm(int size) {
        this(size, 1e-4, 0.75, 1);
    }

    /**
     * With all options.
     *
     * @throws IllegalArgumentException if {@code size} is not positive
     */
    public LocalResponseNorm(int size, double alpha, double beta, double k) {
        if (size < 1) {
            throw new IllegalArgumentException("LocalResponseNorm: size must be positive, got " + size);
        }
        this.size = size;
        this.alpha = alpha;
        this.beta = beta;
        this.k = k;
    }

    @Override
    Tensor compute(Tensor x) {
        return F.localResponseNorm(x, size, alpha, beta, k);
    }

    @Override
    protected String describe() {
        return size + ", alpha=" + ModulePrinter.number(alpha) + ", beta=" + ModulePrinter.number(beta) + ", k=" + ModulePrinter.number(k);
    }
}
