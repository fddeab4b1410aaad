package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * Self-attention, attention to what an encoder made, then two maps with an activation between, each added to what it was made from, and
 * normalized. Shapes as in {@link TransformerEncoderLayer}.
 *
 * <p>State: {@code self_attn}, {@code multihead_attn}, {@code linear1}, {@code linear2}, {@code norm1}, {@code norm2}, {@code norm3}.
 */
public final class TransformerDecoderLayer extends Module {
    final MultiheadAttention selfAttn;
    private final MultiheadAttention multiheadAttn;
    private final Linear linear1;
    private final Dropout dropout;
    private final Linear linear2;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final LayerNorm norm3;
    private final Dropout dropout1;
    private final Dropout dropout2;
    private final Dropout dropout3;
    final TransformerOptions options;

    /** PyTorch's defaults. */
    public static TransformerOptions options() {
        return TransformerOptions.DEFAULTS;
    }

    /** With the defaults. */
    public TransformerDecoderLayer(int dModel, int nhead) {
        this(dModel, nhead, options());
    }

    /**
     * With options, in float32.
     *
     * @throws IllegalArgumentException if {@code nhead} does not divide {@code dModel}, or an option is out of range
     */
    public TransformerDecoderLayer(int dModel, int nhead, TransformerOptions options) {
        this.options = options;
        selfAttn = register("self_attn", options.attention(dModel, nhead));
        multiheadAttn = register("multihead_attn", options.attention(dModel, nhead));
        linear1 = register("linear1", new Linear(dModel, options.dimFeedforward(), options.bias()));
        dropout = register("dropout", new Dropout(options.dropout()));
        linear2 = register("linear2", new Linear(options.dimFeedforward(), dModel, options.bias()));
        norm1 = register("norm1", options.norm(dModel));
        norm2 = register("norm2", options.norm(dModel));
        norm3 = register("norm3", options.norm(dModel));
        dropout1 = register("dropout1", new Dropout(options.dropout()));
        dropout2 = register("dropout2", new Dropout(options.dropout()));
        dropout3 = register("dropout3", new Dropout(options.dropout()));
    }

    /** Without masks. */
    public Tensor forward(Tensor tgt, Tensor memory) {
        return forward(tgt, memory, TransformerMasks.none());
    }

    /**
     * With masks; of these, the ones for target and memory.
     *
     * @param memory what the encoder made
     * @throws io.candela.tensor.ShapeException if sizes differ
     */
    public Tensor forward(Tensor tgt, Tensor memory, TransformerMasks masks) {
        if (options.normFirst()) {
            Tensor x = tgt.add(attend(norm1.forward(tgt), masks));
            x = x.add(attendTo(memory, norm2.forward(x), masks));
            return x.add(feedForward(norm3.forward(x)));
        }
        Tensor x = norm1.forward(tgt.add(attend(tgt, masks)));
        x = norm2.forward(x.add(attendTo(memory, x, masks)));
        return norm3.forward(x.add(feedForward(x)));
    }

    private Tensor attend(Tensor x, TransformerMasks masks) {
        return dropout1.forward(selfAttn.forward(x, x, x, TransformerOptions.masks(masks.tgt(), masks.tgtKeyPadding(), masks.tgtIsCausal())).output());
    }

    private Tensor attendTo(Tensor memory, Tensor x, TransformerMasks masks) {
        return dropout2.forward(multiheadAttn.forward(x, memory, memory,
                TransformerOptions.masks(masks.memory(), masks.memoryKeyPadding(), masks.memoryIsCausal())).output());
    }

    private Tensor feedForward(Tensor x) {
        return dropout3.forward(linear2.forward(dropout.forward(options.activation().apply(linear1.forward(x)))));
    }
}
