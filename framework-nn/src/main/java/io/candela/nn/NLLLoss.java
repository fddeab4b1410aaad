package io.candela.nn;

import io.candela.tensor.Tensor;

/** Negative log likelihood of labels, given log probabilities; see {@link F#nllLoss(Tensor, Tensor, Tensor, long, Reduction)} for shapes. */
public final class NLLLoss extends Loss {
    private final Tensor weight; // null for 1 each
    private final Options options;

    /**
     * What can be chosen; start from {@link #options()}.
     *
     * @param weight      of each class, {@code (classes)}; it becomes a buffer. Default null, for 1
     * @param ignoreIndex a label that counts nothing; default −100
     * @param reduction   default mean
     */
    public record Options(Tensor weight, long ignoreIndex, Reduction reduction) {
        /** These options with class weights. */
        public Options withWeight(Tensor weight) {
            return new Options(weight, ignoreIndex, reduction);
        }

        /** These options with another label that counts nothing. */
        public Options withIgnoreIndex(long ignoreIndex) {
            return new Options(weight, ignoreIndex, reduction);
        }

        /** These options with another reduction. */
        public Options withReduction(Reduction reduction) {
            return new Options(weight, ignoreIndex, reduction);
        }
    }

    /** PyTorch's defaults. */
    public static Options options() {
        return new Options(null, F.IGNORE_INDEX, Reduction.MEAN);
    }

    /** With the defaults. */
    public NLLLoss() {
        this(options());
    }

    /** With options. */
    public NLLLoss(Options options) {
        weight = registerBuffer("weight", options.weight());
        this.options = options;
    }

    @Override
    public Tensor forward(Tensor logp, Tensor target) {
        return F.nllLoss(logp, target, weight, options.ignoreIndex(), options.reduction());
    }
}
