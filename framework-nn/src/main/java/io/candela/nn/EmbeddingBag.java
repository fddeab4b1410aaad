package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * {@link Embedding} whose rows are summed, averaged or compared bag by bag. State {@code weight (count, size)}, drawn from the standard normal
 * distribution.
 */
public final class EmbeddingBag extends Module implements Parametrizable {
    /** What becomes of the rows of a bag; of an empty one, zeros. */
    public enum Mode {
        /** Their sum. */ SUM,
        /** Their mean. */ MEAN,
        /** The largest of each column. */ MAX
    }

    private final Tensor weight;
    final Options options;

    /**
     * What can be chosen; start from {@link #options()}.
     *
     * @param maxNorm           longer rows are shortened to this norm, in place, when they are looked up. Default null, for any
     * @param normType          of that norm; default 2
     * @param scaleGradByFreq   whether gradients are divided by how often a row was looked up; default false
     * @param mode              what becomes of the rows of a bag; default mean
     * @param sparse            must be false: gradients are dense
     * @param includeLastOffset whether the offsets end with the end of the last bag; default false
     * @param paddingIdx        a row that counts nothing and gets no gradient; negative counts from the end. Default null, for none
     */
    public record Options(Double maxNorm, double normType, boolean scaleGradByFreq, Mode mode, boolean sparse, boolean includeLastOffset, Integer paddingIdx) {
        /** @throws IllegalArgumentException if {@code sparse}, or frequencies are to scale a maximum */
        public Options {
            if (sparse) {
                throw new IllegalArgumentException("EmbeddingBag: sparse gradients are not supported; leave sparse false for dense ones");
            }
            if (scaleGradByFreq && mode == Mode.MAX) {
                throw new IllegalArgumentException("EmbeddingBag: scaleGradByFreq does not go with mode MAX");
            }
        }

        /** These options with another {@code maxNorm}. */
        public Options withMaxNorm(Double maxNorm) {
            return new Options(maxNorm, normType, scaleGradByFreq, mode, sparse, includeLastOffset, paddingIdx);
        }

        /** These options with another {@code normType}. */
        public Options withNormType(double normType) {
            return new Options(maxNorm, normType, scaleGradByFreq, mode, sparse, includeLastOffset, paddingIdx);
        }

        /** These options with another {@code scaleGradByFreq}. */
        public Options withScaleGradByFreq(boolean scaleGradByFreq) {
            return new Options(maxNorm, normType, scaleGradByFreq, mode, sparse, includeLastOffset, paddingIdx);
        }

        /** These options with another {@code mode}. */
        public Options withMode(Mode mode) {
            return new Options(maxNorm, normType, scaleGradByFreq, mode, sparse, includeLastOffset, paddingIdx);
        }

        /** These options with another {@code sparse}. */
        public Options withSparse(boolean sparse) {
            return new Options(maxNorm, normType, scaleGradByFreq, mode, sparse, includeLastOffset, paddingIdx);
        }

        /** These options with another {@code includeLastOffset}. */
        public Options withIncludeLastOffset(boolean includeLastOffset) {
            return new Options(maxNorm, normType, scaleGradByFreq, mode, sparse, includeLastOffset, paddingIdx);
        }

        /** These options with another {@code paddingIdx}. */
        public Options withPaddingIdx(Integer paddingIdx) {
            return new Options(maxNorm, normType, scaleGradByFreq, mode, sparse, includeLastOffset, paddingIdx);
        }
    }

    /** PyTorch's defaults. */
    public static Options options() {
        return new Options(null, 2, false, Mode.MEAN, false, false, null);
    }

    /** With the defaults, in float32. */
    public EmbeddingBag(int numEmbeddings, int embeddingDim) {
        this(numEmbeddings, embeddingDim, options());
    }

    /**
     * With options, in float32. The padding row starts as zeros.
     *
     * @throws IllegalArgumentException if the padding index is out of range
     */
    public EmbeddingBag(int numEmbeddings, int embeddingDim, Options options) {
        int padding = EmbeddingLookup.padding("EmbeddingBag", options.paddingIdx(), numEmbeddings);
        weight = register("weight", Embedding.table(numEmbeddings, embeddingDim, padding));
        this.options = padding < 0 ? options : options.withPaddingIdx(padding);
    }

    /** {@code (count, size)}. */
    public Tensor weight() {
        return current(weight);
    }

    /** Bags of equal length: {@code (bags, length)} to {@code (bags, size)}. */
    public Tensor forward(Tensor indices) {
        return forward(indices, null, null);
    }

    /** Bags one after the other: {@code (n)} and where each bag starts, {@code (bags)}, to {@code (bags, size)}. */
    public Tensor forward(Tensor indices, Tensor offsets) {
        return forward(indices, offsets, null);
    }

    /**
     * The rows of bags, reduced: {@code (bags, size)}.
     *
     * @param indices          {@code (bags, length)}, or {@code (n)}
     * @param offsets          where each bag starts, from 0 on, with {@code (n)} indices; else null
     * @param perSampleWeights multiply the rows, in the shape of the indices; for sums alone. Null for 1
     * @throws io.candela.tensor.ShapeException if shapes do not fit, or an index or offset is out of range
     */
    public Tensor forward(Tensor indices, Tensor offsets, Tensor perSampleWeights) {
        return F.embeddingBag(indices, current(weight), offsets, perSampleWeights, options);
    }

    @Override
    protected String describe() {
        StringBuilder text = new StringBuilder().append(weight.size(0)).append(", ").append(weight.size(1));
        if (options.maxNorm() != null) {
            text.append(", max_norm=").append(ModulePrinter.number(options.maxNorm()));
        }
        if (options.normType() != 2) {
            text.append(", norm_type=").append(ModulePrinter.number(options.normType()));
        }
        if (options.scaleGradByFreq()) {
            text.append(", scale_grad_by_freq=True");
        }
        text.append(", mode='").append(options.mode().name().toLowerCase(java.util.Locale.ROOT)).append('\'');
        return options.paddingIdx() != null ? text.append(", padding_idx=").append(options.paddingIdx()).toString() : text.toString();
    }
}
