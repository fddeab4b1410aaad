package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/**
 * A table of vectors that are learned, looked up by index: {@code (*)} of int64 or int32 to {@code (*, size)}. State {@code weight (count, size)},
 * drawn from the standard normal distribution.
 */
public final class Embedding extends HookedLayer implements Parametrizable {
    private final Tensor weight;
    final Options options;

    /**
     * What can be chosen; start from {@link #options()}.
     *
     * @param paddingIdx      a row that gets no gradient; negative counts from the end. Default null, for none
     * @param maxNorm         longer rows are shortened to this norm, in place, when they are looked up. Default null, for any
     * @param normType        of that norm; default 2
     * @param scaleGradByFreq whether gradients are divided by how often a row was looked up; default false
     * @param sparse          must be false: gradients are dense
     */
    public record Options(Integer paddingIdx, Double maxNorm, double normType, boolean scaleGradByFreq, boolean sparse) {
        /** @throws IllegalArgumentException if {@code sparse} */
        public Options {
            if (sparse) {
                throw new IllegalArgumentException("Embedding: sparse gradients are not supported; leave sparse false for dense ones");
            }
        }

        /** These options with another {@code paddingIdx}. */
        public Options withPaddingIdx(Integer paddingIdx) {
            return new Options(paddingIdx, maxNorm, normType, scaleGradByFreq, sparse);
        }

        /** These options with another {@code maxNorm}. */
        public Options withMaxNorm(Double maxNorm) {
            return new Options(paddingIdx, maxNorm, normType, scaleGradByFreq, sparse);
        }

        /** These options with another {@code normType}. */
        public Options withNormType(double normType) {
            return new Options(paddingIdx, maxNorm, normType, scaleGradByFreq, sparse);
        }

        /** These options with another {@code scaleGradByFreq}. */
        public Options withScaleGradByFreq(boolean scaleGradByFreq) {
            return new Options(paddingIdx, maxNorm, normType, scaleGradByFreq, sparse);
        }

        /** These options with another {@code sparse}. */
        public Options withSparse(boolean sparse) {
            return new Options(paddingIdx, maxNorm, normType, scaleGradByFreq, sparse);
        }
    }

    /** PyTorch's defaults. */
    public static Options options() {
        return new Options(null, null, 2, false, false);
    }

    /** With the defaults, in float32. */
    public Embedding(int numEmbeddings, int embeddingDim) {
        this(numEmbeddings, embeddingDim, options());
    }

    /**
     * With options, in float32. The padding row starts as zeros.
     *
     * @throws IllegalArgumentException if the padding index is out of range
     */
    public Embedding(int numEmbeddings, int embeddingDim, Options options) {
        this(table(numEmbeddings, embeddingDim, EmbeddingLookup.padding("Embedding", options.paddingIdx(), numEmbeddings)), options);
    }

    private Embedding(Tensor weight, Options options) {
        this.weight = register("weight", weight);
        int padding = EmbeddingLookup.padding("Embedding", options.paddingIdx(), weight.size(0));
        this.options = padding < 0 ? options : options.withPaddingIdx(padding);
    }

    /** Start values: standard normal, with zeros in the padding row unless that is −1. */
    static Tensor table(int count, int size, int padding) {
        Tensor table = Init.normal(Tensor.empty(Shape.of(count, size), DType.FLOAT32, Device.CPU), 0, 1);
        if (padding >= 0) {
            table.get(padding).zeroInPlace();
        }
        return table;
    }

    /** {@link #fromPretrained(Tensor, boolean, Options)} that is frozen, with the defaults. */
    public static Embedding fromPretrained(Tensor embeddings) {
        return fromPretrained(embeddings, true, options());
    }

    /**
     * A layer around a table.
     *
     * @param embeddings {@code (count, size)}; becomes the weight, not copied
     * @param freeze     whether the weight asks for no gradient
     * @throws ShapeException if {@code embeddings} has not two dimensions
     */
    public static Embedding fromPretrained(Tensor embeddings, boolean freeze, Options options) {
        if (embeddings.dim() != 2) {
            throw new ShapeException("Embedding.fromPretrained: embeddings must be (count, size), got %s", embeddings.shape());
        }
        Embedding layer = new Embedding(embeddings, options);
        layer.weight.setRequiresGrad(!freeze);
        return layer;
    }

    /** {@code (count, size)}. */
    public Tensor weight() {
        return current(weight);
    }

    @Override
    Tensor compute(Tensor x) {
        return F.embedding(x, current(weight), options);
    }

    @Override
    protected String describe() {
        StringBuilder text = new StringBuilder().append(weight.size(0)).append(", ").append(weight.size(1));
        if (options.paddingIdx() != null) {
            text.append(", padding_idx=").append(options.paddingIdx());
        }
        if (options.maxNorm() != null) {
            text.append(", max_norm=").append(ModulePrinter.number(options.maxNorm()));
        }
        if (options.normType() != 2) {
            text.append(", norm_type=").append(ModulePrinter.number(options.normType()));
        }
        return options.scaleGradByFreq() ? text.append(", scale_grad_by_freq=True").toString() : text.toString();
    }
}
