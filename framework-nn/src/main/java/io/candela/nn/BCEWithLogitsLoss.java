package io.candela.nn;

import io.candela.tensor.Tensor;

/** {@link BCELoss} of the sigmoid of its input, computed without loss. */
public final class BCEWithLogitsLoss extends Loss {
    private final Options options;
    private final Tensor weight;
    private final Tensor posWeight;

    /**
     * What can be chosen; start from {@link #options()}.
     *
     * @param weight    multiplies each loss, broadcast; it becomes a buffer. Default null, for 1
     * @param reduction default mean
     * @param posWeight multiplies the part for a target of 1, broadcast; it becomes a buffer. Default null, for 1
     */
    public record Options(Tensor weight, Reduction reduction, Tensor posWeight) {
        /** These options with another {@code weight}. */
        public Options withWeight(Tensor weight) {
            return new Options(weight, reduction, posWeight);
        }

        /** These options with another {@code reduction}. */
        public Options withReduction(Reduction reduction) {
            return new Options(weight, reduction, posWeight);
        }

        /** These options with another {@code posWeight}. */
        public Options withPosWeight(Tensor posWeight) {
            return new Options(weight, reduction, posWeight);
        }
    }

    /** PyTorch's defaults. */
    public static Options options() {
        return new Options(null, Reduction.MEAN, null);
    }

    /** With the defaults. */
    public BCEWithLogitsLoss() {
        this(options());
    }

    /** With options. */
    public BCEWithLogitsLoss(Options options) {
        this.options = options;
        weight = registerBuffer("weight", options.weight());
        posWeight = registerBuffer("pos_weight", options.posWeight());
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return F.binaryCrossEntropyWithLogits(input, target, weight, posWeight, options.reduction());
    }
}
