package io.candela.nn;

import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/**
 * Attention in several heads: queries, keys and values are projected, cut into heads, attended to with a scale of 1/√(features per head), joined,
 * and projected again.
 *
 * <p>Shapes: query {@code (queries, n, embedDim)}, key {@code (keys, n, kdim)}, value {@code (keys, n, vdim)}; the output has the query's. With
 * {@code batchFirst} {@code n} comes first; without {@code n} they are single sequences.
 *
 * <p>State: {@code in_proj_weight (3 · embedDim, embedDim)}, or {@code q_proj_weight}, {@code k_proj_weight} and {@code v_proj_weight} if {@code kdim}
 * or {@code vdim} is another size, Xavier-uniform; {@code in_proj_bias (3 · embedDim)} and {@code out_proj.bias}, zeros; {@code bias_k} and
 * {@code bias_v (1, 1, embedDim)}, Xavier-normal; {@code out_proj.weight} as in {@link Linear}.
 *
 * <pre>{@code
 * var attention = new MultiheadAttention(16, 4, MultiheadAttention.options().withBatchFirst(true));
 * Tensor x = Tensor.randn(2, 5, 16);
 * var y = attention.forward(x, x, x); // y.output() (2, 5, 16), y.weights() (2, 5, 5)
 * }</pre>
 */
public final class MultiheadAttention extends Module implements Parametrizable {
    final int embedDim;
    final int numHeads;
    private final Options options;
    private final Tensor inProjWeight; // null if the weights are apart
    private final Tensor qProjWeight; // null if they are joint
    private final Tensor kProjWeight;
    private final Tensor vProjWeight;
    private final Tensor inProjBias; // null when built without
    private final Tensor biasK; // null when built without
    private final Tensor biasV;
    private final Linear outProj;

    /**
     * What can be chosen; start from {@link MultiheadAttention#options()}.
     *
     * @param dropout     probability of an attention weight to become 0 in training; default 0
     * @param bias        whether the projections have biases; default true
     * @param addBiasKv   whether a learned key and value are added; default false
     * @param addZeroAttn whether a key and value of zeros are added; default false
     * @param kdim        features of keys; null, the default, for embedDim
     * @param vdim        features of values; null, the default, for embedDim
     * @param batchFirst  whether the batch is the first dimension; default false
     */
    public record Options(double dropout, boolean bias, boolean addBiasKv, boolean addZeroAttn, Integer kdim, Integer vdim, boolean batchFirst) {
        /** These options with another {@code dropout}. */
        public Options withDropout(double dropout) {
            return new Options(dropout, bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst);
        }

        /** These options with another {@code bias}. */
        public Options withBias(boolean bias) {
            return new Options(dropout, bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst);
        }

        /** These options with another {@code addBiasKv}. */
        public Options withAddBiasKv(boolean addBiasKv) {
            return new Options(dropout, bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst);
        }

        /** These options with another {@code addZeroAttn}. */
        public Options withAddZeroAttn(boolean addZeroAttn) {
            return new Options(dropout, bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst);
        }

        /** These options with another {@code kdim}. */
        public Options withKdim(Integer kdim) {
            return new Options(dropout, bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst);
        }

        /** These options with another {@code vdim}. */
        public Options withVdim(Integer vdim) {
            return new Options(dropout, bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst);
        }

        /** These options with another {@code batchFirst}. */
        public Options withBatchFirst(boolean batchFirst) {
            return new Options(dropout, bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst);
        }
    }

    /**
     * What can be chosen at each call; start from {@link MultiheadAttention#arguments()}. Masks are bool, true where nobody may look, or numbers that
     * are added.
     *
     * @param keyPaddingMask     {@code (n, keys)}, or {@code (keys)} of a single sequence: which keys to ignore; null, the default, for none
     * @param needWeights        whether to return the weights; default true. Without them a query that may look at nothing gets zeros, with them NaN
     * @param attnMask           {@code (queries, keys)} or {@code (n · heads, queries, keys)}; null, the default, for none
     * @param averageAttnWeights whether to return the weights' mean over the heads; default true
     * @param isCausal           whether {@code attnMask}, which must be there, is the causal one; default false
     */
    public record Arguments(Tensor keyPaddingMask, boolean needWeights, Tensor attnMask, boolean averageAttnWeights, boolean isCausal) {
        /** These arguments with another {@code keyPaddingMask}. */
        public Arguments withKeyPaddingMask(Tensor keyPaddingMask) {
            return new Arguments(keyPaddingMask, needWeights, attnMask, averageAttnWeights, isCausal);
        }

        /** These arguments with another {@code needWeights}. */
        public Arguments withNeedWeights(boolean needWeights) {
            return new Arguments(keyPaddingMask, needWeights, attnMask, averageAttnWeights, isCausal);
        }

        /** These arguments with another {@code attnMask}. */
        public Arguments withAttnMask(Tensor attnMask) {
            return new Arguments(keyPaddingMask, needWeights, attnMask, averageAttnWeights, isCausal);
        }

        /** These arguments with another {@code averageAttnWeights}. */
        public Arguments withAverageAttnWeights(boolean averageAttnWeights) {
            return new Arguments(keyPaddingMask, needWeights, attnMask, averageAttnWeights, isCausal);
        }

        /** These arguments with another {@code isCausal}. */
        public Arguments withIsCausal(boolean isCausal) {
            return new Arguments(keyPaddingMask, needWeights, attnMask, averageAttnWeights, isCausal);
        }
    }

    /**
     * What a call gives.
     *
     * @param output  in the query's shape
     * @param weights {@code (n, queries, keys)}, or {@code (n, heads, queries, keys)} if not averaged, without {@code n} for single sequences; null if
     *                not asked for
     */
    public record Result(Tensor output, Tensor weights) {}

    /** PyTorch's defaults. */
    public static Options options() {
        return new Options(0, true, false, false, null, null, false);
    }

    /** PyTorch's defaults. */
    public static Arguments arguments() {
        return new Arguments(null, true, null, true, false);
    }

    /** With the defaults. */
    public MultiheadAttention(int embedDim, int numHeads) {
        this(embedDim, numHeads, options());
    }

    /**
     * With options, in float32.
     *
     * @throws IllegalArgumentException if {@code numHeads} does not divide {@code embedDim}, or a size is not positive
     */
    public MultiheadAttention(int embedDim, int numHeads, Options options) {
        if (embedDim <= 0 || numHeads <= 0 || embedDim % numHeads != 0) {
            throw new IllegalArgumentException("MultiheadAttention: embedDim and numHeads must be positive and numHeads must divide embedDim, got %d and %d"
                    .formatted(embedDim, numHeads));
        }
        Dropouts.check(typeName(), options.dropout);
        this.embedDim = embedDim;
        this.numHeads = numHeads;
        this.options = options;
        int kdim = options.kdim == null ? embedDim : options.kdim;
        int vdim = options.vdim == null ? embedDim : options.vdim;
        boolean joint = kdim == embedDim && vdim == embedDim;
        qProjWeight = joint ? null : register("q_proj_weight", Tensor.empty(embedDim, embedDim));
        kProjWeight = joint ? null : register("k_proj_weight", Tensor.empty(embedDim, kdim));
        vProjWeight = joint ? null : register("v_proj_weight", Tensor.empty(embedDim, vdim));
        inProjWeight = register("in_proj_weight", joint ? Tensor.empty(3 * embedDim, embedDim) : null);
        inProjBias = register("in_proj_bias", options.bias ? Tensor.zeros(3 * embedDim) : null);
        biasK = options.addBiasKv ? register("bias_k", Tensor.empty(1, 1, embedDim)) : null;
        biasV = options.addBiasKv ? register("bias_v", Tensor.empty(1, 1, embedDim)) : null;
        outProj = register("out_proj", new NonDynamicallyQuantizableLinear(embedDim, embedDim, options.bias)); // draws before the others, as PyTorch's
        if (joint) {
            Init.xavierUniform(inProjWeight);
        } else {
            Init.xavierUniform(qProjWeight);
            Init.xavierUniform(kProjWeight);
            Init.xavierUniform(vProjWeight);
        }
        if (options.bias) {
            Init.zeros(outProj.bias());
        }
        if (options.addBiasKv) {
            Init.xavierNormal(biasK);
            Init.xavierNormal(biasV);
        }
    }

    /** With the defaults. */
    public Result forward(Tensor query, Tensor key, Tensor value) {
        return forward(query, key, value, arguments());
    }

    /**
     * Attends.
     *
     * @throws ShapeException           if sizes differ
     * @throws IllegalArgumentException if {@code isCausal} comes without a mask
     */
    public Result forward(Tensor query, Tensor key, Tensor value, Arguments arguments) {
        check(query, key, value, arguments);
        boolean single = query.dim() == 2;
        boolean swapped = !single && options.batchFirst;
        Tensor q = single ? query.unsqueeze(1) : swapped ? query.transpose(0, 1) : query;
        Tensor k = key == query ? q : single ? key.unsqueeze(1) : swapped ? key.transpose(0, 1) : key; // the same tensor stays the same
        Tensor v = value == key ? k : single ? value.unsqueeze(1) : swapped ? value.transpose(0, 1) : value;
        Tensor padding = arguments.keyPaddingMask;
        Result y = Attention.multiHead(q, k, v, numHeads, weights(), options.addZeroAttn, isTraining() ? options.dropout : 0,
                single && padding != null ? arguments.withKeyPaddingMask(padding.unsqueeze(0)) : arguments);
        if (single) {
            return new Result(y.output.squeeze(1), y.weights == null ? null : y.weights.squeeze(0));
        }
        return swapped ? new Result(y.output.transpose(0, 1), y.weights) : y;
    }

    private Attention.Weights weights() {
        return new Attention.Weights(current(inProjWeight), current(qProjWeight), current(kProjWeight), current(vProjWeight), current(inProjBias),
                current(biasK), current(biasV), outProj.weight(), outProj.bias());
    }

    private void check(Tensor query, Tensor key, Tensor value, Arguments arguments) {
        int kdim = options.kdim == null ? embedDim : options.kdim;
        int vdim = options.vdim == null ? embedDim : options.vdim;
        int dims = query.dim();
        boolean fit = (dims == 2 || dims == 3) && key.dim() == dims && value.dim() == dims && query.size(-1) == embedDim && key.size(-1) == kdim
                && value.size(-1) == vdim && key.shape().dropLast(1).equals(value.shape().dropLast(1));
        int batchDim = options.batchFirst ? 0 : 1;
        if (!fit || dims == 3 && query.size(batchDim) != key.size(batchDim)) {
            throw new ShapeException("MultiheadAttention: query, key and value must have 2 or 3 dimensions with the last %d, %d and %d, and keys as many as "
                    + "values, got %s, %s and %s", embedDim, kdim, vdim, query.shape(), key.shape(), value.shape());
        }
        Tensor padding = arguments.keyPaddingMask;
        int keys = key.size(dims == 2 || !options.batchFirst ? 0 : 1);
        Shape wanted = dims == 2 ? Shape.of(keys) : Shape.of(query.size(batchDim), keys);
        if (padding != null && !padding.shape().equals(wanted)) {
            throw new ShapeException("MultiheadAttention: keyPaddingMask must be %s, got %s", wanted, padding.shape());
        }
        if (arguments.isCausal && arguments.attnMask == null) {
            throw new IllegalArgumentException("MultiheadAttention: isCausal says what attnMask is, and there is none; "
                    + "Transformer.generateSquareSubsequentMask makes one");
        }
    }
}
