package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * Copies of one {@link TransformerDecoderLayer}, one above the other, and a normalization at the end if there is one. All copies start with the
 * same values, as in PyTorch. State: {@code layers.0} and so on, {@code norm}.
 */
public final class TransformerDecoder extends Module {
    final ModuleList<TransformerDecoderLayer> layers;
    final LayerNorm norm; // null when built without

    /** Without a normalization at the end. */
    public TransformerDecoder(TransformerDecoderLayer layer, int numLayers) {
        this(layer, numLayers, null);
    }

    /**
     * With a normalization at the end.
     *
     * @param layer is copied
     * @param norm  null for none
     * @throws IllegalArgumentException if {@code numLayers} is negative
     */
    public TransformerDecoder(TransformerDecoderLayer layer, int numLayers, LayerNorm norm) {
        layers = register("layers", new ModuleList<>(TransformerEncoder.copies(layer, numLayers)));
        this.norm = norm == null ? null : register("norm", norm);
    }

    /** Without masks. */
    public Tensor forward(Tensor tgt, Tensor memory) {
        return forward(tgt, memory, TransformerMasks.none());
    }

    /** With masks; of these, the ones for target and memory. */
    public Tensor forward(Tensor tgt, Tensor memory, TransformerMasks masks) {
        Tensor x = tgt;
        for (TransformerDecoderLayer layer : layers) {
            x = layer.forward(x, memory, masks);
        }
        return norm == null ? x : norm.forward(x);
    }
}
