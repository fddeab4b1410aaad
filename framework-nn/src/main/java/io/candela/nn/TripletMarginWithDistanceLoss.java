package io.candela.nn;

import io.candela.tensor.Tensor;
import java.util.function.BinaryOperator;

/** {@link TripletMarginLoss} with any distance: max(0, margin + d(anchor, positive) − d(anchor, negative)). */
public final class TripletMarginWithDistanceLoss extends Module {
    /** The distance by default; one object, by which a description knows it. */
    static final BinaryOperator<Tensor> PAIRWISE_DISTANCE = F::pairwiseDistance;

    private final BinaryOperator<Tensor> distance;
    private final double margin;
    private final boolean swap;
    private final Reduction reduction;

    /** With {@link PairwiseDistance}, a margin of 1, no swap and the mean. */
    public TripletMarginWithDistanceLoss() {
        this(PAIRWISE_DISTANCE, 1, false, Reduction.MEAN);
    }

    /**
     * With all options.
     *
     * @param distance of two tensors {@code (n, …)}
     * @param margin   by how much nearer the positive should be
     * @param swap     whether the positive may take the anchor's place against the negative, if that is nearer
     * @throws IllegalArgumentException if {@code margin} is not positive
     */
    public TripletMarginWithDistanceLoss(BinaryOperator<Tensor> distance, double margin, boolean swap, Reduction reduction) {
        if (!(margin > 0)) {
            throw new IllegalArgumentException("TripletMarginWithDistanceLoss: margin must be positive, got " + margin);
        }
        this.distance = distance;
        this.margin = margin;
        this.swap = swap;
        this.reduction = reduction;
    }

    /** Computes the loss. */
    public Tensor forward(Tensor anchor, Tensor positive, Tensor negative) {
        return F.tripletMarginWithDistanceLoss(anchor, positive, negative, distance, margin, swap, reduction);
    }
}
