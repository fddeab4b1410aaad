package io.candela.nn;

import io.candela.tensor.DType;
import io.candela.tensor.ShapeException;
import io.candela.tensor.Tensor;
import java.util.Arrays;

/**
 * Softmax for very many classes whose frequencies differ much, with PyTorch's state and start values: E. Grave and others, Efficient softmax
 * approximation for GPUs, 2017. Frequent classes, the lowest numbers, have outputs of their own; the rest lies in clusters, which have one output
 * each and are only looked into where they are needed, through ever narrower layers.
 *
 * <p>State: {@code head}, a {@link Linear} to the frequent classes and the clusters; {@code tail}, a pair of linear layers for each cluster.
 */
public final class AdaptiveLogSoftmaxWithLoss extends Module {
    /**
     * What {@link #forward} gives.
     *
     * @param output the logarithm of each target's probability, {@code (n)}, or 0-d for a single sample
     * @param loss   the mean of the negative ones, 0-d
     */
    public record Result(Tensor output, Tensor loss) {}

    final int[] cutoffs; // the first class of each cluster, and the number of classes
    final int inFeatures;
    final double divValue;
    final Linear head;
    private final ModuleList<Sequential> tail;

    /** With a divisor of 4, and a head without bias. */
    public AdaptiveLogSoftmaxWithLoss(int inFeatures, int classes, int... cutoffs) {
        this(inFeatures, classes, 4, false, cutoffs);
    }

    /**
     * In float32.
     *
     * @param divValue by which the width of the layers is divided from cluster to cluster, rounded down
     * @param headBias whether the head has a bias
     * @param cutoffs  the first class of each cluster, increasing, between 1 and {@code classes} − 1
     * @throws IllegalArgumentException if there are no cutoffs, or they are not increasing or out of range
     */
    public AdaptiveLogSoftmaxWithLoss(int inFeatures, int classes, double divValue, boolean headBias, int... cutoffs) {
        for (int i = 0; i < Math.max(cutoffs.length, 1); i++) {
            if (cutoffs.length == 0 || cutoffs[i] < (i == 0 ? 1 : cutoffs[i - 1] + 1) || cutoffs[i] >= classes) {
                throw new IllegalArgumentException("AdaptiveLogSoftmaxWithLoss: cutoffs must be increasing numbers from 1 to classes - 1 = %d, got %s"
                        .formatted(classes - 1, Arrays.toString(cutoffs)));
            }
        }
        this.inFeatures = inFeatures;
        this.divValue = divValue;
        this.cutoffs = Arrays.copyOf(cutoffs, cutoffs.length + 1);
        this.cutoffs[cutoffs.length] = classes;
        head = register("head", new Linear(inFeatures, cutoffs[0] + cutoffs.length, headBias));
        tail = register("tail", new ModuleList<>());
        for (int i = 0; i < cutoffs.length; i++) {
            int width = (int) Math.floor(inFeatures / Math.pow(divValue, i + 1));
            tail.append(new Sequential(new Linear(inFeatures, width, false), new Linear(width, this.cutoffs[i + 1] - cutoffs[i], false)));
        }
    }

    /** The layer to the frequent classes and the clusters. */
    public Linear head() {
        return head;
    }

    /** For each cluster the layers to its classes. */
    public ModuleList<Sequential> tail() {
        return tail;
    }

    /**
     * The logarithms of the targets' probabilities, and their mean loss.
     *
     * @param x      {@code (n, inFeatures)} or {@code (inFeatures)}
     * @param target the classes, {@code (n)} or 0-d, int64
     * @throws ShapeException           if sizes differ
     * @throws IllegalArgumentException if a target is not a class
     */
    public Result forward(Tensor x, Tensor target) {
        check(x);
        int rank = x.dim() - 1;
        if (target.dim() != rank || rank == 1 && target.size(0) != x.size(0)) {
            throw new ShapeException("%s: target must have a class for each sample of the input %s, got %s", typeName(), x.shape(), target.shape());
        }
        int classes = cutoffs[cutoffs.length - 1];
        Tensor wrong = target.lt(0).logicalOr(target.ge(classes));
        if (wrong.any().item() != 0) {
            throw new IllegalArgumentException("%s: targets must be between 0 and %d, got %d".formatted(typeName(), classes - 1,
                    (long) target.flatten().at((int) wrong.flatten().nonzero().at(0, 0))));
        }
        Tensor rows = rank == 1 ? x : x.unsqueeze(0);
        Tensor wanted = target.reshape(rows.size(0)).to(DType.INT64);
        Tensor inHead = wanted;
        Tensor output = null; // what the clusters add to the head's part
        for (int i = 0; i < tail.size(); i++) {
            Tensor here = wanted.ge(cutoffs[i]).logicalAnd(wanted.lt(cutoffs[i + 1]));
            Tensor picks = here.nonzero().flatten();
            if (picks.numel() == 0) {
                continue;
            }
            inHead = inHead.maskedFill(here, cutoffs[0] + i);
            Tensor within = wanted.indexSelect(0, picks).sub(cutoffs[i]);
            Tensor logs = tail.get(i).call(rows.indexSelect(0, picks)).logSoftmax(1).gather(1, within.unsqueeze(1)).squeeze(1);
            Tensor none = output == null ? Tensor.zeros(rows.size(0)).to(logs.dtype()).to(logs.device()) : output;
            output = none.indexCopy(0, picks, logs);
        }
        Tensor ofHead = head.call(rows).logSoftmax(1).gather(1, inHead.unsqueeze(1)).squeeze(1);
        output = output == null ? ofHead : output.add(ofHead);
        return new Result(rank == 1 ? output : output.squeeze(0), output.neg().mean());
    }

    /**
     * The logarithms of all classes' probabilities, {@code (n, classes)}.
     *
     * @param x {@code (n, inFeatures)}
     * @throws ShapeException if it has another shape
     */
    public Tensor logProb(Tensor x) {
        checkRows(x);
        return logProb(x, head.call(x));
    }

    private Tensor logProb(Tensor x, Tensor ofHead) {
        Tensor logs = ofHead.logSoftmax(1);
        Tensor[] parts = new Tensor[cutoffs.length];
        parts[0] = logs.narrow(1, 0, cutoffs[0]);
        for (int i = 0; i < tail.size(); i++) {
            parts[i + 1] = tail.get(i).call(x).logSoftmax(1).add(logs.narrow(1, cutoffs[0] + i, 1));
        }
        return Tensor.cat(1, parts);
    }

    /**
     * The most probable classes, {@code (n)} in int64. A sample whose largest output of the head is a frequent class gets that one; the clusters of
     * the others alone are looked into.
     *
     * @param x {@code (n, inFeatures)}
     * @throws ShapeException if it has another shape
     */
    public Tensor predict(Tensor x) {
        checkRows(x);
        Tensor ofHead = head.call(x);
        Tensor best = ofHead.argmax(1);
        Tensor others = best.ge(cutoffs[0]).nonzero().flatten();
        if (others.numel() == 0) {
            return best;
        }
        return best.indexCopy(0, others, logProb(x.indexSelect(0, others), ofHead.indexSelect(0, others)).argmax(1));
    }

    private void check(Tensor x) {
        if (x.dim() < 1 || x.dim() > 2 || x.size(-1) != inFeatures) {
            throw new ShapeException("%s: input must be (n, %d) or (%d), got %s", typeName(), inFeatures, inFeatures, x.shape());
        }
    }

    private void checkRows(Tensor x) {
        if (x.dim() != 2 || x.size(1) != inFeatures) {
            throw new ShapeException("%s: input must be (n, %d), got %s", typeName(), inFeatures, x.shape());
        }
    }
}
