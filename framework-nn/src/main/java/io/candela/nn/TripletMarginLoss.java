package io.candela.nn;

import io.candela.tensor.Tensor;

/** Asks that an anchor be nearer to one vector than to another; see {@link F#tripletMarginLoss(Tensor, Tensor, Tensor, Options)}. */
public final class TripletMarginLoss extends Module {
    private final Options options;

    /**
     * What can be chosen; start from {@link #options()}.
     *
     * @param margin    by how much nearer; default 1
     * @param p         of the p-norm; default 2
     * @param eps       is added to each difference; default 1e-6
     * @param swap      whether the positive may take the anchor's place against the negative, if that is nearer; default false
     * @param reduction default mean
     */
    public record Options(double margin, double p, double eps, boolean swap, Reduction reduction) {
        /** @throws IllegalArgumentException if {@code margin} is not positive */
        public Options {
            if (!(margin > 0)) {
                throw new IllegalArgumentException("TripletMarginLoss: margin must be positive, got " + margin);
            }
        }

        /** These options with another {@code margin}. */
        public Options withMargin(double margin) {
            return new Options(margin, p, eps, swap, reduction);
        }

        /** These options with another {@code p}. */
        public Options withP(double p) {
            return new Options(margin, p, eps, swap, reduction);
        }

        /** These options with another {@code eps}. */
        public Options withEps(double eps) {
            return new Options(margin, p, eps, swap, reduction);
        }

        /** These options with another {@code swap}. */
        public Options withSwap(boolean swap) {
            return new Options(margin, p, eps, swap, reduction);
        }

        /** These options with another {@code reduction}. */
        public Options withReduction(Reduction reduction) {
            return new Options(margin, p, eps, swap, reduction);
        }
    }

    /** PyTorch's defaults. */
    public static Options options() {
        return new Options(1, 2, 1e-6, false, Reduction.MEAN);
    }

    /** With the defaults. */
    public TripletMarginLoss() {
        this(options());
    }

    /** With options. */
    public TripletMarginLoss(Options options) {
        this.options = options;
    }

    /** Computes the loss. */
    public Tensor forward(Tensor anchor, Tensor positive, Tensor negative) {
        return F.tripletMarginLoss(anchor, positive, negative, options);
    }
}
