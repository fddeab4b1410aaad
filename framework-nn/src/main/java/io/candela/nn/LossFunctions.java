package io.candela.nn;

import io.candela.autograd.Autocast;
import io.candela.autograd.Autograd;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.function.BinaryOperator;

/** The losses of {@link F}, which inherits them. A reduction gives a 0-d result; without one there is one loss per element or row. */
abstract sealed class LossFunctions extends ActivationFunctions permits NormFunctions {
    /** The label that counts nothing in {@link #nllLoss} and {@link #crossEntropy} unless another one is given. */
    public static final long IGNORE_INDEX = -100;

    LossFunctions() {}

    /** Whoever wants to broadcast says so: PyTorch does it with a warning, and most often it hides a mistake. */
    private static void checkSame(String who, Tensor input, Tensor target) {
        if (!input.shape().equals(target.shape())) {
            throw new ShapeException("%s: input %s and target %s must have one shape; expand() or view() one of them", who, input.shape(),
                    target.shape());
        }
    }

    // ---- classes ----

    /** {@link #nllLoss(Tensor, Tensor, Tensor, long, Reduction)} with PyTorch's defaults. */
    public static Tensor nllLoss(Tensor logp, Tensor target) {
        return nllLoss(logp, target, null, IGNORE_INDEX, Reduction.MEAN);
    }

    /**
     * Negative log likelihood of labels.
     *
     * @param logp        log probabilities {@code (classes)}, {@code (n, classes)} or {@code (n, classes, d1, …)}
     * @param target      int64 or uint8 labels in the same shape without {@code classes}
     * @param weight      of each class, {@code (classes)}, or null for 1
     * @param ignoreIndex a label that counts nothing
     * @return of the target's shape without reduction, else 0-d; the mean is weighted
     * @throws ShapeException if sizes differ, or a label is neither a class nor {@code ignoreIndex}
     */
    public static Tensor nllLoss(Tensor logp, Tensor target, Tensor weight, long ignoreIndex, Reduction reduction) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, logp)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> nllLoss(t[0], target, t[1], ignoreIndex, reduction), logp, weight);
        }
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
        if (Autocast.concerns(Autocast.Rule.FLOAT32, logits)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> crossEntropy(t[0], t[1], t[2], ignoreIndex, reduction, labelSmoothing), logits, target, weight);
        }
        return ClassLoss.crossEntropy(logits, target, weight, ignoreIndex, reduction, labelSmoothing);
    }

    // ---- distance of numbers ----

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
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> mseLoss(t[0], t[1], reduction), input, target);
        }
        checkSame("mseLoss", input, target);
        return reduction.of("mseLoss", input.sub(target).square());
    }

    /** {@link #l1Loss(Tensor, Tensor, Reduction)} with the mean. */
    public static Tensor l1Loss(Tensor input, Tensor target) {
        return l1Loss(input, target, Reduction.MEAN);
    }

    /**
     * Absolute difference; the gradient at 0 is 0.
     *
     * @throws ShapeException if the shapes differ
     */
    public static Tensor l1Loss(Tensor input, Tensor target, Reduction reduction) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> l1Loss(t[0], t[1], reduction), input, target);
        }
        checkSame("l1Loss", input, target);
        return reduction.of("l1Loss", input.sub(target).abs());
    }

    /** {@link #smoothL1Loss(Tensor, Tensor, Reduction, double)} with the mean and a beta of 1. */
    public static Tensor smoothL1Loss(Tensor input, Tensor target) {
        return smoothL1Loss(input, target, Reduction.MEAN, 1);
    }

    /**
     * d²/(2 beta) where the difference d is smaller than {@code beta}, |d| − beta/2 elsewhere.
     *
     * @param beta 0 makes it {@link #l1Loss}
     * @throws ShapeException           if the shapes differ
     * @throws IllegalArgumentException if {@code beta} is negative
     */
    public static Tensor smoothL1Loss(Tensor input, Tensor target, Reduction reduction, double beta) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> smoothL1Loss(t[0], t[1], reduction, beta), input, target);
        }
        if (!(beta >= 0)) {
            throw new IllegalArgumentException("smoothL1Loss: beta must not be negative, got " + beta);
        }
        checkSame("smoothL1Loss", input, target);
        Tensor difference = input.sub(target);
        return reduction.of("smoothL1Loss", beta == 0 ? difference.abs() : bend(difference, beta));
    }

    /** Parabola up to {@code beta}, straight from there. */
    private static Tensor bend(Tensor difference, double beta) {
        Tensor size = difference.abs();
        Tensor far = size.ge(beta);
        Tensor square = difference.maskedFill(far, 0).square().mul(0.5 / beta); // infinite ones must not reach its gradient
        return size.sub(0.5 * beta).where(far, square);
    }

    /** {@link #huberLoss(Tensor, Tensor, Reduction, double)} with the mean and a delta of 1. */
    public static Tensor huberLoss(Tensor input, Tensor target) {
        return huberLoss(input, target, Reduction.MEAN, 1);
    }

    /**
     * d²/2 where the difference d is at most {@code delta}, delta (|d| − delta/2) elsewhere.
     *
     * @throws ShapeException           if the shapes differ
     * @throws IllegalArgumentException if {@code delta} is not positive
     */
    public static Tensor huberLoss(Tensor input, Tensor target, Reduction reduction, double delta) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> huberLoss(t[0], t[1], reduction, delta), input, target);
        }
        if (!(delta > 0)) {
            throw new IllegalArgumentException("huberLoss: delta must be positive, got " + delta);
        }
        checkSame("huberLoss", input, target);
        return reduction.of("huberLoss", bend(input.sub(target), delta).mul(delta));
    }

    // ---- probabilities ----

    /** {@link #binaryCrossEntropy(Tensor, Tensor, Tensor, Reduction)} with the mean. */
    public static Tensor binaryCrossEntropy(Tensor input, Tensor target) {
        return binaryCrossEntropy(input, target, null, Reduction.MEAN);
    }

    /**
     * −t ln p − (1 − t) ln (1 − p) for a probability p; logarithms count as −100 at least.
     *
     * @param input  probabilities p
     * @param target probabilities t, most often 0 or 1
     * @param weight multiplies each loss, broadcast; null for 1
     * @throws ShapeException           if the shapes differ
     * @throws IllegalArgumentException if an element of the input or the target is not in 0 … 1
     */
    public static Tensor binaryCrossEntropy(Tensor input, Tensor target, Tensor weight, Reduction reduction) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32_ON_CUDA, input)) {
            throw new IllegalStateException("binaryCrossEntropy: the probabilities have too few digits in " + Autocast.dtype(input.device().type())
                    + "; use binaryCrossEntropyWithLogits, or an Autocast.off region");
        }
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> binaryCrossEntropy(t[0], t[1], t[2], reduction), input, target, weight);
        }
        checkSame("binaryCrossEntropy", input, target);
        Tensor losses = Autograd.apply(new BinaryCrossEntropy(), input, target);
        return reduction.of("binaryCrossEntropy", weight == null ? losses : losses.mul(weight));
    }

    /** {@link #binaryCrossEntropyWithLogits(Tensor, Tensor, Tensor, Tensor, Reduction)} with the mean. */
    public static Tensor binaryCrossEntropyWithLogits(Tensor input, Tensor target) {
        return binaryCrossEntropyWithLogits(input, target, null, null, Reduction.MEAN);
    }

    /**
     * {@link #binaryCrossEntropy} of the sigmoid, computed without loss.
     *
     * @param weight    multiplies each loss, broadcast; null for 1
     * @param posWeight multiplies the part for a target of 1, broadcast; null for 1
     * @throws ShapeException if the shapes differ
     */
    public static Tensor binaryCrossEntropyWithLogits(Tensor input, Tensor target, Tensor weight, Tensor posWeight, Reduction reduction) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> binaryCrossEntropyWithLogits(t[0], t[1], t[2], t[3], reduction), input, target, weight, posWeight);
        }
        checkSame("binaryCrossEntropyWithLogits", input, target);
        Tensor logp = logSigmoid(input);
        Tensor weighted = posWeight == null ? logp : posWeight.sub(1.0).mul(target).add(1.0).mul(logp);
        Tensor losses = target.rsub(1).mul(input).sub(weighted);
        return reduction.of("binaryCrossEntropyWithLogits", weight == null ? losses : losses.mul(weight));
    }

    /** {@link #klDiv(Tensor, Tensor, Reduction, boolean)} with the mean over elements, which PyTorch has as default, and plain targets. */
    public static Tensor klDiv(Tensor input, Tensor target) {
        return klDiv(input, target, Reduction.MEAN, false);
    }

    /**
     * Kullback and Leibler's divergence, t (ln t − input); 0 where t is 0. Operands broadcast.
     *
     * @param input     log probabilities
     * @param logTarget whether {@code target} holds ln t
     * @param reduction {@link Reduction#BATCHMEAN} gives the divergence as mathematics defines it
     */
    public static Tensor klDiv(Tensor input, Tensor target, Reduction reduction, boolean logTarget) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> klDiv(t[0], t[1], reduction, logTarget), input, target);
        }
        Tensor losses;
        if (logTarget) {
            losses = target.exp().mul(target.sub(input));
        } else {
            Tensor log = target.maskedFill(target.eq(0), 1).log();
            losses = target.mul(log).sub(target.mul(input));
        }
        return reduction == Reduction.BATCHMEAN ? losses.sum().div((double) (input.dim() == 0 ? 1 : input.size(0))) : reduction.of("klDiv", losses);
    }

    /** {@link #poissonNllLoss(Tensor, Tensor, boolean, boolean, double, Reduction)} with PyTorch's defaults: a logarithm, not full, 1e-8, mean. */
    public static Tensor poissonNllLoss(Tensor input, Tensor target) {
        return poissonNllLoss(input, target, true, false, 1e-8, Reduction.MEAN);
    }

    /**
     * Negative log likelihood of counts under Poisson's distribution. Operands broadcast.
     *
     * @param input    the logarithm of the expectation, or the expectation
     * @param target   counts t
     * @param logInput whether {@code input} is a logarithm
     * @param full     whether to add Stirling's approximation of ln t! for t above 1
     * @param eps      is added to an expectation before its logarithm
     */
    public static Tensor poissonNllLoss(Tensor input, Tensor target, boolean logInput, boolean full, double eps, Reduction reduction) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> poissonNllLoss(t[0], t[1], logInput, full, eps, reduction), input, target);
        }
        Tensor losses = logInput ? input.exp().sub(target.mul(input)) : input.sub(target.mul(input.add(eps).log()));
        if (full) {
            Tensor small = target.le(1);
            Tensor t = target.maskedFill(small, 1);
            Tensor stirling = t.mul(t.log()).sub(t).add(t.mul(2 * Math.PI).log().mul(0.5));
            losses = losses.add(stirling.maskedFill(small, 0));
        }
        return reduction.of("poissonNllLoss", losses);
    }

    /** {@link #gaussianNllLoss(Tensor, Tensor, Tensor, boolean, double, Reduction)} with PyTorch's defaults: not full, 1e-6, mean. */
    public static Tensor gaussianNllLoss(Tensor input, Tensor target, Tensor var) {
        return gaussianNllLoss(input, target, var, false, 1e-6, Reduction.MEAN);
    }

    /**
     * Negative log likelihood under normal distributions: (ln var + (input − target)² / var) / 2.
     *
     * @param input expectations
     * @param var   variances: in the shape of {@code input}, the same with a last size of 1, or without the last dimension
     * @param full  whether to add ln(2π)/2
     * @param eps   the least variance to compute with; the gradient passes all the same
     * @throws ShapeException           if {@code var} has another shape
     * @throws IllegalArgumentException if a variance is negative
     */
    public static Tensor gaussianNllLoss(Tensor input, Tensor target, Tensor var, boolean full, double eps, Reduction reduction) {
        Shape shape = input.shape();
        boolean perRow = shape.rank() > 0 && var.shape().equals(shape.without(shape.rank() - 1));
        if (!var.shape().equals(shape) && !perRow && !(shape.rank() > 0 && var.shape().equals(shape.with(shape.rank() - 1, 1)))) {
            throw new ShapeException("gaussianNllLoss: var must have the input's shape %s, or one value per row, got %s", shape, var.shape());
        }
        if (var.numel() > 0 && var.lt(0).any().item() != 0) {
            throw new IllegalArgumentException("gaussianNllLoss: var must not be negative, the smallest is " + var.min().item());
        }
        Tensor v = Autograd.apply(new AtLeast(eps), perRow ? var.unsqueeze(-1) : var);
        Tensor losses = v.log().add(input.sub(target).square().div(v)).mul(0.5);
        return reduction.of("gaussianNllLoss", full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses);
    }

    /** {@link CTCLoss} as a function, with its defaults. */
    public static Tensor ctcLoss(Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths) {
        return ctcLoss(logProbs, targets, inputLengths, targetLengths, CTCLoss.options());
    }

    /** {@link CTCLoss} as a function; shapes are said there. */
    public static Tensor ctcLoss(Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths, CTCLoss.Options options) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, logProbs)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> ctcLoss(t[0], targets, inputLengths, targetLengths, options), logProbs);
        }
        return CtcAlignment.loss(logProbs, targets, inputLengths, targetLengths, options);
    }

    // ---- margins ----

    /** {@link #hingeEmbeddingLoss(Tensor, Tensor, double, Reduction)} with a margin of 1 and the mean. */
    public static Tensor hingeEmbeddingLoss(Tensor input, Tensor target) {
        return hingeEmbeddingLoss(input, target, 1, Reduction.MEAN);
    }

    /** x where the target is 1, max(0, margin − x) where it is −1; both where it is neither. Operands broadcast. */
    public static Tensor hingeEmbeddingLoss(Tensor input, Tensor target, double margin, Reduction reduction) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> hingeEmbeddingLoss(t[0], t[1], margin, reduction), input, target);
        }
        Tensor apart = input.rsub(margin).clamp(0, Double.POSITIVE_INFINITY).maskedFill(target.eq(1), 0);
        return reduction.of("hingeEmbeddingLoss", apart.add(input.maskedFill(target.eq(-1), 0)));
    }

    /** {@link #marginRankingLoss(Tensor, Tensor, Tensor, double, Reduction)} with a margin of 0 and the mean. */
    public static Tensor marginRankingLoss(Tensor input1, Tensor input2, Tensor target) {
        return marginRankingLoss(input1, input2, target, 0, Reduction.MEAN);
    }

    /**
     * max(0, margin − t (x1 − x2)): the first operand should be larger where the target t is 1, smaller where it is −1.
     *
     * @throws ShapeException if the operands differ in their number of dimensions
     */
    public static Tensor marginRankingLoss(Tensor input1, Tensor input2, Tensor target, double margin, Reduction reduction) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input1)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> marginRankingLoss(t[0], t[1], t[2], margin, reduction), input1, input2, target);
        }
        if (input1.dim() != input2.dim() || input1.dim() != target.dim()) {
            throw new ShapeException("marginRankingLoss: all must have the same number of dimensions, got inputs %s and %s and target %s",
                    input1.shape(), input2.shape(), target.shape());
        }
        return reduction.of("marginRankingLoss", target.neg().mul(input1.sub(input2)).add(margin).clamp(0, Double.POSITIVE_INFINITY));
    }

    /** {@link #softMarginLoss(Tensor, Tensor, Reduction)} with the mean. */
    public static Tensor softMarginLoss(Tensor input, Tensor target) {
        return softMarginLoss(input, target, Reduction.MEAN);
    }

    /** ln(1 + e^(−t x)) for targets t of 1 or −1, computed without overflow. Operands broadcast. */
    public static Tensor softMarginLoss(Tensor input, Tensor target, Reduction reduction) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> softMarginLoss(t[0], t[1], reduction), input, target);
        }
        return reduction.of("softMarginLoss", logSigmoid(target.mul(input)).neg());
    }

    /** {@link #multiMarginLoss(Tensor, Tensor, MultiMarginLoss.Options)} with PyTorch's defaults. */
    public static Tensor multiMarginLoss(Tensor input, Tensor target) {
        return multiMarginLoss(input, target, MultiMarginLoss.options());
    }

    /**
     * Mean over classes i other than the label y of max(0, margin − x[y] + x[i])ᵖ.
     *
     * @param input  scores {@code (classes)} or {@code (n, classes)}
     * @param target int64 labels {@code ()} or {@code (n)}
     * @throws ShapeException if sizes differ, or a label is no class
     */
    public static Tensor multiMarginLoss(Tensor input, Tensor target, MultiMarginLoss.Options options) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> multiMarginLoss(t[0], target, options), input);
        }
        return MultiLabel.margin(input, target, options);
    }

    /** {@link #multilabelMarginLoss(Tensor, Tensor, Reduction)} with the mean. */
    public static Tensor multilabelMarginLoss(Tensor input, Tensor target) {
        return multilabelMarginLoss(input, target, Reduction.MEAN);
    }

    /**
     * Sum over labels y and classes i that are no label of max(0, 1 − x[y] + x[i]), divided by the number of classes.
     *
     * @param input  scores {@code (classes)} or {@code (n, classes)}
     * @param target int64 labels in the same shape; a row ends at its first −1
     * @throws ShapeException if the shapes differ, or a label is no class
     */
    public static Tensor multilabelMarginLoss(Tensor input, Tensor target, Reduction reduction) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> multilabelMarginLoss(t[0], target, reduction), input);
        }
        checkSame("multilabelMarginLoss", input, target);
        return MultiLabel.margin(input, target, reduction);
    }

    /** {@link #multilabelSoftMarginLoss(Tensor, Tensor, Tensor, Reduction)} with the mean. */
    public static Tensor multilabelSoftMarginLoss(Tensor input, Tensor target) {
        return multilabelSoftMarginLoss(input, target, null, Reduction.MEAN);
    }

    /**
     * {@link #binaryCrossEntropyWithLogits} averaged over the last dimension, the classes.
     *
     * @param weight of each class; null for 1
     * @throws ShapeException if the shapes differ
     */
    public static Tensor multilabelSoftMarginLoss(Tensor input, Tensor target, Tensor weight, Reduction reduction) {
        checkSame("multilabelSoftMarginLoss", input, target);
        Tensor losses = target.mul(logSigmoid(input)).add(target.rsub(1).mul(logSigmoid(input.neg()))).neg();
        Tensor weighted = weight == null ? losses : losses.mul(weight);
        return reduction.of("multilabelSoftMarginLoss", weighted.mean(-1));
    }

    // ---- distance of vectors ----

    /** {@link #cosineSimilarity(Tensor, Tensor, int, double)} along dimension 1 with an eps of 1e-8. */
    public static Tensor cosineSimilarity(Tensor x1, Tensor x2) {
        return cosineSimilarity(x1, x2, 1, 1e-8);
    }

    /**
     * Cosine of the angle between vectors along a dimension, which goes away. Operands broadcast.
     *
     * @param eps the least length to divide by
     */
    public static Tensor cosineSimilarity(Tensor x1, Tensor x2, int dim, double eps) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32_ON_CUDA, x1)) {
            return Autocast.apply(Autocast.Rule.FLOAT32_ON_CUDA, t -> cosineSimilarity(t[0], t[1], dim, eps), x1, x2);
        }
        Shape common = Shape.broadcast("cosineSimilarity", x1.shape(), x2.shape());
        return direction(x1.expand(common.toArray()), dim, eps).mul(direction(x2.expand(common.toArray()), dim, eps)).sum(dim);
    }

    private static Tensor direction(Tensor x, int dim, double eps) {
        return x.div(Autograd.apply(new AtLeast(eps), x.norm(true, dim)));
    }

    /**
     * Distances of order {@code p} between all pairs of rows of {@code (n, m)}: those of the first row, then of the second to the rows after it, and so
     * on, {@code (n · (n − 1) / 2)}.
     *
     * @throws ShapeException if {@code x} has not two dimensions
     */
    public static Tensor pdist(Tensor x, double p) {
        if (x.dim() != 2) {
            throw new ShapeException("pdist: needs (n, m), got %s", x.shape());
        }
        Tensor pairs = Tensor.triuIndices(x.size(0), x.size(0), 1).to(x.device());
        return x.indexSelect(0, pairs.get(0)).sub(x.indexSelect(0, pairs.get(1))).norm(p, false, -1);
    }

    /** {@link #pairwiseDistance(Tensor, Tensor, double, double, boolean)} with the Euclidean norm, an eps of 1e-6, without the last dimension. */
    public static Tensor pairwiseDistance(Tensor x1, Tensor x2) {
        return pairwiseDistance(x1, x2, 2, 1e-6, false);
    }

    /**
     * Norm along the last dimension of x1 − x2 + eps. Operands broadcast.
     *
     * @param p       of the p-norm; infinite for the largest element
     * @param eps     keeps the gradient finite at distance 0
     * @param keepDim whether the last dimension stays, with size 1
     */
    public static Tensor pairwiseDistance(Tensor x1, Tensor x2, double p, double eps, boolean keepDim) {
        return Norms.of(x1.sub(x2).add(eps), p, keepDim, -1);
    }

    /** {@link #cosineEmbeddingLoss(Tensor, Tensor, Tensor, double, Reduction)} with a margin of 0 and the mean. */
    public static Tensor cosineEmbeddingLoss(Tensor input1, Tensor input2, Tensor target) {
        return cosineEmbeddingLoss(input1, input2, target, 0, Reduction.MEAN);
    }

    /**
     * 1 − cos where the target is 1, max(0, cos − margin) where it is −1, 0 where it is neither.
     *
     * @param input1 vectors {@code (n, size)}, or one of them
     * @param target {@code (n)}, or 0-d
     * @throws ShapeException if shapes differ
     */
    public static Tensor cosineEmbeddingLoss(Tensor input1, Tensor input2, Tensor target, double margin, Reduction reduction) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, input1)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> cosineEmbeddingLoss(t[0], t[1], t[2], margin, reduction), input1, input2, target);
        }
        checkSame("cosineEmbeddingLoss", input1, input2);
        if (input1.dim() != target.dim() + 1 || input1.dim() > 2 || !target.shape().equals(input1.shape().without(input1.dim() - 1))) {
            throw new ShapeException("cosineEmbeddingLoss: inputs must be (n, size) and target (n), or (size) and (); got inputs %s and target %s",
                    input1.shape(), target.shape());
        }
        Tensor product = input1.mul(input2).sum(-1);
        Tensor sizes = input1.square().sum(-1).add(1e-12).mul(input2.square().sum(-1).add(1e-12));
        Tensor cos = product.div(sizes.sqrt());
        Tensor near = cos.rsub(1).maskedFill(target.ne(1), 0);
        Tensor apart = cos.sub(margin).clamp(0, Double.POSITIVE_INFINITY).maskedFill(target.ne(-1), 0);
        return reduction.of("cosineEmbeddingLoss", near.add(apart));
    }

    /** {@link #tripletMarginLoss(Tensor, Tensor, Tensor, TripletMarginLoss.Options)} with PyTorch's defaults. */
    public static Tensor tripletMarginLoss(Tensor anchor, Tensor positive, Tensor negative) {
        return tripletMarginLoss(anchor, positive, negative, TripletMarginLoss.options());
    }

    /**
     * max(0, margin + d(anchor, positive) − d(anchor, negative)) with {@link #pairwiseDistance} d.
     *
     * @throws ShapeException if the operands differ in their number of dimensions
     */
    public static Tensor tripletMarginLoss(Tensor anchor, Tensor positive, Tensor negative, TripletMarginLoss.Options options) {
        if (Autocast.concerns(Autocast.Rule.FLOAT32, anchor)) {
            return Autocast.apply(Autocast.Rule.FLOAT32, t -> tripletMarginLoss(t[0], t[1], t[2], options), anchor, positive, negative);
        }
        return triplet("tripletMarginLoss", anchor, positive, negative, (a, b) -> pairwiseDistance(a, b, options.p(), options.eps(), false),
                options.margin(), options.swap(), options.reduction());
    }

    /** As {@link #tripletMarginLoss}, with any distance. */
    public static Tensor tripletMarginWithDistanceLoss(Tensor anchor, Tensor positive, Tensor negative, BinaryOperator<Tensor> distance,
            double margin, boolean swap, Reduction reduction) {
        return triplet("tripletMarginWithDistanceLoss", anchor, positive, negative, distance, margin, swap, reduction);
    }

    private static Tensor triplet(String who, Tensor anchor, Tensor positive, Tensor negative, BinaryOperator<Tensor> distance, double margin,
            boolean swap, Reduction reduction) {
        if (anchor.dim() != positive.dim() || anchor.dim() != negative.dim()) {
            throw new ShapeException("%s: all must have the same number of dimensions, got anchor %s, positive %s and negative %s", who,
                    anchor.shape(), positive.shape(), negative.shape());
        }
        Tensor near = distance.apply(anchor, positive);
        Tensor apart = distance.apply(anchor, negative);
        if (swap) {
            apart = apart.minimum(distance.apply(positive, negative));
        }
        return reduction.of(who, near.add(margin).sub(apart).clamp(0, Double.POSITIVE_INFINITY));
    }
}
