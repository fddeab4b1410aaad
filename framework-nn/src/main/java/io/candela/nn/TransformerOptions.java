package io.candela.nn;

import io.candela.tensor.Tensor;
import java.util.function.UnaryOperator;

/**
 * What can be chosen for {@link TransformerEncoderLayer}, {@link TransformerDecoderLayer} and {@link Transformer}; start from {@code options()} of
 * these.
 *
 * @param dimFeedforward size between the two maps of the feed-forward part; default 2048
 * @param dropout        probability of dropout, at all places; default 0.1
 * @param activation     between the two maps; default {@code F::relu}. A copy of the layer shares it, so it must have no parameters
 * @param layerNormEps   eps of the normalizations; default 1e-5
 * @param batchFirst     whether the batch is the first dimension; default false
 * @param normFirst      whether to normalize before each part, not after it; default false
 * @param bias           whether maps and normalizations have biases; default true
 */
public record TransformerOptions(int dimFeedforward, double dropout, UnaryOperator<Tensor> activation, double layerNormEps, boolean batchFirst,
        boolean normFirst, boolean bias) {
    // the objects by which a description knows these two
    static final UnaryOperator<Tensor> RELU = F::relu;
    static final UnaryOperator<Tensor> GELU = F::gelu;
    static final TransformerOptions DEFAULTS = new TransformerOptions(2048, 0.1, RELU, 1e-5, false, false, true);

    /** These options with another {@code dimFeedforward}. */
    public TransformerOptions withDimFeedforward(int dimFeedforward) {
        return new TransformerOptions(dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    /** These options with another {@code dropout}. */
    public TransformerOptions withDropout(double dropout) {
        return new TransformerOptions(dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    /** These options with another {@code activation}. */
    public TransformerOptions withActivation(UnaryOperator<Tensor> activation) {
        return new TransformerOptions(dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    /**
     * These options with an activation by its name, as PyTorch's {@code activation="gelu"}. Unlike a function of your own, it can be saved with a
     * whole model.
     *
     * @throws IllegalArgumentException if it is neither {@code "relu"} nor {@code "gelu"}
     */
    public TransformerOptions withActivation(String activation) {
        return switch (activation) {
            case "relu" -> withActivation(RELU);
            case "gelu" -> withActivation(GELU);
            default -> throw new IllegalArgumentException("TransformerOptions: activation must be \"relu\", \"gelu\" or a function, got \"" + activation
                    + "\"");
        };
    }

    /** These options with another {@code layerNormEps}. */
    public TransformerOptions withLayerNormEps(double layerNormEps) {
        return new TransformerOptions(dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    /** These options with another {@code batchFirst}. */
    public TransformerOptions withBatchFirst(boolean batchFirst) {
        return new TransformerOptions(dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    /** These options with another {@code normFirst}. */
    public TransformerOptions withNormFirst(boolean normFirst) {
        return new TransformerOptions(dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    /** These options with another {@code bias}. */
    public TransformerOptions withBias(boolean bias) {
        return new TransformerOptions(dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, bias);
    }

    MultiheadAttention attention(int dModel, int nhead) {
        return new MultiheadAttention(dModel, nhead, MultiheadAttention.options().withDropout(dropout).withBias(bias).withBatchFirst(batchFirst));
    }

    LayerNorm norm(int dModel) {
        return new LayerNorm(new int[] {dModel}, layerNormEps, true, bias);
    }

    /** Arguments of an attention whose weights nobody sees. */
    static MultiheadAttention.Arguments masks(Tensor attnMask, Tensor keyPaddingMask, boolean isCausal) {
        return new MultiheadAttention.Arguments(keyPaddingMask, false, attnMask, true, isCausal);
    }
}
