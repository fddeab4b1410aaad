package io.candela.nn;

import io.candela.tensor.Tensor;

/** Margin between the label of a row and other classes; see {@link F#multiMarginLoss(Tensor, Tensor, Options)}. */
public final class MultiMarginLoss extends Loss {
    private final Options options;
    private final Tensor weight;

    /**
     * What can be chosen; start from {@link #options()}.
     *
     * @param p         the power of what a margin lacks, 1 or 2; default 1
     * @param margin    default 1
     * @param weight    of each class, {@code (classes)}; it becomes a buffer. Default null, for 1
     * @param reduction default mean
     */
    public record Options(int p, double margin, Tensor weight, Reduction reduction) {
        /** @throws IllegalArgumentException if {@code p} is neither 1 nor 2 */
        public Options {
            if (p != 1 && p != 2) {
                throw new IllegalArgumentException("MultiMarginLoss: p must be 1 or 2, got " + p);
            }
        }

        /** These options with another {@code p}. */
        public Options withP(int p) {
            return new Options(p, margin, weight, reduction);
        }

        /** These options with another {@code margin}. */
        public Options withMargin(double margin) {
            return new Options(p, margin, weight, reduction);
        }

        /** These options with another {@code weight}. */
        public Options withWeight(Tensor weight) {
            return new Options(p, margin, weight, reduction);
        }

        /** These options with another {@code reduction}. */
        public Options withReduction(Reduction reduction) {
            return new Options(p, margin, weight, reduction);
        }
    }

    /** PyTorch's defaults. */
    public static Options options() {
        return new Options(1, 1, null, Reduction.MEAN);
    }

    /** With the defaults. */
    public MultiMarginLoss() {
        this(options());
    }

    /** With options. */
    public MultiMarginLoss(Options options) {
        this.options = options;
        weight = registerBuffer("weight", options.weight());
    }

    @Override
    public Tensor forward(Tensor input, Tensor target) {
        return F.multiMarginLoss(input, target, options.withWeight(weight));
    }
}
