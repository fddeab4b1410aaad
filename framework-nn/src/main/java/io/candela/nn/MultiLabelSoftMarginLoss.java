package io.candela.nn;

import io.candela.tensor.Tensor;

/** {@link BCEWithLogitsLoss} averaged over the last dimension, the classes. */
public final class MultiLabelSoftMarginLoss extends Loss {
    private final Options options;
    private final Tensor weight;

    /**
     * What can be chosen; start from {@link #options()}.
     *
     * @param weight    of each class, {@code (classes)}; it becomes a buffer. Default null, for 1
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
    public MultiLabelSoftMarginLoss() {
        this(options());
    }

    /** With options. */
    public MultiLabelSoftMarginLoss(Options options) {
        this.options = options;
        weight = registerBuffer("weight", options.weight());
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return F.multilabelSoftMarginLoss(input, target, weight, options.reduction());
    }
}
