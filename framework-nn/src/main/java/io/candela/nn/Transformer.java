package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.Device;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/**
 * An encoder and a decoder: {@code torch.nn.Transformer}. Source {@code (source, n, dModel)} and target {@code (target, n, dModel)} give
 * {@code (target, n, dModel)}; with {@code batchFirst} {@code n} comes first; without {@code n} they are single sequences.
 *
 * <p>State: {@code encoder}, {@code decoder}, each with a normalization at the end; all parameters of two dimensions start Xavier-uniform.
 */
public final class Transformer extends Module {
    final int dModel;
    final int nhead;
    final TransformerOptions options;
    final TransformerEncoder encoder;
    final TransformerDecoder decoder;

    /** PyTorch's defaults. */
    public static TransformerOptions options() {
        return TransformerOptions.DEFAULTS;
    }

    /** With PyTorch's defaults: size 512, 8 heads, 6 layers each. */
    public Transformer() {
        this(512, 8, 6, 6, options());
    }

    /**
     * With options, in float32.
     *
     * @throws IllegalArgumentException if {@code nhead} does not divide {@code dModel}, or an option is out of range
     */
    public Transformer(int dModel, int nhead, int numEncoderLayers, int numDecoderLayers, TransformerOptions options) {
        this.dModel = dModel;
        this.nhead = nhead;
        this.options = options;
        encoder = register("encoder", new TransformerEncoder(new TransformerEncoderLayer(dModel, nhead, options), numEncoderLayers, options.norm(dModel)));
        decoder = register("decoder", new TransformerDecoder(new TransformerDecoderLayer(dModel, nhead, options), numDecoderLayers, options.norm(dModel)));
        for (Tensor parameter : parameters()) {
            if (parameter.dim() > 1) {
                Init.xavierUniform(parameter);
            }
        }
    }

    /** Without masks. */
    public Tensor forward(Tensor src, Tensor tgt) {
        return forward(src, tgt, TransformerMasks.none());
    }

    /**
     * With masks.
     *
     * @throws ShapeException if sizes differ
     */
    public Tensor forward(Tensor src, Tensor tgt, TransformerMasks masks) {
        int batch = options.batchFirst() ? 0 : 1;
        if (src.dim() != tgt.dim() || src.dim() == 3 && src.size(batch) != tgt.size(batch) || src.size(-1) != dModel || tgt.size(-1) != dModel) {
            throw new ShapeException("Transformer: source and target must have one batch size and %d features, got %s and %s", dModel, src.shape(),
                    tgt.shape());
        }
        return decoder.forward(tgt, encoder.forward(src, masks.src(), masks.srcKeyPadding(), masks.srcIsCausal()), masks);
    }

    /** The causal mask {@code (size, size)}, to be added: place i may look at places 0 … i, −∞ forbids the others. */
    public static Tensor generateSquareSubsequentMask(int size) {
        return Attention.causalMask(size, size, DType.FLOAT32, Device.CPU);
    }
}
