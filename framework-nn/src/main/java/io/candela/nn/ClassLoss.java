package io.candela.nn;

import io.candela.autograd.Op;
import io.candela.ops.NllLoss;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Losses over classes, in all the shapes that PyTorch takes. */
final class ClassLoss {
    private ClassLoss() {}

    static Tensor nll(Tensor logp, Tensor target, Tensor weight, long ignoreIndex, Reduction reduction) {
        if (areRows(logp, target)) {
            return NllLoss.apply(logp, target, weight, ignoreIndex, reduction.ofNllLoss("nllLoss"));
        }
        checkShapes("nllLoss", logp, target);
        Tensor rows = logp;
        if (logp.dim() == 1) {
            rows = logp.unsqueeze(0);
        } else if (logp.dim() > 2) { // (n, classes, d1, …) to (n · d1 · …, classes)
            rows = logp.flatten(2, -1).transpose(1, 2).flatten(0, 1);
        }
        Tensor loss = NllLoss.apply(rows, target.reshape(target.numel()), weight, ignoreIndex, reduction.ofNllLoss("nllLoss"));
        return reduction == Reduction.NONE ? loss.reshape(target.shape().toArray()) : loss;
    }

    /** Whether this is the usual case: rows {@code (n, classes)} and labels {@code (n)}. */
    private static boolean areRows(Tensor input, Tensor target) {
        return input.dim() == 2 && target.dim() == 1 && input.size(0) == target.size(0);
    }

    /** Requires that the target has the input's shape without its classes. */
    private static void checkShapes(String who, Tensor input, Tensor target) {
        if (input.dim() == 0 || !target.shape().equals(input.shape().without(classDim(input)))) {
            throw new ShapeException("%s: input must be (classes), (n, classes) or (n, classes, d1, ...), and target the same without classes; "
                    + "got input %s and target %s", who, input.shape(), target.shape());
        }
    }

    private static int classDim(Tensor input) {
        return input.dim() == 1 ? 0 : 1;
    }

    static Tensor crossEntropy(Tensor logits, Tensor target, Tensor weight, long ignoreIndex, Reduction reduction, double labelSmoothing) {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
            throw new IllegalArgumentException("crossEntropy: labelSmoothing must be between 0 and 1, got " + labelSmoothing);
        }
        if (target.dtype().isFloating()) {
            return ofProbabilities(logits, target, weight, ignoreIndex, reduction, labelSmoothing);
        }
        if (!areRows(logits, target)) {
            checkShapes("crossEntropy", logits, target);
        }
        Tensor logp = logits.logSoftmax(classDim(logits));
        Tensor loss = nll(logp, target, weight, ignoreIndex, reduction);
        if (labelSmoothing == 0) {
            Op.releaseWithGraph(logp);
            return loss;
        }
        Tensor spread = smoothed(logp, target, weight, ignoreIndex, reduction);
        return loss.mul(1 - labelSmoothing).add(spread.mul(labelSmoothing / logits.size(classDim(logits))));
    }

    /** The loss against all classes alike, of labels that count. */
    private static Tensor smoothed(Tensor logp, Tensor target, Tensor weight, long ignoreIndex, Reduction reduction) {
        int dim = classDim(logp);
        Tensor weighted = weight == null ? logp : logp.mul(alongClasses(weight, logp));
        Tensor ignored = target.eq(Tensor.scalar(ignoreIndex));
        Tensor losses = weighted.sum(dim).neg().maskedFill(ignored, 0);
        return switch (reduction) {
            case NONE -> losses;
            case SUM -> losses.sum();
            case MEAN -> {
                Tensor counted = ignored.logicalNot();
                Tensor total = weight == null ? counted.sum() : weight.indexSelect(0, target.maskedSelect(counted)).sum();
                yield losses.sum().div(total);
            }
            case BATCHMEAN -> throw Reduction.refused("crossEntropy");
        };
    }

    private static Tensor ofProbabilities(Tensor logits, Tensor target, Tensor weight, long ignoreIndex, Reduction reduction,
            double labelSmoothing) {
        if (!logits.shape().equals(target.shape())) {
            throw new ShapeException("crossEntropy: probabilities %s must have the shape of the logits %s; labels would be int64", target.shape(),
                    logits.shape());
        }
        if (ignoreIndex >= 0) {
            throw new IllegalArgumentException("crossEntropy: ignoreIndex %d needs labels, the target holds probabilities".formatted(ignoreIndex));
        }
        int dim = classDim(logits);
        int classes = logits.size(dim);
        if (weight != null && (weight.dim() != 1 || weight.size(0) != classes)) {
            throw new ShapeException("crossEntropy: weight must be (%d), got %s", classes, weight.shape());
        }
        Tensor smooth = labelSmoothing == 0 ? target : target.mul(1 - labelSmoothing).add(labelSmoothing / classes);
        Tensor products = logits.logSoftmax(dim).mul(smooth);
        if (weight != null) {
            products = products.mul(alongClasses(weight, logits));
        }
        return switch (reduction) {
            case NONE -> products.sum(dim).neg();
            case SUM -> products.sum().neg();
            case MEAN -> products.sum().neg().div((double) (logits.numel() / Math.max(classes, 1)));
            case BATCHMEAN -> throw Reduction.refused("crossEntropy");
        };
    }

    /** Weights {@code (classes)} in a shape that broadcasts along the input's class dimension. */
    private static Tensor alongClasses(Tensor weight, Tensor input) {
        int[] shape = new int[input.dim()];
        java.util.Arrays.fill(shape, 1);
        shape[classDim(input)] = weight.size(0);
        return weight.view(shape);
    }
}
