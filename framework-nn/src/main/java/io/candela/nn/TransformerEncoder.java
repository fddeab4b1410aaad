package io.candela.nn;

import io.candela.tensor.Tensor;
import java.util.stream.Stream;

/**
 * Copies of one {@link TransformerEncoderLayer}, one above the other, and a normalization at the end if there is one. All copies start with the
 * same values, as in PyTorch.
 *
 * <p>State: {@code layers.0} and so on, {@code norm}. Outputs at padded places mean nothing: PyTorch's fast path for evaluation writes zeros there.
 */
public final class TransformerEncoder extends Module {
    final ModuleList<TransformerEncoderLayer> layers;
    final LayerNorm norm; // null when built without

    /** Without a normalization at the end. */
    public TransformerEncoder(TransformerEncoderLayer layer, int numLayers) {
        this(layer, numLayers, null);
    }

    /**
     * With a normalization at the end.
     *
     * @param layer is copied
     * @param norm  null for none
     * @throws IllegalArgumentException if {@code numLayers} is negative
     */
    public TransformerEncoder(TransformerEncoderLayer layer, int numLayers, LayerNorm norm) {
        layers = register("layers", new ModuleList<>(copies(layer, numLayers)));
        this.norm = norm == null ? null : register("norm", norm);
    }

    static <M extends Module> Iterable<M> copies(M layer, int count) {
        return Stream.generate(() -> deepCopy(layer)).limit(count).toList();
    }

    /** Without masks. */
    public Tensor forward(Tensor src) {
        return forward(src, null, null, false);
    }

    /** With masks, see {@link TransformerEncoderLayer#forward(Tensor, Tensor, Tensor, boolean)}. */
    public Tensor forward(Tensor src, Tensor mask, Tensor srcKeyPaddingMask, boolean isCausal) {
        Tensor x = src;
        for (TransformerEncoderLayer layer : layers) {
            x = layer.forward(x, mask, srcKeyPaddingMask, isCausal);
        }
        return norm == null ? x : norm.forward(x);
    }
}
