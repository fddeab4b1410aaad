package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.DTypeException;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;

/** Margins between the scores of labels and of other classes. */
final class MultiLabel {
    private MultiLabel() {}

    /** One label per row. */
    static Tensor margin(Tensor input, Tensor target, MultiMarginLoss.Options options) {
        boolean single = input.dim() == 1 && target.numel() == 1 && target.dim() <= 1;
        if (!single && !(input.dim() == 2 && target.dim() == 1 && target.size(0) == input.size(0))) {
            throw new ShapeException("multiMarginLoss: input must be (n, classes) and target (n), or (classes) and (); got input %s and target %s",
                    input.shape(), target.shape());
        }
        int classes = input.size(-1);
        if (options.weight() != null && (options.weight().dim() != 1 || options.weight().size(0) != classes)) {
            throw new ShapeException("multiMarginLoss: weight must be (%d), got %s", classes, options.weight().shape());
        }
        checkLabels("multiMarginLoss", target, 0, classes);
        Tensor rows = single ? input.unsqueeze(0) : input;
        Tensor labels = target.reshape(-1, 1);
        Tensor margins = rows.sub(rows.gather(1, labels)).add(options.margin()).relu();
        if (options.p() == 2) {
            margins = margins.square();
        }
        if (options.weight() != null) {
            margins = margins.mul(options.weight().indexSelect(0, labels.flatten()).unsqueeze(1));
        }
        Tensor isLabel = labels.eq(Tensor.arange(classes).to(target.device()));
        Tensor losses = margins.maskedFill(isLabel, 0).mean(1);
        return options.reduction().of("multiMarginLoss", single ? losses.squeeze(0) : losses);
    }

    /** Any number of labels per row, up to the first −1. */
    static Tensor margin(Tensor input, Tensor target, Reduction reduction) {
        if (input.dim() > 2) {
            throw new ShapeException("multilabelMarginLoss: input must be (n, classes) or (classes), got %s", input.shape());
        }
        int classes = input.dim() == 0 ? 1 : input.size(-1);
        checkLabels("multilabelMarginLoss", target, -1, classes);
        Tensor rows = input.reshape(-1, classes);
        Tensor labels = target.reshape(-1, classes);
        Tensor counts = labels.lt(0).to(DType.INT64).cumsum(1).eq(0); // before the first −1
        Tensor places = labels.clamp(0, classes);
        Tensor isLabel = Tensor.zeros(labels.shape(), DType.INT64, labels.device()).scatterAdd(1, places, counts.to(DType.INT64)).gt(0);
        // (n, label, class)
        Tensor margins = rows.unsqueeze(1).sub(rows.gather(1, places).unsqueeze(2)).add(1.0).relu();
        Tensor meaningless = counts.logicalNot().unsqueeze(2).logicalOr(isLabel.unsqueeze(1));
        Tensor losses = margins.maskedFill(meaningless, 0).sum(1, 2).div((double) classes);
        return reduction.of("multilabelMarginLoss", input.dim() < 2 ? losses.squeeze(0) : losses);
    }

    /** Requires labels from {@code low} to {@code classes}−1. */
    private static void checkLabels(String who, Tensor target, long low, int classes) {
        if (target.dtype() != DType.INT64) {
            throw new DTypeException("%s: target must be int64, got %s; convert with to(DType.INT64)", who, target.dtype());
        }
        for (long label : target.toLongArray()) {
            if (label < low || label >= classes) {
                throw new ShapeException("%s: label %d is out of range for %d classes", who, label, classes);
            }
        }
    }
}
