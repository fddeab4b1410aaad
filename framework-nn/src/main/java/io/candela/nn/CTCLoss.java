package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * Connectionist temporal classification: −ln of the probability that a sequence, with repeated classes merged and blanks left out, is the target.
 *
 * <p>The mean divides each loss by its target's length first. A gradient is right for log probabilities from a {@link LogSoftmax}, as in PyTorch;
 * there is no second one.
 */
public final class CTCLoss extends Module {
    private final Options options;

    /**
     * What can be chosen; start from {@link #options()}.
     *
     * @param blank        the class that means nothing; default 0
     * @param reduction    default mean
     * @param zeroInfinity whether an infinite loss, of a target too long for its input, counts as 0 and has no gradient; default false
     */
    public record Options(int blank, Reduction reduction, boolean zeroInfinity) {
        /** These options with another {@code blank}. */
        public Options withBlank(int blank) {
            return new Options(blank, reduction, zeroInfinity);
        }

        /** These options with another {@code reduction}. */
        public Options withReduction(Reduction reduction) {
            return new Options(blank, reduction, zeroInfinity);
        }

        /** These options with another {@code zeroInfinity}. */
        public Options withZeroInfinity(boolean zeroInfinity) {
            return new Options(blank, reduction, zeroInfinity);
        }
    }

    /** PyTorch's defaults. */
    public static Options options() {
        return new Options(0, Reduction.MEAN, false);
    }

    /** With the defaults. */
    public CTCLoss() {
        this(options());
    }

    /** With options. */
    public CTCLoss(Options options) {
        this.options = options;
    }

    /**
     * Computes the loss.
     *
     * @param logProbs      log probabilities {@code (time, n, classes)}, or {@code (time, classes)} of a single sequence
     * @param targets       integer labels {@code (n, longest)}, or of all sequences one after the other
     * @param inputLengths  integers {@code (n)}: how much of {@code time} each sequence has
     * @param targetLengths integers {@code (n)}: how many labels each sequence has
     * @throws io.candela.tensor.ShapeException if sizes differ, or a label or length is out of range
     */
    public Tensor forward(Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths) {
        return F.ctcLoss(logProbs, targets, inputLengths, targetLengths, options);
    }
}
