package io.candela.nn;

import io.candela.tensor.Tensor;

/** Negative log likelihood of counts; see {@link F#poissonNllLoss(Tensor, Tensor, boolean, boolean, double, Reduction)}. */
public final class PoissonNLLLoss extends Loss {
    private final Options options;

    /**
     * What can be chosen; start from {@link #options()}.
     *
     * @param logInput  whether the input is a logarithm; default true
     * @param full      whether to approximate the term that the input has no part in; default false
     * @param eps       is added to an expectation before its logarithm; default 1e-8
     * @param reduction default mean
     */
    public record Options(boolean logInput, boolean full, double eps, Reduction reduction) {
        /** These options with another {@code logInput}. */
        public Options withLogInput(boolean logInput) {
            return new Options(logInput, full, eps, reduction);
        }

        /** These options with another {@code full}. */
        public Options withFull(boolean full) {
            return new Options(logInput, full, eps, reduction);
        }

        /** These options with another {@code eps}. */
        public Options withEps(double eps) {
            return new Options(logInput, full, eps, reduction);
        }

        /** These options with another {@code reduction}. */
        public Options withReduction(Reduction reduction) {
            return new Options(logInput, full, eps, reduction);
        }
    }

    /** PyTorch's defaults. */
    public static Options options() {
        return new Options(true, false, 1e-8, Reduction.MEAN);
    }

    /** With the defaults. */
    public PoissonNLLLoss() {
        this(options());
    }

    /** With options. */
    public PoissonNLLLoss(Options options) {
        this.options = options;
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return F.poissonNllLoss(input, target, options.logInput(), options.full(), options.eps(), options.reduction());
    }
}
