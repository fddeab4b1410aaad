package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * Cross entropy between the softmax of logits and labels or class probabilities; see
 * {@link F#crossEntropy(Tensor, Tensor, Tensor, long, Reduction, double)} for shapes.
 */
public final class CrossEntropyLoss extends Loss {
    private final Tensor weight; // null for 1 each
    private final Options options;

    /**
     * What can be chosen; start from {@link #options()}.
     *
     * @param weight         of each class, {@code (classes)}; it becomes a buffer. Default null, for 1
     * @param ignoreIndex    a label that counts nothing; default −100
     * @param reduction      default mean
     * @param labelSmoothing how much of the target is spread over all classes, from 0 to 1; default 0
     */
    public record Options(Tensor weight, long ignoreIndex, Reduction reduction, double labelSmoothing) {
        /** @throws IllegalArgumentException if {@code labelSmoothing} is not in 0 … 1 */
        public Options {
            if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
                throw new IllegalArgumentException("CrossEntropyLoss: labelSmoothing must be between 0 and 1, got " + labelSmoothing);
            }
        }

        /** These options with class weights. */
        public Options withWeight(Tensor weight) {
            return new Options(weight, ignoreIndex, reduction, labelSmoothing);
        }

        /** These options with another label that counts nothing. */
        public Options withIgnoreIndex(long ignoreIndex) {
            return new Options(weight, ignoreIndex, reduction, labelSmoothing);
        }

        /** These options with another reduction. */
        public Options withReduction(Reduction reduction) {
            return new Options(weight, ignoreIndex, reduction, labelSmoothing);
        }

        /** These options with label smoothing. */
        public Options withLabelSmoothing(double labelSmoothing) {
            return new Options(weight, ignoreIndex, reduction, labelSmoothing);
        }
    }

    /** PyTorch's defaults. */
    public static Options options() {
        return new Options(null, F.IGNORE_INDEX, Reduction.MEAN, 0);
    }

    /** With the defaults. */
    public CrossEntropyLoss() {
        this(options());
    }

    /** With options. */
    public CrossEntropyLoss(Options options) {
        weight = registerBuffer("weight", options.weight());
        this.options = options;
    }

    @Override
    public Tensor forward(Tensor logits, Tensor target) {
        return F.crossEntropy(logits, target, weight, options.ignoreIndex(), options.reduction(), options.labelSmoothing());
    }
}
