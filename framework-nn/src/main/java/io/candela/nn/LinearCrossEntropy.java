package io.candela.nn;

import io.candela.autograd.Checkpoint;
import io.candela.tensor.Shape;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Cross entropy of a linear map's results, over all rows at once or over parts of them. */
final class LinearCrossEntropy {
    private static final String WHO = "linearCrossEntropy";

    private final Shape classesAndMore; // the weight's sizes without the last
    private final Tensor classWeight;
    private final long ignoreIndex;
    private final double labelSmoothing;

    private LinearCrossEntropy(Shape classesAndMore, Tensor classWeight, long ignoreIndex, double labelSmoothing) {
        this.classesAndMore = classesAndMore;
        this.classWeight = classWeight;
        this.ignoreIndex = ignoreIndex;
        this.labelSmoothing = labelSmoothing;
    }

    static Tensor apply(Tensor input, Tensor linearWeight, Tensor target, Tensor linearBias, Tensor classWeight, Long ignoreIndex, Reduction reduction,
            double labelSmoothing, int batchChunkSize) {
        check(input, linearWeight, linearBias);
        if (batchChunkSize < 0) {
            throw new IllegalArgumentException(WHO + ": batchChunkSize must be 1 or more, or 0 for all rows at once, got " + batchChunkSize);
        }
        if (ignoreIndex != null && target.dtype().isFloating()) {
            throw new IllegalArgumentException(WHO + ": ignoreIndex %d needs labels, the target holds probabilities".formatted(ignoreIndex));
        }
        var loss = new LinearCrossEntropy(linearWeight.shape().dropLast(1), classWeight, ignoreIndex == null ? F.IGNORE_INDEX : ignoreIndex, labelSmoothing);
        Tensor matrix = linearWeight.dim() == 2 ? linearWeight : linearWeight.reshape(-1, linearWeight.size(-1));
        Tensor offset = linearBias == null || linearBias.dim() == 1 ? linearBias : linearBias.flatten();
        boolean whole = batchChunkSize == 0 || input.dim() == 1 || input.size(0) <= batchChunkSize;
        return whole ? loss.of(input, matrix, target, offset, reduction) : loss.inParts(input, matrix, target, offset, reduction, batchChunkSize);
    }

    private static void check(Tensor input, Tensor linearWeight, Tensor linearBias) {
        boolean further = linearWeight.dim() > 2;
        boolean fits = linearWeight.dim() >= 2 && (input.dim() == 2 || input.dim() == 1 && !further) && input.size(-1) == linearWeight.size(-1);
        if (!fits) {
            throw new ShapeException("%s: input must be (n, in) for a linear weight (classes, in) or (classes, d1, ..., in), or (in) for the first; "
                    + "got input %s and linear weight %s", WHO, input.shape(), linearWeight.shape());
        }
        if (linearBias != null && !linearBias.shape().equals(linearWeight.shape().dropLast(1))) {
            throw new ShapeException("%s: the bias must be %s, the linear weight's shape %s without the last size; got %s", WHO,
                    linearWeight.shape().dropLast(1), linearWeight.shape(), linearBias.shape());
        }
    }

    private Tensor of(Tensor input, Tensor matrix, Tensor target, Tensor offset, Reduction reduction) {
        Tensor logits = F.linear(input, matrix, offset);
        if (classesAndMore.rank() > 1) {
            int[] sizes = classesAndMore.toArray();
            int[] all = new int[sizes.length + 1];
            all[0] = input.size(0);
            System.arraycopy(sizes, 0, all, 1, sizes.length);
            logits = logits.reshape(all);
        }
        return F.crossEntropy(logits, target, classWeight, ignoreIndex, reduction, labelSmoothing);
    }

    /** The logits of each part are forgotten, and computed again for its gradient. */
    private Tensor inParts(Tensor input, Tensor matrix, Tensor target, Tensor offset, Reduction reduction, int rows) {
        if (target.dim() == 0 || target.size(0) != input.size(0)) {
            throw new ShapeException("%s: input and target must have as many rows, got input %s and target %s", WHO, input.shape(), target.shape());
        }
        Reduction each = reduction == Reduction.MEAN ? Reduction.SUM : reduction;
        List<Tensor> parts = new ArrayList<>();
        for (int from = 0; from < input.size(0); from += rows) {
            int length = Math.min(rows, input.size(0) - from);
            Tensor labels = target.narrow(0, from, length);
            parts.add(Checkpoint.checkpoint(x -> of(x, matrix, labels, offset, each), input.narrow(0, from, length)));
        }
        if (reduction == Reduction.NONE) {
            return Tensor.cat(0, parts.toArray(Tensor[]::new));
        }
        Tensor sum = Tensor.stack(0, parts.toArray(Tensor[]::new)).sum();
        return reduction == Reduction.MEAN ? sum.div(divisor(target)) : sum;
    }

    /** What the mean divides by: the weights of the labels that count; with probabilities, how many there are. */
    private Tensor divisor(Tensor target) {
        if (target.dtype().isFloating()) {
            return Tensor.scalar((double) (target.numel() / classesAndMore.dim(0))).to(target.device());
        }
        Tensor counted = target.ne(Tensor.scalar(ignoreIndex));
        return classWeight == null ? counted.sum() : classWeight.indexSelect(0, target.maskedSelect(counted)).sum();
    }
}
