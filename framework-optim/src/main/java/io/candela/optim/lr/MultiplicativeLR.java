package io.candela.optim.lr;

import io.candela.optim.Optimizer;
import java.util.Collections;
import java.util.List;
import java.util.function.IntToDoubleFunction;

/**
 * Multiplies the learning rate by a function of the epoch, every epoch from 1 on, as {@code torch.optim.lr_scheduler.MultiplicativeLR}.
 */
public final class MultiplicativeLR extends FunctionLR {
    /** The same function for all groups. */
    public MultiplicativeLR(Optimizer optimizer, IntToDoubleFunction lrLambda) {
        this(optimizer, Collections.nCopies(optimizer.paramGroups().size(), lrLambda));
    }

    /** A function for each group. */
    public MultiplicativeLR(Optimizer optimizer, List<IntToDoubleFunction> lrLambdas) {
        this(optimizer, lrLambdas, -1);
    }

    /**
     * @param lrLambdas from the epoch to a factor, one for each group
     * @param lastEpoch see {@link #start}
     * @throws IllegalArgumentException if there are not as many functions as groups
     */
    public MultiplicativeLR(Optimizer optimizer, List<IntToDoubleFunction> lrLambdas, int lastEpoch) {
        super(optimizer, lrLambdas, lastEpoch);
    }

    @Override
    protected double lr(int group, double current) {
        return isInitial() ? current : current * factor(group);
    }
}
