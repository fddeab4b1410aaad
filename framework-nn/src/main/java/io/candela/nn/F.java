package io.candela.nn;

import io.candela.autograd.Autocast;
import io.candela.ops.Pointwise;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Functions without state, PyTorch's {@code torch.nn.functional}: activations, losses, normalizations, poolings, and the maps below. All are differentiable. */
public final class F extends SpatialFunctions {
    private F() {}

    /**
     * {@code x Wᵀ + b} over the last dimension: {@code (*, in)} to {@code (*, out)}.
     *
     * @param weight {@code (out, in)}
     * @param bias   {@code (out)}, or null
     * @throws ShapeException if sizes differ
     * @throws io.candela.tensor.DTypeException if types differ or are not floating point
     */
    public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
        return io.candela.ops.Linear.apply(x, weight, bias);
    }

    /** {@link #linearCrossEntropy(Tensor, Tensor, Tensor, Tensor, Tensor, Long, Reduction, double, int)} with PyTorch's defaults. */
    public static Tensor linearCrossEntropy(Tensor input, Tensor linearWeight, Tensor target) {
        return linearCrossEntropy(input, linearWeight, target, null, null, null, Reduction.MEAN, 0, 0);
    }

    /**
     * {@link #crossEntropy(Tensor, Tensor, Tensor, long, Reduction, double)} of the logits that {@link #linear} computes.
     *
     * <p>With {@code batchChunkSize} the logits of so many rows are in memory at once: those of each part are forgotten after its loss, and computed a
     * second time for the gradient. Worth it where there are many more classes than inputs. Results differ from those of all rows at once by rounding;
     * second derivatives work too.
     *
     * @param input          {@code (in)} or {@code (n, in)}
     * @param linearWeight   {@code (classes, in)}, or {@code (classes, d1, …, in)} for logits {@code (n, classes, d1, …)}
     * @param target         labels or probabilities, as {@code crossEntropy} takes them
     * @param linearBias     of the weight's shape without {@code in}, or null
     * @param weight         of each class, {@code (classes)}, or null for 1
     * @param ignoreIndex    a label that counts nothing; null for −100 where the target holds labels
     * @param labelSmoothing from 0 (none) to 1
     * @param batchChunkSize rows at once; 0 for all
     * @throws ShapeException if sizes differ, or a label is neither a class nor {@code ignoreIndex}
     * @throws IllegalArgumentException if {@code ignoreIndex} is given with probabilities
     */
    public static Tensor linearCrossEntropy(Tensor input, Tensor linearWeight, Tensor target, Tensor linearBias, Tensor weight, Long ignoreIndex,
            Reduction reduction, double labelSmoothing, int batchChunkSize) {
        return LinearCrossEntropy.apply(input, linearWeight, target, linearBias, weight, ignoreIndex, reduction, labelSmoothing, batchChunkSize);
    }

    /** Dimensions {@code from} to {@code to}, both included, merged into one. A view where strides allow. */
    public static Tensor flatten(Tensor x, int from, int to) {
        return x.flatten(from, to);
    }

    /**
     * {@code x1ᵀ W x2 + b} over the last dimensions: {@code (*, in1)} and {@code (*, in2)} to {@code (*, out)}.
     *
     * @param weight {@code (out, in1, in2)}
     * @param bias   {@code (out)}, or null
     * @throws ShapeException if sizes differ
     */
    public static Tensor bilinear(Tensor x1, Tensor x2, Tensor weight, Tensor bias) {
        boolean fit = weight.dim() == 3 && x1.dim() > 0 && x1.dim() == x2.dim() && x1.shape().without(x1.dim() - 1).equals(x2.shape().without(x2.dim() - 1))
                && x1.size(-1) == weight.size(1) && x2.size(-1) == weight.size(2);
        if (!fit) {
            throw new ShapeException("bilinear: inputs must be (*, in1) and (*, in2) for a weight (out, in1, in2), got %s, %s and %s", x1.shape(),
                    x2.shape(), weight.shape());
        }
        if (Autocast.concerns(Autocast.Rule.WIDEST_ON_CUDA, x1)) {
            return Autocast.apply(Autocast.Rule.WIDEST_ON_CUDA, t -> bilinear(t[0], t[1], t[2], t[3]), x1, x2, weight, bias);
        }
        if (x1.dtype().isHalf()) {
            return Pointwise.wide(x1, y -> bilinear(y, x2.toFloat(), weight.toFloat(), bias == null ? null : bias.toFloat()));
        }
        int out = weight.size(0);
        Tensor first = x1.reshape(-1, weight.size(1)).mm(weight.permute(1, 0, 2).reshape(weight.size(1), -1)).view(-1, out, weight.size(2));
        Tensor y = first.mul(x2.reshape(-1, 1, weight.size(2))).sum(-1);
        Tensor shaped = y.view(x1.shape().with(x1.dim() - 1, out).toArray());
        return bias == null ? shaped : shaped.add(bias);
    }

    /** {@link #embedding(Tensor, Tensor, Embedding.Options)} with the defaults. */
    public static Tensor embedding(Tensor indices, Tensor weight) {
        return embedding(indices, weight, Embedding.options());
    }

    /**
     * Rows of a table: indices {@code (*)} to {@code (*, size)}.
     *
     * @param indices int64 or int32
     * @param weight  {@code (count, size)}; its rows are shortened in place if there is a largest norm
     * @throws ShapeException if an index is out of range
     */
    public static Tensor embedding(Tensor indices, Tensor weight, Embedding.Options options) {
        Tensor rows = EmbeddingLookup.rows("embedding", indices, weight, options.paddingIdx(), options.maxNorm(), options.normType(), options.scaleGradByFreq());
        return rows.view(indices.shape().append(weight.size(1)).toArray());
    }

    /**
     * Rows of a table, reduced bag by bag; see {@link EmbeddingBag#forward(Tensor, Tensor, Tensor)} for shapes.
     *
     * @param weight           {@code (count, size)}; its rows are shortened in place if there is a largest norm
     * @param offsets          null for indices of two dimensions
     * @param perSampleWeights null for 1
     */
    public static Tensor embeddingBag(Tensor indices, Tensor weight, Tensor offsets, Tensor perSampleWeights, EmbeddingBag.Options options) {
        return EmbeddingLookup.bags(indices, weight, offsets, perSampleWeights, options);
    }

    /** {@link #scaledDotProductAttention(Tensor, Tensor, Tensor, Attention.Options)} with the defaults. */
    public static Tensor scaledDotProductAttention(Tensor query, Tensor key, Tensor value) {
        return scaledDotProductAttention(query, key, value, Attention.options());
    }

    /**
     * {@code softmax(query keyᵀ · scale + mask) value}: {@code (*, queries, size)}. A query that may look at nothing gets zeros.
     *
     * @param query {@code (*, queries, features)}
     * @param key   {@code (*, keys, features)}
     * @param value {@code (*, keys, size)}
     * @throws ShapeException if sizes differ
     * @throws io.candela.tensor.DTypeException if types differ, or the mask is neither bool nor floating point
     */
    public static Tensor scaledDotProductAttention(Tensor query, Tensor key, Tensor value, Attention.Options options) {
        return Attention.scaledDotProduct(query, key, value, options);
    }

    /**
     * Sets each element to 0 with probability {@code p} and multiplies the others by 1/(1 − p). Draws PyTorch's mask from the default generator.
     *
     * @param training false returns {@code x} itself, and so does a {@code p} of 0; neither draws anything
     * @throws IllegalArgumentException if {@code p} is not in 0 … 1
     */
    public static Tensor dropout(Tensor x, double p, boolean training) {
        return Dropouts.plain(x, p, training);
    }

    /** {@link #dropout} of whole channels of {@code (n, channels, length)} or {@code (channels, length)}. */
    public static Tensor dropout1d(Tensor x, double p, boolean training) {
        return Dropouts.features("dropout1d", x, p, training, 2, 3);
    }

    /** {@link #dropout} of whole channels of {@code (n, channels, h, w)} or, as in PyTorch, {@code (n, channels, length)}. */
    public static Tensor dropout2d(Tensor x, double p, boolean training) {
        return Dropouts.features("dropout2d", x, p, training, 4, 3);
    }

    /** {@link #dropout} of whole channels of {@code (n, channels, d, h, w)} or {@code (channels, d, h, w)}. */
    public static Tensor dropout3d(Tensor x, double p, boolean training) {
        return Dropouts.features("dropout3d", x, p, training, 4, 5);
    }

    /** {@link #dropout} that sets elements to what {@link #selu} tends to, then scales and shifts all so that mean and variance stay. */
    public static Tensor alphaDropout(Tensor x, double p, boolean training) {
        return Dropouts.alpha(x, p, training);
    }

    /** {@link #alphaDropout} of whole channels of {@code (n, channels, …)}. */
    public static Tensor featureAlphaDropout(Tensor x, double p, boolean training) {
        return Dropouts.featuresAlpha(x, p, training);
    }
}
