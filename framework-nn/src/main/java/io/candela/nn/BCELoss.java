package io.candela.nn;

import io.candela.tensor.Tensor;

/** Cross entropy of probabilities of one class; see {@link F#binaryCrossEntropy(Tensor, Tensor, Tensor, Reduction)}. */
public final class BCELoss extends Loss {
    private final Options options;
    private final Tensor weight;

    /**
     * What can be chosen; start from {@link #options()}.
     *
     * @param weight    multiplies each loss, broadcast; it becomes a buffer. Default null, for 1
     * @param reduction default mean
     */
    public record Options(Tensor weight, Reduction reduction) {
        /** These options with another {@code weight}. */
        public Options withWeight(Tensor weight) {
            return new Options(weight, reduction);
        }

        /** These options with another {@code reduction}. */
        public Options withReduction(Reduction reduction) {
            return new Options(weight, reduction);
        }
    }

    /** PyTorch's defaults. */
    public static Options options() {
        return new Options(null, Reduction.MEAN);
    }

    /** With the defaults. */
    public BCELoss() {
        this(options());
    }

    /** With options. */
    public BCELoss(Options options) {
        this.options = options;
        weight = registerBuffer("weight", options.weight());
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return F.binaryCrossEntropy(input, target, weight, options.reduction());
    }
}
