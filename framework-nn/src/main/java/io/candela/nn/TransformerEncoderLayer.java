package io.candela.nn;

import io.candela.tensor.Tensor;

/**
 * Self-attention, then two maps with an activation between, each added to what it was made from, and normalized. {@code (length, n, dModel)}, or
 * {@code (n, length, dModel)} with {@code batchFirst}, or {@code (length, dModel)} of a single sequence.
 *
 * <p>State: {@code self_attn}, {@code linear1}, {@code linear2}, {@code norm1}, {@code norm2}. Masks are those of {@link MultiheadAttention}.
 */
public final class TransformerEncoderLayer extends Module {
    final MultiheadAttention selfAttn;
    private final Linear linear1;
    private final Dropout dropout;
    private final Linear linear2;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final Dropout dropout1;
    private final Dropout dropout2;
    final TransformerOptions options;

    /** PyTorch's defaults. */
    public static TransformerOptions options() {
        return TransformerOptions.DEFAULTS;
    }

    /** With the defaults. */
    public TransformerEncoderLayer(int dModel, int nhead) {
        this(dModel, nhead, options());
    }

    /**
     * With options, in float32.
     *
     * @throws IllegalArgumentException if {@code nhead} does not divide {@code dModel}, or an option is out of range
     */
    public TransformerEncoderLayer(int dModel, int nhead, TransformerOptions options) {
        this.options = options;
        selfAttn = register("self_attn", options.attention(dModel, nhead));
        linear1 = register("linear1", new Linear(dModel, options.dimFeedforward(), options.bias()));
        dropout = register("dropout", new Dropout(options.dropout()));
        linear2 = register("linear2", new Linear(options.dimFeedforward(), dModel, options.bias()));
        norm1 = register("norm1", options.norm(dModel));
        norm2 = register("norm2", options.norm(dModel));
        dropout1 = register("dropout1", new Dropout(options.dropout()));
        dropout2 = register("dropout2", new Dropout(options.dropout()));
    }

    /** Without masks. */
    public Tensor forward(Tensor src) {
        return forward(src, null, null, false);
    }

    /**
     * With masks.
     *
     * @param srcMask           {@code (length, length)} or {@code (n · heads, length, length)}, or null
     * @param srcKeyPaddingMask {@code (n, length)}, or null
     * @param isCausal          whether {@code srcMask} is the causal one
     * @throws io.candela.tensor.ShapeException if sizes differ
     */
    public Tensor forward(Tensor src, Tensor srcMask, Tensor srcKeyPaddingMask, boolean isCausal) {
        MultiheadAttention.Arguments masks = TransformerOptions.masks(srcMask, srcKeyPaddingMask, isCausal);
        if (options.normFirst()) {
            Tensor x = src.add(attend(norm1.forward(src), masks));
            return x.add(feedForward(norm2.forward(x)));
        }
        Tensor x = norm1.forward(src.add(attend(src, masks)));
        return norm2.forward(x.add(feedForward(x)));
    }

    private Tensor attend(Tensor x, MultiheadAttention.Arguments masks) {
        return dropout1.forward(selfAttn.forward(x, x, x, masks).output());
    }

    private Tensor feedForward(Tensor x) {
        return dropout2.forward(linear2.forward(dropout.forward(options.activation().apply(linear1.forward(x)))));
    }
}
