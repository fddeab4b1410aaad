package io.candela.nn;

import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Functions without state, PyTorch's {@code torch.nn.functional}. All are differentiable. */
public final class F {
    /** The label that counts nothing in {@link #nllLoss} and {@link #crossEntropy} unless another one is given. */
    public static final long IGNORE_INDEX = -100;

    private F() {}

    // ---- maps ----

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

    /** max(x, 0). */
    public static Tensor relu(Tensor x) {
        return x.relu();
    }

    /** 1/(1 + e⁻ˣ). */
    public static Tensor sigmoid(Tensor x) {
        return x.sigmoid();
    }

    /** Hyperbolic tangent. */
    public static Tensor tanh(Tensor x) {
        return x.tanh();
    }

    /** eˣ / Σ eˣ along a dimension. */
    public static Tensor softmax(Tensor x, int dim) {
        return x.softmax(dim);
    }

    /** ln of {@link #softmax}, computed without loss. */
    public static Tensor logSoftmax(Tensor x, int dim) {
        return x.logSoftmax(dim);
    }

    /** Dimensions {@code from} to {@code to}, both included, merged into one. A view where strides allow. */
    public static Tensor flatten(Tensor x, int from, int to) {
        return x.flatten(from, to);
    }

    /**
     * Sets each element to 0 with probability {@code p} and multiplies the others by 1/(1 − p). Draws PyTorch's mask from the default generator.
     *
     * @param training false returns {@code x} itself, and so does a {@code p} of 0; neither draws anything
     * @throws IllegalArgumentException if {@code p} is not in 0 … 1
     */
    public static Tensor dropout(Tensor x, double p, boolean training) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("dropout: p must be between 0 and 1, got " + p);
        }
        if (!training || p == 0 || x.numel() == 0) {
            return x;
        }
        if (p == 1) {
            return x.mul(Tensor.zeros(Shape.SCALAR, x.dtype(), x.device()));
        }
        return x.mul(x.isContiguous() ? dropoutMask(x.shape(), x, 1 - p) : permutedDropoutMask(x, 1 - p));
    }

    private static Tensor dropoutMask(Shape shape, Tensor like, double keep) {
        return Tensor.empty(shape, like.dtype(), like.device()).bernoulliInPlace(keep).divInPlace(keep);
    }

    /** PyTorch draws in the order in which the elements of {@code x} lie in memory. */
    private static Tensor permutedDropoutMask(Tensor x, double keep) {
        int[] order = IntStream.range(0, x.dim()).boxed().sorted(Comparator.comparingInt(d -> -x.stride(d))).mapToInt(d -> d).toArray();
        int[] sizes = new int[order.length];
        int[] inverse = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            sizes[i] = x.size(order[i]);
            inverse[order[i]] = i;
        }
        return dropoutMask(Shape.of(sizes), x, keep).permute(inverse);
    }

    // ---- losses ----

    /** {@link #nllLoss(Tensor, Tensor, Tensor, long, Reduction)} with PyTorch's defaults. */
    public static Tensor nllLoss(Tensor logp, Tensor target) {
        return nllLoss(logp, target, null, IGNORE_INDEX, Reduction.MEAN);
    }

    /**
     * Negative log likelihood of labels.
     *
     * @param logp        log probabilities {@code (classes)}, {@code (n, classes)} or {@code (n, classes, d1, …)}
     * @param target      int64 labels in the same shape without {@code classes}
     * @param weight      of each class, {@code (classes)}, or null for 1
     * @param ignoreIndex a label that counts nothing
     * @return of the target's shape without reduction, else 0-d; the mean is weighted
     * @throws ShapeException if sizes differ, or a label is neither a class nor {@code ignoreIndex}
     */
    public static Tensor nllLoss(Tensor logp, Tensor target, Tensor weight, long ignoreIndex, Reduction reduction) {
        return ClassLoss.nll(logp, target, weight, ignoreIndex, reduction);
    }

    /** {@link #crossEntropy(Tensor, Tensor, Tensor, long, Reduction, double)} with PyTorch's defaults. */
    public static Tensor crossEntropy(Tensor logits, Tensor target) {
        return crossEntropy(logits, target, null, IGNORE_INDEX, Reduction.MEAN, 0);
    }

    /**
     * Cross entropy between the softmax of logits and labels, or class probabilities.
     *
     * @param logits         {@code (classes)}, {@code (n, classes)} or {@code (n, classes, d1, …)}
     * @param target         int64 labels in the same shape without {@code classes}, or floating point probabilities in the shape of {@code logits}
     * @param weight         of each class, {@code (classes)}, or null for 1
     * @param ignoreIndex    a label that counts nothing
     * @param labelSmoothing from 0 (none) to 1: how much of the target is spread over all classes
     * @return without reduction one loss per label, else 0-d; the mean is weighted with labels, and over the number of labels with probabilities
     * @throws ShapeException if sizes differ, or a label is neither a class nor {@code ignoreIndex}
     */
    public static Tensor crossEntropy(Tensor logits, Tensor target, Tensor weight, long ignoreIndex, Reduction reduction, double labelSmoothing) {
        return ClassLoss.crossEntropy(logits, target, weight, ignoreIndex, reduction, labelSmoothing);
    }

    /** {@link #mseLoss(Tensor, Tensor, Reduction)} with the mean. */
    public static Tensor mseLoss(Tensor input, Tensor target) {
        return mseLoss(input, target, Reduction.MEAN);
    }

    /**
     * Squared difference.
     *
     * @return of the input's shape without reduction, else 0-d
     * @throws ShapeException if the shapes differ: PyTorch broadcasts with a warning, which most often hides a mistake
     */
    public static Tensor mseLoss(Tensor input, Tensor target, Reduction reduction) {
        if (!input.shape().equals(target.shape())) {
            throw new ShapeException("mseLoss: input %s and target %s must have one shape; expand() or view() one of them",
                    input.shape(), target.shape());
        }
        Tensor squares = input.sub(target).square();
        return switch (reduction) {
            case NONE -> squares;
            case MEAN -> squares.mean();
            case SUM -> squares.sum();
        };
    }
}
